package imapclient

import "strings"

// notConnected says whether a server's words are Microsoft's about a session without a mailbox behind it. All that follows on
// the connection is refused, or ended with a BYE that tells less.
func notConnected(text string) bool {
	return strings.Contains(strings.ToLower(text), "authenticated but not connected")
}

// notConnectedError ends the connection over such words.
func (c *Client) notConnectedError(e *statusEvent) *ConnectionError {
	return &ConnectionError{
		Kind: ErrNotConnected, Address: c.options.address(), Code: e.code, CodeText: c.clean(e.codeText), Text: c.clean(e.text),
	}
}
