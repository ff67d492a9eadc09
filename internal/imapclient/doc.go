// Package imapclient speaks IMAP4rev1 (RFC 3501) the way moving mail needs it: many commands in flight on
// one connection, message bodies streamed in both directions, and patience with servers that bend the grammar.
//
// # Promises
//
//   - Commands are issued without waiting. Each returns a [Command], a future; Wait gives its result. Commands
//     are written in the order in which they were issued.
//   - A message body is never gathered in memory unless the caller asks for it: FETCH writes literals into a
//     sink the caller provides, APPEND reads them from an io.Reader of known size.
//   - What a server sends is framed before it is understood. An unknown line, a strange date, a keyword such as
//     [foo] or an item after the body costs nothing but itself; only broken framing ends the connection.
//   - Every wait is bounded: by the progress deadline (no byte either way), the command deadline and the longer
//     APPEND deadline of [Options]. Passing one of them ends the connection with [ErrTimeout].
//   - Errors say who failed: a [ResponseError] is the server's NO or BAD and leaves the connection usable; a
//     [ConnectionError] ends it, for this command and all others in flight; an [AuthError] is a refused login.
//   - Passwords never reach the trace, nor the text of an error.
//
// # What it leaves to others
//
// Reconnecting, retrying, choosing what to copy, and the number of connections: a [Client] is one connection
// and does not outlive it.
//
// # Mailbox names
//
// Names are the bytes of the wire, in Go strings: usually modified UTF-7 (RFC 3501, section 5.1.3), sometimes
// raw UTF-8 or nothing sensible at all. They are sent back exactly as they came. [DecodeMailbox] and
// [EncodeMailbox] translate for people.
//
// # Example
//
//	c, err := imapclient.Dial(ctx, imapclient.Options{Host: "imap.example.org", Port: 993, Security: imapclient.TLS})
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	if err := c.Login(ctx, "anna@example.org", password); err != nil {
//		return err
//	}
//	box, err := c.Examine("INBOX").Wait(ctx)
//	…
//	fetch := c.Fetch(imapclient.UIDs(uids...), imapclient.FetchOptions{
//		Items:   []string{"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"},
//		Literal: func(m *imapclient.Message, section string, size int64) io.Writer { return hold.New(m, size) },
//		Message: func(m *imapclient.Message) { … },
//	})
//	_, err = fetch.Wait(ctx)
package imapclient
