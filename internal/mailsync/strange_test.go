package mailsync_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"mailferry/internal/dovecottest"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailgen"
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
	for name, header := range headers {
		for _, body := range bodies {
			for i, end := range ends {
				n++
				raw := strings.ReplaceAll(header, "%d", fmt.Sprint(len(name)*1000+len(body)*10+i)) + body
				raw = strings.ReplaceAll(raw, "\n", end)
				if i == 3 {
					// Line ends of both kinds in one message.
					raw = strings.Replace(strings.ReplaceAll(raw, "\n\r", "\r\n"), "\r\n", "\n", 2)
				}
				if raw == "" {
					continue
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

// ends leaves the carriage returns at the ends of messages out of account.
func ends(all map[string][]string) {
	for _, messages := range all {
		for i := range messages {
			messages[i] = strings.TrimRight(messages[i], "\r")
		}
		sort.Strings(messages)
	}
}

func TestAThousandStrangeMessagesArriveOnceEach(t *testing.T) {
	t.Parallel()
	messages := strangeMessages()
	if len(messages) < 1000 {
		t.Fatalf("only %d messages", len(messages))
	}
	from := dovecot(t, dovecottest.Options{}, "old")[0]
	add(t, connect(t, from), "INBOX", messages...)
	want := contents(t, from, "/", "")
	// Dovecot strips a leading From_ line. Of a message that is nothing else it is left with
	// no byte, which it gives out and does not take.
	empty := 0
	want["INBOX"] = slices.DeleteFunc(want["INBOX"], func(m string) bool {
		if strings.HasSuffix(m, "Z ") {
			empty++
			return true
		}
		return false
	})
	// It also drops one carriage return at the end of each message it stores.
	ends(want)
	for _, hidden := range [][]string{nil, {"MULTIAPPEND", "UIDPLUS"}} {
		to := dovecot(t, dovecottest.Options{HideCapabilities: hidden}, "new")[0]
		r := syncOnce(t, quick(), from, to).want(t, imapsync.ExitErrAppend, int64(len(messages)-empty))
		if empty == 0 || len(r.Missing) != empty || r.Missing[0].Size != 0 || !strings.Contains(r.Missing[0].Reason, "zero byte") {
			t.Errorf("%d empty, missing %+v", empty, r.Missing)
		}
		got := contents(t, to, "/", "")
		ends(got)
		same(t, got, want)
		syncOnce(t, quick(), from, to).want(t, imapsync.ExitErrAppend, 0)
	}
}
