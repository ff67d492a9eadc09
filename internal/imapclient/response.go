package imapclient

import (
	"bytes"
	"strings"
)

// Untagged data, as they are offered to the commands in flight.
type (
	existsEvent    struct{ count uint32 }
	flagsEvent     struct{ flags []string }
	quotaRootEvent struct{}
	enabledEvent   []string
	idEvent        map[string]string
	searchEvent    struct{ numbers []uint32 }
	listEvent      struct {
		verb  string
		entry *ListEntry
	}
)

// statusEvent is OK, NO, BAD, BYE or PREAUTH, tagged or not.
type statusEvent struct {
	word     string
	code     Code
	codeText string
	text     string
}

// parseStatus reads what follows the tag of a status response. ok is false when it is none.
func parseStatus(line []byte) (e *statusEvent, ok bool) {
	word, rest, _ := bytes.Cut(bytes.TrimLeft(line, " "), []byte(" "))
	if len(word) > len("PREAUTH") {
		return nil, false
	}
	e = &statusEvent{word: strings.ToUpper(string(word))}
	switch e.word {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
	default:
		return nil, false
	}
	rest = bytes.TrimLeft(rest, " ")
	if len(rest) > 0 && rest[0] == '[' {
		if end := codeEnd(rest); end > 0 {
			code, text, _ := strings.Cut(string(rest[1:min(end, maxAtom)]), " ")
			e.code, e.codeText = Code(strings.ToUpper(code)), text
			rest = bytes.TrimLeft(rest[end+1:], " ")
		}
	}
	if len(rest) > maxAtom {
		rest = rest[:maxAtom]
	}
	e.text = string(rest)
	return e, true
}

// codeEnd finds the bracket that closes a response code, 0 when there is none. Keywords with brackets in them occur in
// PERMANENTFLAGS, where the list's end counts.
func codeEnd(text []byte) int {
	if bytes.HasPrefix(bytes.ToUpper(text[:min(len(text), 16)]), []byte("[PERMANENTFLAGS ")) {
		if end := bytes.Index(text, []byte(")]")); end > 0 {
			return end + 1
		}
	}
	depth := 0
	for i, b := range text {
		switch b {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return max(0, bytes.IndexByte(text, ']'))
}

// readList reads the data of LIST and LSUB.
func readList(d *decoder) (*ListEntry, error) {
	attributes, err := d.strings()
	if err != nil {
		return nil, err
	}
	delimiter, err := d.value()
	if err != nil {
		return nil, err
	}
	name, err := d.mailbox()
	if err != nil {
		return nil, err
	}
	return &ListEntry{Name: name, Delimiter: delimiter.Text, Attributes: attributes}, nil
}

// readStatus reads the data of STATUS.
func readStatus(d *decoder) (*StatusData, error) {
	name, err := d.mailbox()
	if err != nil {
		return nil, err
	}
	list, err := d.value()
	if err != nil {
		return nil, err
	}
	data := &StatusData{Mailbox: name}
	for i := 0; i+1 < len(list.List); i += 2 {
		item, value := strings.ToUpper(list.List[i].Text), list.List[i+1]
		if value.Kind == NilKind || value.Kind == ListKind {
			continue
		}
		n := parseUint64(value.Text)
		n32, signed := uint32(min(n, 1<<32-1)), int64(min(n, 1<<63-1))
		switch item {
		case "MESSAGES":
			data.Messages = &n32
		case "UIDNEXT":
			data.UIDNext = &n32
		case "UIDVALIDITY":
			data.UIDValidity = &n32
		case "RECENT":
			data.Recent = &n32
		case "UNSEEN":
			data.Unseen = &n32
		case "SIZE":
			data.Size = &signed
		case "APPENDLIMIT":
			data.AppendLimit = &signed
		case "HIGHESTMODSEQ":
			data.HighestModSeq = &n
		}
	}
	return data, nil
}

// readQuota reads the data of QUOTA.
func readQuota(d *decoder) (Quota, error) {
	root, err := d.mailbox()
	if err != nil {
		return Quota{}, err
	}
	list, err := d.value()
	quota := Quota{Root: root}
	for i := 0; i+2 < len(list.List); i += 3 {
		quota.Resources = append(quota.Resources, QuotaResource{
			Name:  strings.ToUpper(list.List[i].Text),
			Usage: int64(min(parseUint64(list.List[i+1].Text), 1<<63-1)),
			Limit: int64(min(parseUint64(list.List[i+2].Text), 1<<63-1)),
		})
	}
	return quota, err
}

// readNamespaces reads the data of NAMESPACE.
func readNamespaces(d *decoder) (Namespaces, error) {
	var spaces Namespaces
	for _, target := range []*[]Namespace{&spaces.Personal, &spaces.Other, &spaces.Shared} {
		list, err := d.value()
		if err != nil {
			return spaces, err
		}
		for _, item := range list.List {
			if len(item.List) >= 2 {
				*target = append(*target, Namespace{Prefix: item.List[0].Text, Delimiter: item.List[1].Text})
			}
		}
	}
	return spaces, nil
}

// readID reads the data of ID.
func readID(d *decoder) (idEvent, error) {
	list, err := d.value()
	fields := make(idEvent)
	for i := 0; i+1 < len(list.List); i += 2 {
		fields[strings.ToLower(list.List[i].Text)] = list.List[i+1].Text
	}
	return fields, err
}

// spareNumbers is by how much SEARCH may find more than there are messages, for those that arrive.
const spareNumbers = 10000

// readNumbers reads the data of SEARCH, up to something that is no number, such as (MODSEQ 5), and at most so many.
func readNumbers(d *decoder, most int) []uint32 {
	var numbers []uint32
	for {
		switch d.peek() {
		case atEnd, '(', ')', atLiteral:
			return numbers
		}
		if n := d.number32(); n > 0 {
			if len(numbers) >= most {
				return numbers
			}
			numbers = append(numbers, n)
		}
	}
}

// readWords reads the words up to the end, in upper case.
func readWords(d *decoder) []string {
	var words []string
	for len(words) < maxValues {
		switch d.peek() {
		case atEnd, atLiteral:
			return words
		case '(', ')':
			d.pos++
		default:
			words = append(words, strings.ToUpper(d.atom()))
		}
	}
	return words
}
