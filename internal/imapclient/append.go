package imapclient

import (
	"io"
)

// AppendMessage is a message to store.
type AppendMessage struct {
	// Flags are written as they are; see ValidFlag and Mailbox.CanKeep. \Recent is left out.
	Flags []string
	// InternalDate is what stands between the quotes: "17-Jul-1996 02:44:25 -0700" (RFC 3501, date-time; see
	// FormatInternalDate). Empty lets the server take the present time.
	InternalDate string
	// Size is the number of bytes of Body.
	Size int64
	// Body is read once, by the writer of the connection, at any time until the command is done. If it fails, or
	// ends before Size bytes, the connection is cut (ErrBody), since a started literal cannot be taken back.
	Body io.Reader
}

// AppendOptions choose how literals are sent. The zero value takes the fastest way that the server announces.
type AppendOptions struct {
	// Wait asks the server before each body (a synchronising literal), so that a refusal (too big, over quota)
	// comes before the upload and leaves the connection usable. It costs a round trip per message.
	Wait bool
}

// AppendData is the answer to APPEND.
type AppendData struct {
	// UIDValidity and UIDs are what UIDPLUS tells (RFC 4315, APPENDUID): one UID per message, in their order.
	// Without UIDPLUS they are 0 and nil.
	UIDValidity uint32
	UIDs        []uint32
}

// Append stores a message at the end of a mailbox (RFC 3501, section 6.3.11). It is pipelined like any other
// command: with LITERAL+ (any size) or LITERAL- (up to 4,096 bytes; RFC 7888) the body follows at once, else the
// writer waits for the server's permission, and what was issued later waits with it.
//
// A [TRYCREATE], [OVERQUOTA] and the like are ResponseErrors. An error of any other sort after the first byte was
// sent leaves it unknown whether the message was stored.
func (c *Client) Append(mailbox string, message AppendMessage, options AppendOptions) *Command[AppendData] {
	return c.MultiAppend(mailbox, []AppendMessage{message}, options)
}

// MultiAppend stores several messages with one command (RFC 3502): all or none. With more than one message the
// server must announce MULTIAPPEND, else the command fails with ErrArgument and nothing is sent.
func (c *Client) MultiAppend(mailbox string, messages []AppendMessage, options AppendOptions) *Command[AppendData] {
	cmd := newCommand[AppendData](c, "APPEND").space().mailbox(mailbox)
	cmd.isAppend = true
	if len(messages) == 0 {
		return cmd.refuse("no message to append")
	}
	if len(messages) > 1 && !c.Caps().Has("MULTIAPPEND") {
		return cmd.refuse("the server has no MULTIAPPEND")
	}
	for _, message := range messages {
		cmd.appendMessage(message, options)
	}
	cmd.finish = func(e *statusEvent) error {
		if e.code == "APPENDUID" {
			cmd.result = parseAppendUID(e.codeText, len(messages))
		}
		return nil
	}
	return cmd.issue()
}
