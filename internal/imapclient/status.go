package imapclient

import "strings"

// StatusData is the answer to STATUS (RFC 3501, section 7.2.4). Pointers are nil where the server did not tell.
type StatusData struct {
	// Mailbox is the name as the server gave it, in bytes of the wire.
	Mailbox                        string
	Messages, UIDNext, UIDValidity *uint32
	Recent, Unseen                 *uint32
	// Size is in bytes (RFC 8438).
	Size *int64
	// AppendLimit is in bytes (RFC 7889); NIL, no limit, is nil too.
	AppendLimit   *int64
	HighestModSeq *uint64
}

// Status asks about a mailbox without opening it. Items are STATUS items such as "MESSAGES"; those that the
// server does not announce (SIZE, APPENDLIMIT, HIGHESTMODSEQ) are left out. Without items: MESSAGES, UIDNEXT,
// UIDVALIDITY and SIZE.
func (c *Client) Status(mailbox string, items ...string) *Command[*StatusData] {
	if len(items) == 0 {
		items = []string{"MESSAGES", "UIDNEXT", "UIDVALIDITY", "SIZE"}
	}
	cmd := newCommand[*StatusData](c, "STATUS").space().mailbox(mailbox)
	cmd.text(" (" + strings.Join(statusItems(c.Caps(), items), " ") + ")")
	cmd.result = &StatusData{Mailbox: mailbox}
	answered := false
	cmd.event = func(event any) bool {
		e, ok := event.(*StatusData)
		// Pipelined STATUS commands are answered in order by every server known; a name that differs in its
		// spelling is taken all the same.
		if !ok || answered {
			return false
		}
		cmd.result, answered = e, true
		return true
	}
	return cmd.issue()
}

// statusItems leaves out what the server does not know.
func statusItems(caps Caps, items []string) []string {
	var known []string
	for _, item := range items {
		item = strings.ToUpper(item)
		switch item {
		case "SIZE":
			if !caps.Has("STATUS=SIZE") && !caps.Has("IMAP4REV2") {
				continue
			}
		case "APPENDLIMIT":
			if _, stated := caps.AppendLimit(); !stated && !caps.Has("APPENDLIMIT") {
				continue
			}
		case "HIGHESTMODSEQ":
			if !caps.Has("CONDSTORE") && !caps.Has("QRESYNC") {
				continue
			}
		}
		known = append(known, item)
	}
	return known
}
