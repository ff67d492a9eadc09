package imapscript

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Bulk is a server with mailboxes of any number of messages, none of which it keeps: what it says of a message follows from its
// number. It is for measuring what an index or a copy costs. Of what is appended to a folder it only counts the messages, and
// those that do not come in the order of their numbers.
type Bulk struct {
	*listener

	mu        sync.Mutex
	appended  map[string]int
	unordered int
}

// Appended is how many messages a folder was given, and how many in all were not the one after the one before.
func (b *Bulk) Appended(folder string) (count, unordered int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.appended[folder], b.unordered
}

// NewBulk starts a server whose INBOX, and as many folders more as are asked for, have so many messages each.
func NewBulk(t testing.TB, folders, messages int) *Bulk {
	t.Helper()
	b := &Bulk{appended: map[string]int{}}
	b.listener = listen(t, false, func(_ int, conn net.Conn) {
		defer conn.Close()
		(&bulkSession{bulk: b, folders: folders, messages: messages, reader: bufio.NewReader(conn), writer: bufio.NewWriterSize(conn, 64<<10)}).serve()
	})
	t.Cleanup(b.Stop)
	return b
}

type bulkSession struct {
	bulk              *Bulk
	selected          string
	folders, messages int
	reader            *bufio.Reader
	writer            *bufio.Writer
}

// serve answers commands until the client goes.
func (s *bulkSession) serve() {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(s.writer, format+"\r\n", args...) }
	const caps = "IMAP4rev1 LITERAL+ UIDPLUS UNSELECT NAMESPACE LIST-EXTENDED LIST-STATUS STATUS=SIZE SASL-IR AUTH=PLAIN"
	say("* OK [CAPABILITY %s] ready", caps)
	for {
		if s.reader.Buffered() == 0 && s.writer.Flush() != nil {
			return
		}
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		verb, rest, _ := strings.Cut(rest, " ")
		answer := "OK done"
		switch strings.ToUpper(verb) {
		case "LOGIN", "AUTHENTICATE":
			answer = "OK [CAPABILITY " + caps + "] welcome"
		case "NAMESPACE":
			say(`* NAMESPACE (("" "/")) NIL NIL`)
		case "LIST":
			for i := range s.folders + 1 {
				say(`* LIST () "/" "%s"`, bulkName(i))
				say(`* STATUS "%s" (MESSAGES %d SIZE %d)`, bulkName(i), s.messages, s.messages*3000)
			}
		case "APPEND":
			if answer, err = s.append(rest); err != nil {
				return
			}
		case "SELECT", "EXAMINE":
			s.selected = strings.Trim(rest, `"`)
			say(`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`)
			say("* %d EXISTS", s.count())
			say("* OK [UIDVALIDITY 7] valid")
			say("* OK [UIDNEXT %d] next", s.count()+1)
			say(`* OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] kept`)
		case "UID":
			if s.fetch(rest) != nil {
				return
			}
		case "LOGOUT":
			say("* BYE good bye")
		}
		say("%s %s", tag, answer)
	}
}

func bulkName(folder int) string {
	if folder == 0 {
		return "INBOX"
	}
	return fmt.Sprintf("Folder %03d", folder)
}

// count is how many messages the selected folder has.
func (s *bulkSession) count() int {
	appended, _ := s.bulk.Appended(s.selected)
	return s.messages + appended
}

// append takes a message, one command at a time, and looks only at its Message-ID.
func (s *bulkSession) append(command string) (answer string, err error) {
	folder := strings.Trim(command[:strings.Index(command[1:], `"`)+2], `"`)
	if !strings.HasPrefix(command, `"`) {
		folder, _, _ = strings.Cut(command, " ")
	}
	size, err := strconv.Atoi(strings.TrimRight(command[strings.LastIndex(command, "{")+1:], "+}"))
	if err != nil {
		return "", err
	}
	text := make([]byte, size)
	if _, err = io.ReadFull(s.reader, text); err == nil {
		_, err = s.reader.ReadString('\n')
	}
	if err != nil {
		return "", err
	}
	var number int
	_, _ = fmt.Sscanf(string(text), "Message-ID: <%d.", &number)
	s.bulk.mu.Lock()
	defer s.bulk.mu.Unlock()
	s.bulk.appended[folder]++
	uid := s.messages + s.bulk.appended[folder]
	if number != uid {
		s.bulk.unordered++
	}
	return fmt.Sprintf("OK [APPENDUID 7 %d] stored", uid), nil
}

// header is that of a message, and moment when it arrived.
func bulkHeader(uid int) (header string, moment time.Time) {
	moment = time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(uid) * time.Minute)
	return fmt.Sprintf("Message-ID: <%d.%d@mail.example.org>\r\nDate: %s\r\nFrom: Anna Example <anna@example.org>\r\nTo: office@example.com\r\nSubject: Re: number %d of what there is to say\r\n\r\n",
		uid, uid*7919, moment.Format(time.RFC1123Z), uid), moment
}

// fetch answers a UID FETCH: of "n:*" for an index or a look at UIDs, and of a set for whole messages.
func (s *bulkSession) fetch(command string) error {
	fields := strings.Fields(command)
	for part := range strings.SplitSeq(fields[1], ",") {
		first, last, ranged := strings.Cut(part, ":")
		from, _ := strconv.Atoi(first)
		to := from
		if ranged {
			if to, _ = strconv.Atoi(last); last == "*" {
				to = s.count()
			}
		}
		for uid := max(from, 1); uid <= min(to, s.count()); uid++ {
			if err := s.tell(uid, command); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell answers for one message.
func (s *bulkSession) tell(uid int, command string) (err error) {
	header, moment := bulkHeader(uid)
	flags := `\Seen`
	if uid%10 == 0 {
		flags = ""
	}
	switch {
	case strings.Contains(command, "BODY.PEEK[]"):
		text := header + strings.Repeat("x", 1000+uid%5000-len(header))
		_, err = fmt.Fprintf(s.writer, "* %d FETCH (UID %d FLAGS (%s) BODY[] {%d}\r\n%s)\r\n", uid, uid, flags, len(text), text)
	case strings.Contains(command, "HEADER.FIELDS"):
		_, err = fmt.Fprintf(s.writer, "* %d FETCH (UID %d FLAGS (%s) INTERNALDATE \"%s\" RFC822.SIZE %d BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT)] {%d}\r\n%s)\r\n",
			uid, uid, flags, moment.Format("02-Jan-2006 15:04:05 -0700"), 1000+uid%5000, len(header), header)
	default:
		_, err = fmt.Fprintf(s.writer, "* %d FETCH (UID %d)\r\n", uid, uid)
	}
	return err
}
