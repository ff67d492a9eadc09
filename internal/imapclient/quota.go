package imapclient

// Quota is a quota root with its limits (RFC 9208, RFC 2087).
type Quota struct {
	Root      string
	Resources []QuotaResource
}

// QuotaResource is one limit of a quota root.
type QuotaResource struct {
	// Name is "STORAGE" (in units of 1,024 bytes), "MESSAGE" (a count) or another.
	Name         string
	Usage, Limit int64
}

// QuotaRoots asks for the quotas that a mailbox is under (GETQUOTAROOT). Without QUOTA nothing is sent and the
// result is empty.
func (c *Client) QuotaRoots(mailbox string) *Command[[]Quota] {
	if !c.Caps().Has("QUOTA") {
		return doneCommand[[]Quota](c, "GETQUOTAROOT", nil)
	}
	return c.quota(newCommand[[]Quota](c, "GETQUOTAROOT").space().mailbox(mailbox))
}

// QuotaRoot asks for one quota root (GETQUOTA).
func (c *Client) QuotaRoot(root string) *Command[[]Quota] {
	return c.quota(newCommand[[]Quota](c, "GETQUOTA").space().mailbox(root))
}

func (c *Client) quota(cmd *Command[[]Quota]) *Command[[]Quota] {
	cmd.event = func(event any) bool {
		switch e := event.(type) {
		case quotaRootEvent:
			return true
		case Quota:
			cmd.result = append(cmd.result, e)
			return true
		}
		return false
	}
	return cmd.issue()
}
