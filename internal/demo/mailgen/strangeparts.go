package mailgen

import (
	"fmt"
	"strings"
)

// partKinds are multipart structures that are wrong, or right and hard.
func partKinds() []strangeKind {
	// part writes one part of a multipart message.
	part := func(s *strange, boundary, contentType, text string) {
		s.lines("--"+boundary, "Content-Type: "+contentType, "", text)
	}
	const text = "text/plain; charset=utf-8"
	return []strangeKind{
		typed("multipart without a boundary", "multipart/mixed", func(s *strange) { part(s, "x", text, "one") }),
		typed("multipart with an empty boundary", `multipart/mixed; boundary=""`, func(s *strange) {
			part(s, "", text, "one")
			s.lines("----")
		}),
		typed("a boundary that never appears", "multipart/mixed; boundary=absent", func(s *strange) { s.lines("nothing", "", fmt.Sprint(s.number(1000))) }),
		typed("a boundary that never closes", "multipart/mixed; boundary=open", func(s *strange) { part(s, "open", text, "one"); part(s, "open", text, "two") }),
		typed("a boundary that closes at once", "multipart/mixed; boundary=shut", func(s *strange) { s.lines("--shut--", "epilogue") }),
		typed("a boundary that closes twice", "multipart/mixed; boundary=twice", func(s *strange) {
			part(s, "twice", text, "one")
			s.lines("--twice--")
			part(s, "twice", text, "two")
			s.lines("--twice--")
		}),
		typed("a boundary that ends the message", "multipart/mixed; boundary=last", func(s *strange) {
			part(s, "last", text, "one")
			s.add("--last--")
		}),
		typed("a message cut within a boundary", "multipart/mixed; boundary=severed", func(s *strange) {
			part(s, "severed", text, "one")
			s.add("--seve")
		}),
		typed("a message cut within a part's header", "multipart/mixed; boundary=head", func(s *strange) { s.add("--head\r\nContent-Ty") }),
		typed("spaces behind boundaries", "multipart/mixed; boundary=wide", func(s *strange) {
			part(s, "wide  \t", text, "one")
			s.lines("--wide--   ")
		}),
		typed("a boundary with spaces and signs", `multipart/mixed; boundary="a b:c'(d)+_,-./=?"`, func(s *strange) {
			part(s, "a b:c'(d)+_,-./=?", text, "one")
			s.lines("--a b:c'(d)+_,-./=?--")
		}),
		typed("a boundary with a quote escaped", `multipart/mixed; boundary="a\"b"`, func(s *strange) {
			part(s, `a"b`, text, "one")
			s.lines(`--a"b--`)
		}),
		typed("a boundary of 300 characters", "multipart/mixed; boundary="+strings.Repeat("long", 75), func(s *strange) {
			part(s, strings.Repeat("long", 75), text, "one")
			s.lines("--" + strings.Repeat("long", 75) + "--")
		}),
		typed("a boundary that begins another", "multipart/mixed; boundary=b", func(s *strange) {
			s.lines("--b", "Content-Type: multipart/alternative; boundary=bb", "")
			part(s, "bb", text, "one")
			s.lines("--bb--")
			part(s, "b", text, "two")
			s.lines("--b--")
		}),
		typed("the same boundary outside and inside", "multipart/mixed; boundary=same", func(s *strange) {
			s.lines("--same", "Content-Type: multipart/alternative; boundary=same", "")
			part(s, "same", text, "one")
			s.lines("--same--", "--same--")
		}),
		typed("a boundary in 8 bit", "multipart/mixed; boundary=\"gr\xfcn\"", func(s *strange) {
			part(s, "gr\xfcn", text, "one")
			s.lines("--gr\xfcn--")
		}),
		typed("two boundaries", "multipart/mixed; boundary=first; boundary=second", func(s *strange) {
			part(s, "first", text, "one")
			part(s, "second", text, "two")
			s.lines("--first--", "--second--")
		}),
		typed("a boundary in pieces", `multipart/mixed; boundary*1="ces"; boundary*0="pie"`, func(s *strange) {
			part(s, "pieces", text, "one")
			s.lines("--pieces--")
		}),
		typed("parts without a line between header and text", "multipart/mixed; boundary=tight", func(s *strange) {
			s.lines("--tight", "Content-Type: text/plain", "--tight", "--tight", "", "--tight--")
		}),
		typed("a preamble and an epilogue alone", "multipart/mixed; boundary=none", func(s *strange) { s.lines("before", "--none", "--none--", "after") }),
		typed("100 levels of multipart", "multipart/mixed; boundary=level0", func(s *strange) {
			for n := range 100 {
				s.lines(fmt.Sprintf("--level%d", n), fmt.Sprintf("Content-Type: multipart/mixed; boundary=level%d", n+1), "")
			}
			part(s, "level100", text, fmt.Sprint(s.number(1000)))
		}),
		typed("600 parts", "multipart/mixed; boundary=many", func(s *strange) {
			for n := range 600 {
				part(s, "many", text, fmt.Sprint(n))
			}
			s.lines("--many--")
		}),
		typed("a message in itself, 40 deep", "message/rfc822", func(s *strange) {
			for n := range 40 {
				s.lines(fmt.Sprintf("Subject: level %d", n), "Content-Type: message/rfc822", "")
			}
			s.lines("the innermost")
		}),
		typed("an empty message within", "message/rfc822", func(*strange) {}),
		typed("a message within, in base64", "message/rfc822\r\nContent-Transfer-Encoding: base64", func(s *strange) { s.lines("U3ViamVjdDogaW5uZXINCg0KdGV4dA0K") }),
		typed("a digest", "multipart/digest; boundary=d", func(s *strange) {
			s.lines("--d", "", "Subject: one", "", "1", "--d", "", "no header here", "--d--")
		}),
		typed("a part of a message", fmt.Sprintf("message/partial; id=%q; number=2; total=1", "p@example.org"), func(s *strange) { s.lines("the rest") }),
		typed("a body that is elsewhere", `message/external-body; access-type=anon-ftp; site="ftp.example.org"; name=x`, func(s *strange) { s.lines("Content-Type: text/plain", "") }),
		typed("a report without its parts", "multipart/report; report-type=delivery-status; boundary=r", func(s *strange) {
			part(s, "r", "message/delivery-status", "Action: failed\r\n\r\nStatus: 5.0.0")
		}),
		typed("a signature over nothing", `multipart/signed; protocol="application/pgp-signature"; boundary=s`, func(s *strange) {
			s.lines("--s", "Content-Type: application/pgp-signature", "", "-----BEGIN PGP SIGNATURE-----", "", "=", "-----END PGP SIGNATURE-----", "--s--")
		}),
	}
}

