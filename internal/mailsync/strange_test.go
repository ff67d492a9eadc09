package mailsync_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
)

// strangeMessages are all combinations of odd headers, bodies and line ends.
func strangeMessages() []mailgen.Message {
	headers := map[string]string{
		"none":             "",
		"subject only":     "Subject: %d\n",
		"no Message-ID":    "From: a@example.org\nTo: b@example.org\nDate: Mon, 1 Mar 2021 10:00:00 +0000\nSubject: %d\n",
		"same but one":     "From: a@example.org\nTo: b@example.org\nSubject: the same\n",
		"Message-ID":       "Message-ID: <%d@example.org>\nSubject: x\n",
		"shared":           "Message-ID: <shared@example.org>\nSubject: x\n",
		"folded":           "Message-ID:\n <%d@\n\texample.org>\nSubject: a\n b\n",
		"two of a kind":    "Message-ID: <%d.a@example.org>\nMessage-ID: <%d.b@example.org>\nSubject: x\nSubject: y\n",
		"empty Message-ID": "Message-ID: \nSubject: %d\n",
		"8-bit":            "Subject: caf\xe9 %d\nFrom: J\xfcrgen <j@example.org>\n",
		"UTF-8":            "Subject: été %d\nFrom: Jürgen <j@example.org>\n",
		"From_ line":       "From a@example.org Mon Mar  1 10:00:00 2021\nSubject: %d\n",
		">From_ line":      ">From a@example.org Mon Mar  1 10:00:00 2021\nMessage-ID: <%d@example.net>\n",
		"no colon":         "this is no header %d\nSubject: x\n",
		"space first":      " Subject: %d\nFrom: a@example.org\n",
		"comments":         "Message-ID: <%d@example.org> (really)\nSubject: a (b) c\n",
		"NUL":              "Subject: a\x00b %d\nMessage-ID: <nul%d@example.org>\n",
		"long line":        "Subject: " + strings.Repeat("long ", 2000) + "%d\n",
		"many fields":      strings.Repeat("X-Field: y\n", 500) + "Message-ID: <many%d@example.org>\n",
	}
	bodies := []string{
		"", "\n", "\nbody\n", "\nno line end", "\n\n\n\n", "\ncaf\xe9\n", "\na\x00b\n", "\n.\n..\n.dot\n", "\nFrom here\n>From there\n",
		"\na\rb\rc\n", "\n" + strings.Repeat("x", 5000) + "\n", "\n--b\nContent-Type: text/plain\n\nunclosed part\n", "\n\x1b[31mred\x1b[0m\x7f\n", "\n \n\t\n",
	}
	ends := []string{"\r\n", "\n", "\r", "\n\r"}
	var all []mailgen.Message
	n := 0
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		header := headers[name]
		for _, body := range bodies {
			for i, end := range ends {
				n++
				raw := strings.ReplaceAll(header, "%d", strconv.Itoa(n)) + body
				raw = strings.ReplaceAll(raw, "\n", end)
				if i == 3 {
					// Line ends of both kinds in one message.
					raw = strings.Replace(strings.ReplaceAll(raw, "\n\r", "\r\n"), "\r\n", "\n", 2)
				}
				if strings.TrimSpace(raw) == "" {
					continue
				}
				if strings.HasSuffix(raw, "\r") {
					raw += "." // Dovecot drops a carriage return at the very end of what it stores
				}
				m := mailgen.Message{Raw: []byte(raw)}
				if n%3 > 0 {
					m.Date = time.Date(2021, 3, 1+n%7, 10, 0, 0, 0, time.UTC)
				}
				all = append(all, m)
			}
		}
	}
	return all
}

func TestAThousandStrangeMessagesArriveOnceEach(t *testing.T) {
	t.Parallel()
	messages := strangeMessages()
	if len(messages) < 1000 {
		t.Fatalf("only %d messages", len(messages))
	}
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	add(t, connect(t, from), "INBOX", messages...)
	want := contents(t, from, "/", "")
	for _, hidden := range [][]string{nil, {"MULTIAPPEND", "UIDPLUS"}} {
		to := dovecotUsers(t, dovecot.Options{HideCapabilities: hidden}, "new")[0]
		if r := syncOnce(t, quick(), from, to).want(t, 0, int64(len(messages))); !r.Verified {
			t.Errorf("report %+v", r)
		}
		same(t, contents(t, to, "/", ""), want)
		syncOnce(t, quick(), from, to).want(t, 0, 0)
	}
}
