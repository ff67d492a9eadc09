package imapscript

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Bulk is a server with mailboxes of any number of messages, none of which it keeps: what it says of a message follows from its
// number. It is for measuring what an index costs, and its mail can only be looked at.
type Bulk struct {
	*listener
}

// NewBulk starts a server whose INBOX, and as many folders more as are asked for, have so many messages each.
func NewBulk(t testing.TB, folders, messages int) *Bulk {
	t.Helper()
	b := &Bulk{}
	b.listener = listen(t, false, func(_ int, conn net.Conn) {
		defer conn.Close()
		(&bulkSession{folders: folders, messages: messages, reader: bufio.NewReader(conn), writer: bufio.NewWriterSize(conn, 64<<10)}).serve()
	})
	t.Cleanup(b.Stop)
	return b
}

type bulkSession struct {
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
		case "SELECT", "EXAMINE":
			say(`* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`)
			say("* %d EXISTS", s.messages)
			say("* OK [UIDVALIDITY 7] valid")
			say("* OK [UIDNEXT %d] next", s.messages+1)
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

// fetch answers a UID FETCH of "n:*" for an index.
func (s *bulkSession) fetch(command string) error {
	set := strings.Fields(command)[1]
	first, _, _ := strings.Cut(set, ":")
	from, _ := strconv.Atoi(first)
	day := time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	for uid := max(from, 1); uid <= s.messages; uid++ {
		flags := `\Seen`
		if uid%10 == 0 {
			flags = ""
		}
		moment := day.Add(time.Duration(uid) * time.Minute)
		header := fmt.Sprintf("Message-ID: <%d.%d@mail.example.org>\r\nDate: %s\r\nFrom: Anna Example <anna@example.org>\r\nTo: office@example.com\r\nSubject: Re: number %d of what there is to say\r\n\r\n",
			uid, uid*7919, moment.Format(time.RFC1123Z), uid)
		_, err := fmt.Fprintf(s.writer, "* %d FETCH (UID %d FLAGS (%s) INTERNALDATE \"%s\" RFC822.SIZE %d BODY[HEADER.FIELDS (MESSAGE-ID DATE FROM TO SUBJECT)] {%d}\r\n%s)\r\n",
			uid, uid, flags, moment.Format("02-Jan-2006 15:04:05 -0700"), 1000+uid%5000, len(header), header)
		if err != nil {
			return err
		}
	}
	return nil
}
