package imapclient

import "strings"

// ListEntry is one mailbox of LIST or LSUB (RFC 3501, section 7.2.2; RFC 5258).
type ListEntry struct {
	// Name is in bytes of the wire.
	Name string
	// Delimiter separates the levels of the hierarchy, "" when the server has none (NIL).
	Delimiter string
	// Attributes are \Noselect, \HasChildren, \Sent, \Subscribed and so on, as the server wrote them.
	Attributes []string
	// Status comes with it where ListOptions.Status was asked for and could be had (RFC 5819), else nil.
	Status *StatusData
}

// Has reports whether the entry bears an attribute; case is ignored.
func (e *ListEntry) Has(attribute string) bool { return containsFold(e.Attributes, attribute) }

// Selectable reports whether SELECT can be expected to work: neither \Noselect nor \NonExistent.
func (e *ListEntry) Selectable() bool { return !e.Has(`\Noselect`) && !e.Has(`\NonExistent`) }

// ListOptions say what LIST is to return. What a server cannot do is left out without an error.
type ListOptions struct {
	// Reference and Pattern; "" and "*" when both are empty. The pattern is in bytes of the wire.
	Reference, Pattern string
	// Subscribed, SpecialUse, Children ask for these attributes (RFC 5258, RFC 6154). Without LIST-EXTENDED the
	// command is sent plainly; many servers tell SPECIAL-USE attributes all the same.
	Subscribed, SpecialUse, Children bool
	// Status are STATUS items to return with each mailbox, sent only where LIST-STATUS is announced (RFC 5819).
	Status []string
}

// List lists mailboxes, in the server's order. See ListOptions for what older servers cannot tell: with neither
// LIST-EXTENDED nor a \Subscribed attribute in the answer, ask Lsub.
func (c *Client) List(options ListOptions) *Command[[]*ListEntry] {
	if options.Reference == "" && options.Pattern == "" {
		options.Pattern = "*"
	}
	caps := c.Caps()
	cmd := newCommand[[]*ListEntry](c, "LIST").space().mailbox(options.Reference).space().mailbox(options.Pattern)
	if returns := options.returns(caps); len(returns) > 0 {
		cmd.text(" RETURN (" + strings.Join(returns, " ") + ")")
	}
	byName := make(map[string]*ListEntry)
	cmd.event = func(event any) bool {
		switch e := event.(type) {
		case listEvent:
			if e.verb != "LIST" {
				return false
			}
			cmd.result = append(cmd.result, e.entry)
			byName[e.entry.Name] = e.entry
			return true
		case *StatusData:
			if entry := byName[e.Mailbox]; entry != nil {
				entry.Status = e
				return true
			}
		}
		return false
	}
	return cmd.issue()
}

// returns are the return options that a server with these capabilities understands.
func (o ListOptions) returns(caps Caps) []string {
	extended := caps.Has("LIST-EXTENDED") || caps.Has("IMAP4REV2")
	var returns []string
	if o.Subscribed && extended {
		returns = append(returns, "SUBSCRIBED")
	}
	if o.Children && extended {
		returns = append(returns, "CHILDREN")
	}
	if o.SpecialUse && extended && caps.Has("SPECIAL-USE") {
		returns = append(returns, "SPECIAL-USE")
	}
	if items := statusItems(caps, o.Status); len(items) > 0 && caps.Has("LIST-STATUS") {
		returns = append(returns, "STATUS ("+strings.Join(items, " ")+")")
	}
	return returns
}

// Lsub lists the subscribed mailboxes that match the pattern, "*" when it is empty.
func (c *Client) Lsub(reference, pattern string) *Command[[]*ListEntry] {
	if reference == "" && pattern == "" {
		pattern = "*"
	}
	cmd := newCommand[[]*ListEntry](c, "LSUB").space().mailbox(reference).space().mailbox(pattern)
	cmd.event = func(event any) bool {
		e, ok := event.(listEvent)
		if ok = ok && e.verb == "LSUB"; ok {
			cmd.result = append(cmd.result, e.entry)
		}
		return ok
	}
	return cmd.issue()
}

// Namespace is one namespace (RFC 2342): its prefix, delimiter included, and the delimiter ("" for NIL).
type Namespace struct {
	Prefix, Delimiter string
}

// Namespaces are those of NAMESPACE; any of them may be empty.
type Namespaces struct {
	Personal, Other, Shared []Namespace
}

// Namespaces asks for the namespaces. Where the server has no NAMESPACE the result is empty and nothing is sent.
func (c *Client) Namespaces() *Command[Namespaces] {
	if !c.Caps().Has("NAMESPACE") && !c.Caps().Has("IMAP4REV2") {
		return doneCommand[Namespaces](c, "NAMESPACE", nil)
	}
	cmd := newCommand[Namespaces](c, "NAMESPACE")
	cmd.event = func(event any) bool {
		e, ok := event.(Namespaces)
		if ok {
			cmd.result = e
		}
		return ok
	}
	return cmd.issue()
}
