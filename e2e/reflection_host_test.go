package e2e_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"mailferry/internal/imapsync"
	"mailferry/internal/testkit/canary"
	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/mailbox"
)

// parrot is a host that says the password which it was given at every opportunity.
type parrot struct {
	*imapscript.Host

	password    string
	reflections []canary.Reflection
}

// where are the places at which a parrot ends what it was asked for, by saying the password.
var where = []string{"greeting", "LOGIN", "LIST", "EXAMINE", "wait"}

// newParrot is a host that lets everything go on and reflects in passing: in what it tells of itself, in folder names, in
// refusals of single folders and messages, and in the subjects of messages that it refuses. end, if it is not empty, is the
// command whose answer says reflection n instead, or "greeting" or "wait".
func newParrot(t *testing.T, password, end string, n int) *parrot {
	t.Helper()
	p := &parrot{password: password, reflections: canary.Reflections(password)}
	said := p.line(n)
	p.Host = imapscript.NewHost(t, imapscript.Knobs{
		Greeting: said,
		// A capability has no blanks.
		With: []string{"X-" + strings.Join(strings.Fields(said), "-")},
		RefuseLogin: func(int) string {
			if end == "LOGIN" {
				return "NO [AUTHENTICATIONFAILED] no login with " + said
			}
			return ""
		},
		RefuseSelect: func(name string) string {
			if strings.Contains(name, "Refused ") {
				return "NO [CANNOT] never " + p.line(number(name))
			}
			return ""
		},
		RefuseCreate: func(name string) string {
			if strings.Contains(name, "Uncreated ") {
				return "NO [CANNOT] will not create for " + p.line(number(name))
			}
			return ""
		},
		RefuseMessage: func(_ string, m imapscript.Message) string {
			_, rest, _ := strings.Cut(string(m.Body), "Message-ID: <")
			i := 0
			if _, err := fmt.Sscanf(rest, "%d@", &i); err != nil {
				return "NO [CANNOT] " + said
			}
			return "NO [CANNOT] not from " + p.line(i)
		},
		Tell: func(line string) string {
			if strings.Contains(line, "BODY.PEEK[]") && strings.HasPrefix(end, "FETCH") {
				return "NO [SERVERBUG] no content for " + said
			}
			return ""
		},
		Instead: func(tag, line string, wire io.Writer) bool { return p.instead(end, said, tag, line, wire) },
	})
	return p
}

// instead says the password along with answers of its own.
func (p *parrot) instead(end, said, tag, line string, wire io.Writer) bool {
	verb, _, _ := strings.Cut(line, " ")
	answer := func(lines ...string) bool {
		for _, line := range lines {
			_, _ = io.WriteString(wire, line+"\r\n")
		}
		return true
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(said)
	switch {
	case verb == "LIST" && end == "LIST":
		return answer("* OK [ALERT] "+said, tag+" NO [CANNOT] no folders for "+said)
	case verb == "EXAMINE" && end == "EXAMINE":
		return answer("* BYE gone with "+said, tag+" NO "+said)
	case verb == "EXAMINE" && end == "wait", verb == "CREATE" && end == "wait":
		return answer(tag + " NO [LIMIT] Rate limit of " + said + " hit. Suggested Backoff Time: 3600000 milliseconds")
	case verb == "ID":
		return answer("* OK [ALERT] "+said, `* ID ("name" "`+quoted+`" "support" "`+quoted+`")`, tag+" OK "+said)
	case verb == "NAMESPACE":
		return answer("* NO "+said, `* NAMESPACE (("" "/")) NIL NIL`, tag+" OK [ALERT] "+said)
	}
	return false
}

// line is a reflection as one line of a server's text.
func (p *parrot) line(n int) string {
	return strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(p.reflections[n%len(p.reflections)].Text)
}

// number is the number at the end of a folder's name.
func number(name string) int {
	n := 0
	_, _ = fmt.Sscanf(name[strings.LastIndexByte(name, ' ')+1:], "%d", &n)
	return n
}

// fill makes folders whose names are the password, folders that will be refused, and messages whose subjects have it.
func (p *parrot) fill() *parrot {
	for i, r := range p.reflections {
		for _, name := range []string{
			// As it is on the wire, in modified UTF-7 of what people would read, and below others.
			r.Text, imapsync.EncodeFolder(r.Text), fmt.Sprintf("Refused %d", i), fmt.Sprintf("Uncreated %d", i), "Above/" + r.Text,
		} {
			if strings.ContainsAny(name, "\x00\r\n") || strings.HasPrefix(name, "/") {
				continue // not even a host can say this
			}
			p.Mailbox(name)
		}
		subject := strings.NewReplacer("\x00", " ", "\r\n", "\r\n ", "\n", " ").Replace(r.Text)
		p.Mailbox("INBOX").Add(imapscript.Message{Body: fmt.Appendf(nil, "Message-ID: <%d@example.org>\r\nFrom: %s <a@example.org>\r\nSubject: %s\r\n\r\n%d\r\n",
			i, r.Name, subject, i)})
	}
	return p
}

func (p *parrot) mailbox(user string) mailbox.Mailbox {
	return mailbox.Mailbox{Host: p.Host.Host, Port: p.Port, User: user, Password: p.password}
}

// waitingJob is what a job waits for.
type waitingJob struct {
	ID, Status  string
	QueueReason *string
}

// waitUntil follows a job until it is as wanted.
func (s *server) waitUntil(id, what string, fulfils func(waitingJob) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	sub, err := s.Subscribe(ctx, `subscription ($id: ID) { jobChanged(id: $id) { id status queueReason } }`, map[string]any{"id": id})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer sub.Close()
	for {
		var event struct{ JobChanged waitingJob }
		if err := sub.Next(&event); err != nil {
			s.t.Errorf("nobody saw that job %s %s: %v", id, what, err)
			return
		}
		if fulfils(event.JobChanged) {
			return
		}
	}
}

// batchState is how far a batch has come.
type batchState struct {
	Checking bool
	Checked  int
	Counts   []struct {
		Status string
		Count  int
	}
}

// active counts the mailboxes that wait or run.
func (b batchState) active() int {
	n := 0
	for _, c := range b.Counts {
		if c.Status == "QUEUED" || c.Status == "RUNNING" {
			n += c.Count
		}
	}
	return n
}

// waitForBatch follows a batch until it is as wanted.
func (s *server) waitForBatch(id, what string, fulfils func(batchState) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	sub, err := s.Subscribe(ctx, `subscription ($id: ID!) { batchChanged(id: $id) { summary { checking checked counts { status count } } } }`, map[string]any{"id": id})
	if err != nil {
		s.t.Fatal(err)
	}
	defer sub.Close()
	for {
		var event struct{ BatchChanged struct{ Summary batchState } }
		if err := sub.Next(&event); err != nil {
			s.t.Fatalf("nobody saw that batch %s %s: %v", id, what, err)
		}
		if fulfils(event.BatchChanged.Summary) {
			return
		}
	}
}

// stop has the server end in order.
func (s *server) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	s.wait()
}
