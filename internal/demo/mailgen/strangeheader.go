package mailgen

import (
	"fmt"
	"strings"
	"time"
)

// identityKinds are messages that are hard to tell apart, or to know again.
func identityKinds() []strangeKind {
	return []strangeKind{
		header("no Message-ID", func(s *strange) { s.fields("Message-ID") }),
		header("no Message-ID and no date", func(s *strange) { s.fields("Message-ID", "Date") }),
		header("a subject alone", func(s *strange) { s.fields("Message-ID", "Date", "From", "To") }),
		header("a Message-ID alone", func(s *strange) { s.fields("Subject", "Date", "From", "To") }),
		header("a Message-ID shared by three messages", func(s *strange) {
			s.id = fmt.Sprintf("shared.%d@mail.example.org", s.variant/3)
			s.fields()
		}),
		{"three identical messages", func(s *strange) {
			s.lines(fmt.Sprintf("Message-ID: <copies.%d@mail.example.org>", s.variant/3), "Subject: copies", "", "The same.")
		}},
		{"identical messages without Message-ID", func(s *strange) {
			s.lines("From: office@example.com", "Subject: notice", "", fmt.Sprintf("Notice %d.", s.variant/4))
		}},
		{"the same header and size, one letter in the body another", func(s *strange) {
			s.date = time.Date(2020, time.February, 29, 12, 0, 0, 0, time.UTC)
			s.lines("From: office@example.com", "Subject: letters", "", "Letter "+string(rune('A'+s.variant%26))+".")
		}},
		header("Message-IDs that differ in case alone", func(s *strange) {
			s.id = pick(s.random, []string{"Case@Example.org", "case@example.org", "CASE@EXAMPLE.ORG"})
			s.fields()
		}),
		header("two Message-IDs", func(s *strange) {
			s.fields()
			s.lines("Message-ID: <second.of.two@example.org>")
		}),
		field("an empty Message-ID", "Message-ID:"),
		field("a Message-ID of brackets", "Message-ID: <>"),
		field("a Message-ID without brackets", "Message-ID: #@example.org"),
		field("a Message-ID with spaces", "Message-ID: < # @ example.org >"),
		field("a Message-ID on the next line", "Message-ID:\r\n\t<#@example.org>"),
		field("a Message-ID with a comment", "Message-ID: (by the gateway) <#@example.org> (really)"),
		field("a Message-ID that never closes", "Message-ID: <#@example.org"),
		field("several Message-IDs in one field", "Message-ID: <#@example.org> <b#@example.org>"),
		field("a Message-ID in 8 bit", "Message-ID: <#\xe9\xff@example.org>"),
		header("a Message-ID of 5,000 characters", func(s *strange) {
			s.fields("Message-ID")
			s.lines("Message-ID: <" + strings.Repeat("long", 1250) + fmt.Sprint(s.number(1000)) + "@example.org>")
		}),
		header("a field name in odd case", func(s *strange) {
			s.fields("Message-ID", "Subject")
			s.lines("mEsSaGe-iD: <"+s.id+">", "SUBJECT: loud")
		}),
	}
}

