package imapscript

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
)

// errGone ends a session that was ended on purpose.
var errGone = errors.New("connection ended on purpose")

// session is one connection to a Host. Its first error stays and makes everything after it do nothing.
type session struct {
	h        *Host
	conn     net.Conn
	reader   *bufio.Reader
	writer   *bufio.Writer
	err      error
	caps     []string
	tag      string
	loggedIn bool
	leaving  bool
	box      *Mailbox
	readOnly bool
	// view are the UIDs that the client knows of, in the order of their sequence numbers.
	view []uint32
	// uidOnly says that the client has enabled UIDONLY.
	uidOnly bool
	// early says that the command came before the answer to the one before; see Habits for the others.
	early, identified, unconnected bool
	refusals                       int
}

// serve speaks with one client until it goes.
func serve(h *Host, conn net.Conn) {
	s := &session{h: h, conn: conn, reader: bufio.NewReader(conn), writer: bufio.NewWriter(conn)}
	defer s.end()
	h.mu.Lock()
	s.caps = h.capabilities()
	greeting := cmp.Or(h.knobs.Greeting, "ready")
	full := h.knobs.MaxConnections > 0 && h.knobs.ByeAtLimit && h.stats.LoggedIn >= h.knobs.MaxConnections
	h.mu.Unlock()
	if full {
		s.line("* BYE Too many connections, try again later")
		s.flush()
		return
	}
	s.line("* OK [CAPABILITY " + strings.Join(s.caps, " ") + "] " + greeting)
	s.flush()
	for s.err == nil && !s.leaving {
		s.early = s.reader.Buffered() > 0
		line := s.readLine()
		if s.err != nil {
			return
		}
		s.command(line)
		if s.reader.Buffered() == 0 || s.leaving {
			s.flush()
		}
	}
}

func (s *session) end() {
	s.h.mu.Lock()
	if s.loggedIn {
		s.h.stats.LoggedIn--
	}
	s.h.mu.Unlock()
	_ = s.conn.Close()
}

func (s *session) has(capability string) bool {
	return slices.ContainsFunc(s.caps, func(word string) bool { return strings.EqualFold(word, capability) })
}

func (s *session) readLine() string {
	if s.err != nil {
		return ""
	}
	line, err := s.reader.ReadString('\n')
	if err != nil {
		s.err = err
	}
	return strings.TrimRight(line, "\r\n")
}

func (s *session) write(text string) {
	if s.err == nil {
		_, s.err = s.writer.WriteString(text)
	}
}

func (s *session) line(text string) { s.write(text + "\r\n") }

func (s *session) flush() {
	if s.err == nil {
		s.err = s.writer.Flush()
	}
}

// reply gives the tagged answer.
func (s *session) reply(text string) { s.line(s.tag + " " + text) }

// act does what a knob says; false means to go on.
func (s *session) act(action Action) bool {
	switch action.kind {
	case goOn, expungeOther, arrive:
		return false
	case refuse:
		s.reply(action.text)
		return true
	case bye:
		s.line("* BYE " + action.text)
		s.flush()
	case drop, dropInside, dropAndStore:
		s.flush()
	case silence, silenceInside:
		s.flush()
		_, _ = io.Copy(io.Discard, s.reader)
	}
	s.err = errGone
	return true
}

// command does one command.
func (s *session) command(line string) {
	tag, rest, _ := strings.Cut(line, " ")
	verb, rest, _ := strings.Cut(rest, " ")
	verb = strings.ToUpper(verb)
	if verb == "UID" {
		var second string
		second, rest, _ = strings.Cut(rest, " ")
		verb += " " + strings.ToUpper(second)
	}
	s.tag = tag
	s.h.mu.Lock()
	s.h.stats.Commands++
	s.h.stats.Verbs[verb]++
	var action Action
	if s.h.knobs.OnCommand != nil {
		action = s.h.knobs.OnCommand(s.h.stats.Commands, strings.TrimPrefix(line, tag+" "))
	}
	s.h.mu.Unlock()
	if s.act(action) || s.habit(verb, strings.TrimPrefix(line, tag+" ")) {
		return
	}
	if s.takenOver(tag, strings.TrimPrefix(line, tag+" ")) {
		return
	}
	args := &arguments{s: s, line: rest, command: strings.TrimPrefix(line, tag+" ")}
	handle, known := map[string]func(*arguments){
		"CAPABILITY": s.capability, "NOOP": s.noop, "LOGOUT": s.logout, "LOGIN": s.login, "AUTHENTICATE": s.authenticate, "ID": s.id,
	}[verb]
	if !known {
		if !s.loggedIn {
			s.reply("BAD log in first")
			return
		}
		handle, known = map[string]func(*arguments){
			"ENABLE": s.enable, "NAMESPACE": s.namespace, "LIST": s.list, "LSUB": s.lsub, "STATUS": s.status, "CREATE": s.create,
			"DELETE": s.delete, "SUBSCRIBE": s.subscribe, "UNSUBSCRIBE": s.unsubscribe, "SELECT": s.selectBox, "EXAMINE": s.examine,
			"APPEND": s.appendMessages, "GETQUOTAROOT": s.quotaRoot, "GETQUOTA": s.quota,
		}[verb]
	}
	if !known {
		if s.box == nil {
			s.reply("BAD " + verb + " is unknown, or wants an open mailbox")
			return
		}
		handle, known = map[string]func(*arguments){
			"FETCH": s.fetch, "UID FETCH": s.uidFetch, "UID SEARCH": s.search, "UID STORE": s.store, "EXPUNGE": s.expunge,
			"UNSELECT": s.unselect, "CLOSE": s.unselect, "CHECK": s.noop,
		}[verb]
	}
	if !known {
		s.reply("BAD " + verb + " is unknown")
		return
	}
	handle(args)
}

