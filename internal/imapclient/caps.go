package imapclient

import (
	"sort"
	"strconv"
	"strings"
)

// Caps are the capabilities a server announced, in upper case. The zero value has none.
type Caps map[string]struct{}

// newCaps makes a set of the words of a CAPABILITY response, without those in disabled (upper case).
func newCaps(words []string, disabled map[string]struct{}) Caps {
	caps := make(Caps, len(words))
	for _, word := range words {
		word = strings.ToUpper(word)
		if _, off := disabled[word]; !off {
			caps[word] = struct{}{}
		}
	}
	return caps
}

// Has reports whether the server announced the capability, such as "UIDPLUS" or "AUTH=PLAIN"; case is ignored.
func (c Caps) Has(name string) bool {
	_, ok := c[strings.ToUpper(name)]
	return ok
}

// LiteralPlus reports LITERAL+ (RFC 7888): literals of any size need no permission.
func (c Caps) LiteralPlus() bool { return c.Has("LITERAL+") }

// LiteralMinus reports LITERAL- (RFC 7888): literals of up to 4096 bytes need no permission.
func (c Caps) LiteralMinus() bool { return c.Has("LITERAL-") }

// AppendLimit is the largest message in bytes that the server takes (RFC 7889). ok is false when the server
// states none, or states it per mailbox ("APPENDLIMIT" alone: ask STATUS).
func (c Caps) AppendLimit() (limit int64, ok bool) {
	for word := range c {
		if value, found := strings.CutPrefix(word, "APPENDLIMIT="); found {
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
				return n, true
			}
		}
	}
	return 0, false
}

// List gives all capabilities, sorted.
func (c Caps) List() []string {
	words := make([]string, 0, len(c))
	for word := range c {
		words = append(words, word)
	}
	sort.Strings(words)
	return words
}
