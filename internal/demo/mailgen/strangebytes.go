package mailgen

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// shapeKinds are messages that lack a part, or are no messages.
func shapeKinds() []strangeKind {
	return []strangeKind{
		{"nothing", func(*strange) {}},
		{"one line end", func(s *strange) { s.add("\r\n") }},
		{"line ends alone", func(s *strange) { s.add(strings.Repeat("\r\n", 2+s.variant)) }},
		{"one letter", func(s *strange) { s.add(string(rune('a' + s.variant%26))) }},
		{"text without a header", func(s *strange) {
			s.lines(fmt.Sprintf("Room %d is free again,", s.number(1000)), "says the porter.", "", "And so it is.")
		}},
		{"text that looks like a header at first", func(s *strange) {
			s.lines(fmt.Sprintf("Note: room %d is free", s.number(1000)), "says the porter", "and so it is")
		}},
		{"an empty line before the header", func(s *strange) {
			s.lines("")
			s.fields()
			s.plain()
		}},
		{"a header without an empty line", func(s *strange) { s.fields() }},
		{"a header without an empty line or a last line end", func(s *strange) {
			s.fields()
			s.add("X-Last: value")
		}},
		{"a header that ends in mid-field", func(s *strange) {
			s.fields()
			s.add("X-La")
		}},
		{"a header alone", func(s *strange) {
			s.fields()
			s.lines("")
		}},
		{"a body alone", func(s *strange) { s.plain() }},
		{"a header of one field without a value", func(s *strange) { s.add("Subject:") }},
		{"a byte order mark first", func(s *strange) {
			s.add("\xef\xbb\xbf")
			s.fields()
			s.plain()
		}},
		{"UTF-16", func(s *strange) {
			s.add("\xff\xfe")
			for _, unit := range utf16.Encode([]rune(fmt.Sprintf("Subject: wide %d\r\n\r\nbody\r\n", s.number(1000)))) {
				s.add(string([]byte{byte(unit), byte(unit >> 8)}))
			}
		}},
		{"a web page", func(s *strange) {
			s.lines("<!DOCTYPE html>", fmt.Sprintf("<html><body><p>Room %d</p></body></html>", s.number(1000)))
		}},
		{"random bytes", func(s *strange) {
			for range 500 + s.number(3000) {
				s.add(string([]byte{byte(s.random.Uint32())}))
			}
		}},
		{"every byte there is", func(s *strange) {
			s.fields()
			s.lines("")
			for b := range 256 {
				s.add(string([]byte{byte(b)}))
			}
		}},
	}
}

// byteKinds are line ends and control characters where none should be.
func byteKinds() []strangeKind {
	// ends rewrites the line ends of a whole message.
	ends := func(name, end string) strangeKind {
		return strangeKind{name, func(s *strange) {
			s.fields()
			s.plain()
			text := strings.ReplaceAll(s.b.String(), "\r\n", end)
			s.b.Reset()
			s.add(text)
		}}
	}
	return []strangeKind{
		ends("bare LF throughout", "\n"),
		ends("bare CR throughout", "\r"),
		ends("CR CR LF throughout", "\r\r\n"),
		ends("LF CR throughout", "\n\r"),
		{"bare LF in the header alone", func(s *strange) {
			s.add(fmt.Sprintf("Subject: unix %d\nFrom: office@example.com\nMessage-ID: <%s>\n", s.number(1000), s.id))
			s.plain()
		}},
		body("bare LF in the body alone", func(s *strange) { s.add("one\ntwo\n\n", fmt.Sprint(s.number(1000)), "\n") }),
		body("bare CR in the body", func(s *strange) { s.add("one\rtwo\r\r", fmt.Sprint(s.number(1000)), "\r\nthree\r\n") }),
		body("CR as the last byte", func(s *strange) { s.add("the end\r") }),
		body("CR CR LF in the body", func(s *strange) { s.add("one\r\r\ntwo\r\n", fmt.Sprint(s.number(1000)), "\r\r\r\n") }),
		body("LF CR in the body", func(s *strange) { s.add("one\n\rtwo\n\r") }),
		field("bare CR in the subject", "Subject: one\rtwo #"),
		field("bare LF in the subject", "Subject: one #\nX-Two: three"),
		field("bare CR at the end of a field", "Subject: one #\r"),
		body("NUL in the body", func(s *strange) { s.add("one\x00two\x00\x00\r\n") }),
		body("NULs alone", func(s *strange) { s.add(strings.Repeat("\x00", 1+s.number(200))) }),
		field("NUL in the subject", "Subject: one\x00two #"),
		field("NUL in the Message-ID", "Message-ID: <\x00#@example.org>"),
		field("NUL in a field name", "Subject: one #\r\nX-\x00: two"),
		field("control characters in the subject", "Subject: \x01\x02\x07\x08\x0b\x0c\x0e\x1f\x7f #"),
		body("an end-of-file character", func(s *strange) { s.lines("one\x1a", "two\x04") }),
		body("C1 control characters", func(s *strange) { s.lines("\x80\x85\x9f\xa0 next line?\x85") }),
		body("broken UTF-8", func(s *strange) { s.lines("\xc3\x28 \xe2\x82 \xf0\x9f\x92 \xc0\x80 \xed\xa0\x80 \xff\xfe") }),
		body("telnet's bytes", func(s *strange) { s.lines("\xff\xfb\x01\xff\xfd\x03\xff\xff", "after") }),
	}
}

// bodyKinds are bodies that trip a reader.
func bodyKinds() []strangeKind {
	return []strangeKind{
		body("no last line end", func(s *strange) { s.add(fmt.Sprintf("number %d, and no more", s.number(1000))) }),
		body("a body of spaces", func(s *strange) { s.add(strings.Repeat(" ", 1+s.number(50)), "\r\n\t\r\n ") }),
		body("a body of line ends", func(s *strange) { s.add(strings.Repeat("\r\n", 1+s.number(3000))) }),
		body("spaces at the ends of lines", func(s *strange) { s.lines("one ", "two \t", "-- ", fmt.Sprintf("%d   ", s.number(1000))) }),
		body("dots that SMTP doubles", func(s *strange) { s.lines(".", "..", "...", ".hidden", "", ".") }),
		body("From_ lines", func(s *strange) {
			s.lines("one", "", "From here on it is quiet.", ">From there as well.", "", "From office@example.org Mon Jan  1 00:00:00 2024", "Subject: inner", "", "two")
		}),
		body("what looks like an answer of IMAP", func(s *strange) {
			s.lines(")", "* 1 FETCH (UID 1 BODY[] {4}", "xxxx)", "a1 OK FETCH completed", "* BYE", "+ go on", fmt.Sprintf("{%d+}", s.number(1000)), "* 5 EXPUNGE")
		}),
		body("a line of 100,000 characters", func(s *strange) { s.lines(strings.Repeat("x", 100_000)) }),
		body("a line of 70,000 characters without an end", func(s *strange) { s.add(strings.Repeat("ü", 35_000)) }),
		body("20,000 short lines", func(s *strange) {
			for n := range 20_000 {
				s.lines(fmt.Sprint(n % 10))
			}
		}),
		body("a file of uuencode", func(s *strange) {
			s.lines("begin 644 rooms.txt", "#0V%T", "`", "end", "begin 644 broken", "M!!!", "no end")
		}),
		body("another message pasted in", func(s *strange) {
			s.lines("Message-ID: <pasted@example.org>", "Subject: pasted", "From: other@example.org", "", "inner")
		}),
	}
}