// done answers a command, after telling what has changed in the open mailbox.
func (s *session) done(args *arguments, text string) {
	if args.bad {
		text = "BAD cannot read the arguments"
	}
	s.tellChanges()
	s.reply(text)
}

// tellChanges brings the client's view of the open mailbox up to date.
func (s *session) tellChanges() {
	if s.box == nil {
		return
	}
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	for i, uid := range slices.Backward(s.view) {
		if s.box.byUID(uid) == nil {
			if s.uidOnly {
				s.line("* VANISHED " + itoa(uid))
			} else {
				s.line("* " + itoa(i+1) + " EXPUNGE")
			}
			s.view = slices.Delete(s.view, i, i+1)
		}
	}
	if len(s.box.messages) > len(s.view) {
		s.view = s.view[:0]
		for _, m := range s.box.messages {
			s.view = append(s.view, m.UID)
		}
		s.line("* " + itoa(len(s.view)) + " EXISTS")
	}
}

func (s *session) capability(args *arguments) {
	s.line("* CAPABILITY " + strings.Join(s.caps, " "))
	s.done(args, "OK done")
}

func (s *session) noop(args *arguments) { s.done(args, "OK done") }

func (s *session) logout(*arguments) {
	s.line("* BYE good bye")
	s.reply("OK done")
	s.leaving = true
}

func (s *session) id(args *arguments) {
	s.line(`* ID ("name" "imapscript")`)
	s.done(args, "OK done")
}

func (s *session) login(args *arguments) {
	_ = args.astring()
	s.admit(args.astring())
}

func (s *session) authenticate(args *arguments) {
	if mechanism := args.atom(); !strings.EqualFold(mechanism, "PLAIN") {
		s.reply("NO mechanism unknown")
		return
	}
	response := args.atom()
	if response == "" {
		s.line("+ ")
		s.flush()
		response = s.readLine()
	}
	s.h.mu.Lock()
	refused := s.h.knobs.Habits.RefusePlain
	s.h.mu.Unlock()
	if refused != "" {
		s.reply(refused)
		return
	}
	decoded, err := base64.StdEncoding.DecodeString(response)
	parts := strings.Split(string(decoded), "\x00")
	if err != nil || len(parts) != 3 {
		s.reply("BAD not a PLAIN response")
		return
	}
	s.admit(parts[2])
}

// admit lets a client in, or not.
func (s *session) admit(password string) {
	s.h.mu.Lock()
	s.h.stats.Logins++
	answer, k := "", s.h.knobs
	if k.RefuseLogin != nil {
		answer = k.RefuseLogin(s.h.stats.Logins)
	}
	switch {
	case answer != "":
	case k.Habits.IDBeforeLogin && !s.identified:
		answer = "NO Please send ID first"
	case k.MaxConnections > 0 && s.h.stats.LoggedIn >= k.MaxConnections:
		answer = "NO [LIMIT] Maximum number of connections from user exceeded"
	case k.Password != "" && k.Password != password:
		answer = "NO [AUTHENTICATIONFAILED] wrong user or password"
	default:
		s.loggedIn = true
		s.unconnected = k.Habits.NotConnected != nil && k.Habits.NotConnected(s.h.stats.Logins)
		s.h.stats.LoggedIn++
		s.h.stats.MaxLoggedIn = max(s.h.stats.MaxLoggedIn, s.h.stats.LoggedIn)
		answer = "OK [CAPABILITY " + strings.Join(s.caps, " ") + "] welcome"
	}
	s.h.mu.Unlock()
	s.reply(answer)
}

func (s *session) enable(args *arguments) {
	enabled := ""
	if strings.Contains(strings.ToUpper(args.line), "UIDONLY") && s.has("UIDONLY") {
		s.uidOnly = true
		enabled = " UIDONLY"
	}
	s.line("* ENABLED" + enabled)
	s.done(args, "OK done")
}
