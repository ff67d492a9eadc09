package mailsync_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/imapscript"
)

// pages are letters of so many lines each.
func pages(n, lines int) []imapscript.Message {
	all := letters(n)
	for i := range all {
		all[i].Body = append(all[i].Body, bytes.Repeat(fmt.Appendf(nil, "line of letter %d xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", i+1), lines)...)
	}
	return all
}

// announced gives content under another size.
func announced(size int, content []byte) []byte { return fmt.Appendf(nil, "{%d}\r\n%s", size, content) }

// whole says whether items ask for a message in one piece.
func whole(items []string) bool { return slices.Contains(items, "BODY.PEEK[]") }

func TestContentThatIsNotAsLongAsAnnouncedArrivesInAnotherWay(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]byte) []byte{
		"announced without carriage returns": func(b []byte) []byte { return announced(len(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))), b) },
		"announced shorter by one byte":      func(b []byte) []byte { return announced(len(b)-1, b) },
		"announced longer by one byte":       func(b []byte) []byte { return announced(len(b)+1, b) },
		"announced longer by a line":         func(b []byte) []byte { return announced(len(b)+3, b) },
		"announced longer by 200 bytes":      func(b []byte) []byte { return announced(len(b)+200, b) },
		"200 bytes fewer come":               func(b []byte) []byte { return announced(len(b), b[:len(b)-200]) },
		"empty":                              func([]byte) []byte { return announced(0, nil) },
		"an empty string":                    func([]byte) []byte { return []byte(`""`) },
		"NIL":                                func([]byte) []byte { return []byte("NIL") },
		"a quote with line ends":             func(b []byte) []byte { return fmt.Appendf(nil, "\"%s\"", b) },
		"twice": func(b []byte) []byte {
			return append(append(announced(len(b), b), " BODY[] "...), announced(len(b), b)...)
		},
		"an octet literal, sized wrong": func(b []byte) []byte { return append([]byte("~"), announced(len(b)-1, b)...) },
	} {
		for _, count := range []int{40, 3} {
			t.Run(fmt.Sprintf("%s, 3 of %d", name, count), func(t *testing.T) {
				t.Parallel()
				from, to := between(t, imapscript.Knobs{Rewrite: imapscript.ContentOf(3, change)}, imapscript.Knobs{})
				from.Mailbox("INBOX").Add(pages(count, 60)...)
				from.Mailbox("Later").Add(letter(99))
				move(t, from, to, "--timeout1=5").want(t, 0, int64(count+1))
				arrived(t, from, to, "INBOX", "Later")
				rerunCopiesNothing(t, from, to)
			})
		}
	}
}

func TestAResponseThatDoesNotEndIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(response []byte) []byte{
		"no closing parenthesis": func(r []byte) []byte { return append(bytes.TrimSuffix(r, []byte(")\r\n")), "\r\n"...) },
		"a parenthesis too many": func(r []byte) []byte { return append(bytes.TrimSuffix(r, []byte("\r\n")), ")\r\n"...) },
		"no line end":            func(r []byte) []byte { return bytes.TrimSuffix(r, []byte("\r\n")) },
		"text after the end":     func(r []byte) []byte { return append(r, "so long\r\n"...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{Rewrite: func(_ string, m imapscript.Message, items []string, r []byte) []byte {
				if m.UID != 500 || !whole(items) {
					return r
				}
				return change(r)
			}}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(500)...)
			move(t, from, to, "--timeout1=5").want(t, 0, 500)
			arrived(t, from, to)
		})
	}
}

