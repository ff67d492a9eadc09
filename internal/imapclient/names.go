package imapclient

// DecodeMailbox turns a mailbox name of the wire into UTF-8 for people: modified UTF-7 (RFC 3501, section 5.1.3) is
// decoded, and what is not valid modified UTF-7 ("R&D", raw UTF-8) is kept as it stands, invalid bytes as U+FFFD.
// It never fails, and it is not reversible: keep the raw name for talking to the server.
func DecodeMailbox(raw string) string { return decodeUTF7(raw) }

// EncodeMailbox turns a UTF-8 name into modified UTF-7 for the wire. "R&D" becomes "R&-D".
func EncodeMailbox(name string) string { return encodeUTF7(name) }

// IsInbox reports whether a name is INBOX, whose case does not matter (RFC 3501, section 5.1).
func IsInbox(name string) bool { return equalFold(name, "INBOX") }

// ValidFlag reports whether a flag or keyword can be written in a command: a non-empty atom, with a leading
// backslash for system flags. It is lenient where servers are: "[b]" passes, spaces, quotes, parentheses,
// braces, wildcards, control characters and 8-bit characters do not.
func ValidFlag(flag string) bool { return validFlag(flag) }
