package imapclient

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

func containsFold(list []string, value string) bool {
	for _, item := range list {
		if strings.EqualFold(item, value) {
			return true
		}
	}
	return false
}

// parseUint32 reads a number, 0 for anything else.
func parseUint32(text string) uint32 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// parseUint64 reads a number, 0 for anything else.
func parseUint64(text string) uint64 {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// parseFlagList reads "(\Seen foo)", never nil.
func parseFlagList(text string) []string {
	text = strings.TrimSpace(text)
	return append([]string{}, strings.Fields(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))...)
}

// parseAppendUID reads "<uidvalidity> <uid-set>". UIDs that are not as many as the messages are not believed.
func parseAppendUID(text string, count int) AppendData {
	validity, uids, _ := strings.Cut(strings.TrimSpace(text), " ")
	data := AppendData{UIDValidity: parseUint32(validity)}
	if set, ok := parseSet(strings.TrimSpace(uids)); ok {
		data.UIDs = set.expand(count)
	}
	return data
}

func printableASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func validFlag(flag string) bool {
	body := strings.TrimPrefix(flag, `\`)
	if body == "" {
		return false
	}
	for i := range len(body) {
		if body[i] <= ' ' || body[i] > '~' || strings.IndexByte(`(){"\%*`, body[i]) >= 0 {
			return false
		}
	}
	return true
}

// cleanText makes a server's text fit to be shown: valid UTF-8 without control characters, of bounded length.
func cleanText(text string) string {
	const limit = 1000
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
