package imapclient

// Kind is the form in which a Value stood on the wire.
type Kind uint8

// The kinds of a Value.
const (
	NilKind    Kind = iota // NIL
	AtomKind               // an atom or number
	StringKind             // a quoted string or literal
	ListKind               // a parenthesised list
)

// Value is a piece of data as IMAP writes it: NIL, an atom, a string or a list.
type Value struct {
	Kind Kind
	// Text is the atom or the string, raw bytes.
	Text string
	List []Value
}