// encodingKinds are types and encodings that are unknown, or not what they say.
func encodingKinds() []strangeKind {
	const encoding = "\r\nContent-Transfer-Encoding: "
	return []strangeKind{
		typed("a type without a subtype", "text", func(s *strange) { s.lines("text") }),
		typed("an empty type", "", func(s *strange) { s.lines("text") }),
		typed("a type of signs", `;;; =; "/": /`, func(s *strange) { s.lines("text", fmt.Sprint(s.number(1000))) }),
		typed("two types", "text/html\r\nContent-Type: image/png", func(s *strange) { s.lines("<p>text</p>") }),
		typed("an unknown character set", "text/plain; charset=x-none", func(s *strange) { s.lines("\xa1\xa2\xa3") }),
		typed("a character set that lies", "text/plain; charset=us-ascii", func(s *strange) { s.lines("Größe 請求書 \xff") }),
		typed("UTF-7", "text/plain; charset=utf-7", func(s *strange) { s.lines("+AGg-i +2AA-") }),
		typed("base64 that is none", "text/plain"+encoding+"base64", func(s *strange) { s.lines("this is, clearly, not base64!", "===", "YQ=YQ==", "\xff") }),
		typed("base64 in one line", "application/pdf"+encoding+"base64", func(s *strange) { s.add(strings.Repeat("QUJDRA", 4000+s.number(100))) }),
		typed("quoted-printable cut short", "text/plain"+encoding+"quoted-printable", func(s *strange) { s.add("caf=C3=A9 =zz =\r\n= =3") }),
		typed("an unknown encoding", "text/plain"+encoding+"x-rot13", func(s *strange) { s.lines("grkg") }),
		typed("two encodings", "text/plain"+encoding+"base64"+encoding+"7bit", func(s *strange) { s.lines("dGV4dA==") }),
		typed("binary", "application/octet-stream"+encoding+"binary", func(s *strange) {
			for range 4000 {
				s.add(string([]byte{byte(1 + s.random.IntN(255))}))
			}
		}),
		typed("an encoded multipart", "multipart/mixed; boundary=e"+encoding+"base64", func(s *strange) { s.lines("LS1lDQoNCnRleHQNCi0tZS0tDQo=") }),
		typed("a file name in pieces that do not fit", `text/plain; name*0*=utf-8''%E2%82; name*2="c"; name*01=x; name="a.txt`, func(s *strange) { s.lines("text") }),
		typed("a file name that is a path", `text/plain; name="../../etc/rooms"`+"\r\nContent-Disposition: attachment; filename=\"C:\\rooms\x00.txt\"", func(s *strange) { s.lines("text") }),
		typed("a file name of 20,000 characters", "text/plain; name=\""+strings.Repeat("n", 20_000)+"\"", func(s *strange) { s.lines("text") }),
		typed("comments everywhere", "(a) text (b \\) c) / (d (e)) plain (f) ; (g) charset (h) = (i) us-ascii", func(s *strange) { s.lines("text") }),
	}
}
