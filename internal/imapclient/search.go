package imapclient

// Search finds messages of the open mailbox (UID SEARCH) by criteria in words of RFC 3501, section 6.4.4, for
// instance "UID 100:* UNDELETED". Strings in the criteria are the caller's to quote; see SearchHeader.
func (c *Client) Search(criteria string) *Command[[]uint32] {
	return c.search(newCommand[[]uint32](c, "UID SEARCH").space().arg(criteria))
}

// SearchHeader finds messages with a header field that contains value. within limits the search to UIDs, nil to none.
func (c *Client) SearchHeader(within Set, field, value string) *Command[[]uint32] {
	cmd := newCommand[[]uint32](c, "UID SEARCH").space()
	if len(within) > 0 {
		cmd.text("UID " + within.String() + " ")
	}
	return c.search(cmd.text("HEADER ").str(field).space().str(value))
}

// search gathers the numbers found, not many more than the mailbox has messages.
func (c *Client) search(cmd *Command[[]uint32]) *Command[[]uint32] {
	cmd.event = func(event any) bool {
		e, ok := event.(searchEvent)
		if ok {
			room := max(0, int(c.present.Load())+spareNumbers-len(cmd.result))
			cmd.result = append(cmd.result, e.numbers[:min(room, len(e.numbers))]...)
		}
		return ok
	}
	return cmd.issue()
}

// StoreOp says what STORE does with flags.
type StoreOp string

// The operations of STORE (RFC 3501, section 6.4.6), all silent: no FETCH responses come back for them.
const (
	StoreAdd     StoreOp = "+FLAGS.SILENT"
	StoreRemove  StoreOp = "-FLAGS.SILENT"
	StoreReplace StoreOp = "FLAGS.SILENT"
)

// Store changes flags of messages of the open mailbox (UID STORE).
func (c *Client) Store(uids Set, op StoreOp, flags []string) *Command[struct{}] {
	cmd := newCommand[struct{}](c, "UID STORE").space().set(uids)
	return cmd.text(" " + string(op) + " ").flags(flags).issue()
}