// headerKinds are headers that break a rule.
func headerKinds() []strangeKind {
	latin, cyrillic, japanese := "Gr\xfc\xdfe aus dem B\xfcro", "\xf3\xde\xc5\xd4 \xce\xc1 \xcf\xd0\xcc\xc1\xd4\xd5", "\x90\xbf\x8b\x81\x8f\x91\x5c"
	return []strangeKind{
		field("a subject in ISO 8859-1", "Subject: "+latin+" #"),
		field("a subject in KOI8-R", "Subject: "+cyrillic+" #"),
		field("a subject in Shift_JIS", "Subject: "+japanese+" #"),
		field("a subject in UTF-8", "Subject: Счёт 請求書 #"),
		field("a subject in ISO-2022-JP", "Subject: \x1b$B@A5a=q\x1b(B #"),
		field("a sender in 8 bit", "From: \"B\xfcro S\xfcd\" <buero#@example.org>"),
		field("encoded words that are none", "Subject: =?utf-8?Q?never_closed # =?x?B?????= =?utf-8?X?y?= =??Q??="),
		field("an encoded word of an unknown character set", "Subject: =?klingon-8?Q?=FF=FE_#?="),
		field("an encoded word with a line end in it", "Subject: =?utf-8?Q?one=0D=0ATo:_other#?="),
		field("a space before the colon", "Subject : spaced #"),
		field("a folded field name", "Sub\r\n ject: folded #"),
		field("a line of spaces in a folded field", "Subject: one\r\n \t \r\n two #"),
		field("a continuation in mid-word", "Subject: con\r\n tin\r\n\tued #"),
		field("a field of nothing but folds", "Subject: \r\n \r\n \r\n #"),
		field("a line without a colon", "Subject: one #\r\nthis is not a field\r\nX-Next: two"),
		field("a colon first", "Subject: one #\r\n: nothing\r\nX-Next: two"),
		field("a field name with spaces and signs", "Subject: one #\r\nX (odd) name!: two"),
		field("a field name in 8 bit", "Subject: one #\r\nX-B\xfcro: two"),
		field("words of IMAP in the subject", "Subject: {#} BODY[] \"x\" ) NIL\\ (FLAGS (\\Deleted)) {3+}"),
		field("a quote that never closes", "From: \"the office <office#@example.org>"),
		field("parentheses that never close", "From: office#@example.org ((((((((("),
		field("a group of nobody", "To: undisclosed recipients:;"),
		field("a route", "From: <@one.example.org,@two.example.org:office#@example.org>"),
		field("an address without a domain", "From: office#"),
		field("an address without anything", "From: <>"),
		field("semicolons between addresses", "To: a#@example.org; b@example.org;c@example.org"),
		field("a date that is none", "Date: yesterday, about # o'clock"),
		field("a date in the year 0", "Date: Sat, 00 Jan 0000 00:00:00 +0000"),
		field("a date in the year 9999", "Date: Fri, 31 Dec 9999 23:59:59 +9999"),
		field("a date with two digits for the year", "Date: 1-Feb-99 03:04:05 EST"),
		field("an empty date", "Date:"),
		header("two of each field", func(s *strange) {
			s.fields()
			s.lines("Subject: the other subject", "From: other@example.org", "Date: Mon, 1 Jan 2001 00:00:00 +0000", "To: others@example.org")
		}),
		header("a field that begins with a fold", func(s *strange) {
			s.lines(" a continuation of nothing")
			s.fields()
		}),
		header("a line of 60,000 characters", func(s *strange) {
			s.fields("Subject")
			s.lines("Subject: " + strings.Repeat("wide ", 12_000) + fmt.Sprint(s.number(1000)))
		}),
		header("a field folded 2,000 times", func(s *strange) {
			s.fields("To")
			s.add("To: one@example.org")
			for n := range 2000 {
				s.add(",\r\n\t", fmt.Sprintf("list-%d@example.org", n))
			}
			s.lines("")
		}),
		header("3,000 fields", func(s *strange) {
			for n := range 3000 {
				s.lines(fmt.Sprintf("X-Field-%d: %d", n, s.number(10)))
			}
			s.fields()
		}),
		header("500 Received fields", func(s *strange) {
			for n := range 500 {
				s.lines(fmt.Sprintf("Received: from hop%d.example.org by hop%d.example.org; %s", n, n+1, s.date.Format("2 Jan 2006 15:04:05 -0700")))
			}
			s.fields()
		}),
		header("a From_ line first", func(s *strange) {
			s.lines("From office@example.org Mon Jan  1 00:00:00 2024")
			s.fields()
		}),
		header("a From_ line first, quoted", func(s *strange) {
			s.lines(">From office@example.org Mon Jan  1 00:00:00 2024")
			s.fields()
		}),
		header("a From_ line in the header", func(s *strange) {
			s.fields()
			s.lines("From office@example.org Mon Jan  1 00:00:00 2024", "X-After: one")
		}),
		header("fields that mail stores keep for themselves", func(s *strange) {
			s.lines("X-IMAP: 1700000000 0000000042 Junk", "X-IMAPbase: 1700000000 42", "X-UID: 7", "Status: RO", "X-Status: AF", "X-Keywords: Work", "Content-Length: 99999999", "Lines: -1")
			s.fields()
		}),
	}
}
