package compare

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

const (
	// maxWords is how many words of a text are looked at.
	maxWords = 2000
	// maxDepth is how deep multiparts are looked into.
	maxDepth = 5
)

// firstWords hashes the first words of a message's first text part, 0 if it has none. What may be encoded in different ways (RFC
// 2045) makes no difference, nor do tags of HTML.
func firstWords(head, text []byte) uint64 {
	header := textproto.MIMEHeader{}
	for f := range headerFields(head) {
		if name := textproto.CanonicalMIMEHeaderKey(string(f.name)); strings.HasPrefix(name, "Content-") {
			header.Add(name, strings.Join(strings.Fields(string(f.value)), " "))
		}
	}
	return hashWords(textPart(header, text, 0))
}

// textPart is the first part that is text, decoded as far as it goes.
func textPart(header textproto.MIMEHeader, body []byte, depth int) []byte {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && depth < maxDepth:
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return nil
			}
			content, _ := io.ReadAll(io.LimitReader(part, maxText)) // what there is of a part cut off will do
			if text := textPart(part.Header, content, depth+1); text != nil {
				return text
			}
		}
	case !strings.HasPrefix(kind, "text/"):
		return nil
	}
	var decoded io.Reader = bytes.NewReader(body)
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		decoded = quotedprintable.NewReader(decoded)
	case "base64":
		decoded = base64.NewDecoder(base64.StdEncoding, decoded)
	}
	text, _ := io.ReadAll(decoded) // as far as it is well formed
	if kind == "text/html" {
		text = withoutTags(text)
	}
	return text
}

func withoutTags(text []byte) []byte {
	kept, inside := text[:0:0], false
	for _, c := range text {
		switch {
		case c == '<':
			inside = true
		case c == '>' && inside:
			inside = false
			kept = append(kept, ' ')
		case !inside:
			kept = append(kept, c)
		}
	}
	return kept
}

func hashWords(text []byte) uint64 {
	isBreak := func(c rune) bool {
		return c < 0x80 && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}
	words := bytes.FieldsFunc(text, isBreak)
	if len(words) == 0 {
		return 0
	}
	h := fnv.New64a()
	for _, word := range words[:min(len(words), maxWords)] {
		_, _ = h.Write(word)
		_, _ = h.Write([]byte{0})
	}
	return max(binary.BigEndian.Uint64(h.Sum(nil)), 1)
}