func TestAMessageThatComesDifferentlyEachWayIsNamedAndNotStored(t *testing.T) {
	t.Parallel()
	bad := func(change func(items []string, b []byte) []byte) func(string, imapscript.Message, []string, []byte) []byte {
		return func(_ string, m imapscript.Message, items []string, r []byte) []byte {
			if m.UID != 2 || !strings.Contains(strings.Join(items, " "), "[") || strings.Contains(strings.Join(items, " "), "FIELDS") {
				return r
			}
			return change(items, r)
		}
	}
	altered := func(_ []string, r []byte) []byte { return bytes.Replace(r, []byte("This is"), []byte("That is"), 1) }
	times := 0
	for name, rewrite := range map[string]func(string, imapscript.Message, []string, []byte) []byte{
		"cut in one piece, another way altered": bad(func(items []string, r []byte) []byte {
			if whole(items) {
				at := bytes.IndexByte(r, '{')
				return append(append([]byte{}, r[:at]...), "{50}\r\n"+strings.Repeat("x", 50)+")\r\n"...)
			}
			return altered(items, r)
		}),
		"cut in one piece": bad(func(items []string, r []byte) []byte {
			if whole(items) {
				at := bytes.IndexByte(r, '{')
				return append(append([]byte{}, r[:at]...), "{50}\r\n"+strings.Repeat("x", 50)+")\r\n"...)
			}
			return r
		}),
		"empty in one piece, ranges altered": bad(func(items []string, r []byte) []byte {
			if whole(items) {
				return r[:0]
			}
			if strings.Contains(strings.Join(items, " "), "<0.") {
				return altered(items, r)
			}
			return r
		}),
		"sized wrong each way": bad(func(_ []string, r []byte) []byte {
			return bytes.Replace(r, []byte("}\r\n"), []byte("}\r\n+"), 1)
		}),
		"nothing each way": bad(func([]string, []byte) []byte { return nil }),
		"growing each time": bad(func(items []string, r []byte) []byte {
			at := bytes.IndexByte(r, '{')
			if asked := strings.Join(items, " "); at < 0 || !whole(items) && !strings.Contains(asked, "<0.") {
				return r
			}
			times++
			return append(append([]byte{}, r[:at]...), fmt.Sprintf("{%d}\r\n%s)\r\n", 200+times, strings.Repeat("x", 200+times))...)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{Rewrite: rewrite}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(letters(5)...)
			for _, copied := range []int64{4, 0} {
				r := move(t, from, to, "--timeout1=5").want(t, imapsync.ExitErrFetch, copied)
				if len(r.Missing) != 1 || r.Missing[0].UID != 2 || r.Verified {
					t.Errorf("missing %+v, verified %v", r.Missing, r.Verified)
				}
			}
			if n := to.Total(); n != 4 {
				t.Errorf("%d messages are stored", n)
			}
		})
	}
}

func TestAMessageOfNoBytesIsSentOn(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"{0}\r\n", `""`, "NIL"} {
		from, to := between(t, imapscript.Knobs{Rewrite: imapscript.ContentOf(2, func([]byte) []byte { return []byte(value) })}, imapscript.Knobs{})
		from.Mailbox("INBOX").Add(letter(1), plain(""), letter(3))
		// It is the destination that does not take it, as Dovecot does not.
		o := move(t, from, to)
		o.want(t, imapsync.ExitErrAppend, 2)
		if !strings.Contains(o.output, "INBOX/2 {0} could not append") {
			t.Errorf("as %s it was not sent: %s", value, tail(o.output))
		}
	}
}

func TestASizeThatLiesIsLookedIntoAndNotHeldAgainstTheMessage(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]func(m imapscript.Message) int64{
		"one, by some bytes": func(m imapscript.Message) int64 {
			if m.UID == 7 {
				return int64(len(m.Body)) + 5
			}
			return int64(len(m.Body))
		},
		"one, grossly": func(m imapscript.Message) int64 {
			if m.UID == 7 {
				return 41
			}
			return int64(len(m.Body))
		},
		"all, as without carriage returns": func(m imapscript.Message) int64 { return int64(len(bytes.ReplaceAll(m.Body, []byte("\r"), nil))) },
		"all, as an estimate":              func(m imapscript.Message) int64 { return int64(len(m.Body)) * 11 / 10 },
		"every third":                      func(m imapscript.Message) int64 { return int64(len(m.Body)) + int64(m.UID%3/2*9) },
		"none told":                        func(imapscript.Message) int64 { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := between(t, imapscript.Knobs{Size: size}, imapscript.Knobs{})
			from.Mailbox("INBOX").Add(pages(2000, 20)...)
			move(t, from, to).want(t, 0, 2000)
			arrived(t, from, to)
			if name == "none told" {
				return
			}
			fetched := 0
			for _, n := range from.Counts().Fetched["INBOX"] {
				fetched += n - 1 // the index has its headers
			}
			if fetched > 2000+1500 { // what the first two commands gave
				t.Errorf("%d fetches of content for 2,000 messages", fetched)
			}
		})
	}
}
