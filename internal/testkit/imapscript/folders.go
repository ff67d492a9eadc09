package imapscript

import (
	"slices"
	"strings"
)

func (s *session) namespace(args *arguments) {
	s.h.mu.Lock()
	prefix, delimiter := s.h.knobs.Prefix, s.h.delimiter()
	others := s.h.knobs.Habits.namespaces(delimiter)
	s.h.mu.Unlock()
	s.line("* NAMESPACE ((" + quote(prefix) + " " + quote(delimiter) + "))" + others)
	s.done(args, "OK done")
}

// listOptions are what RETURN asks for.
type listOptions struct {
	subscribed bool
	status     []string
}

func (s *session) list(args *arguments) {
	reference, pattern := args.astring(), args.astring()
	var options listOptions
	if strings.EqualFold(args.atom(), "RETURN") {
		text := args.list()
		options.subscribed = strings.Contains(strings.ToUpper(text), "SUBSCRIBED")
		if _, items, found := strings.Cut(strings.ToUpper(text), "STATUS ("); found {
			items, _, _ = strings.Cut(items, ")")
			options.status = strings.Fields(items)
		}
	}
	s.h.mu.Lock()
	for _, box := range s.matching(reference + pattern) {
		if slices.Contains(s.h.knobs.Unlisted, box.name) {
			continue
		}
		attributes := slices.Clone(box.attributes)
		if box.hasChildren() {
			attributes = append(attributes, `\HasChildren`)
		} else {
			attributes = append(attributes, `\HasNoChildren`)
		}
		if options.subscribed && box.subscribed {
			attributes = append(attributes, `\Subscribed`)
		}
		s.line("* LIST (" + strings.Join(attributes, " ") + ") " + quote(s.h.delimiter()) + " " + quote(box.name))
		if len(options.status) > 0 && !slices.Contains(box.attributes, `\Noselect`) {
			s.statusLine(box, options.status)
		}
	}
	s.h.mu.Unlock()
	s.done(args, "OK done")
}

func (s *session) lsub(args *arguments) {
	reference, pattern := args.astring(), args.astring()
	s.h.mu.Lock()
	for _, box := range s.matching(reference + pattern) {
		if box.subscribed {
			s.line("* LSUB () " + quote(s.h.delimiter()) + " " + quote(box.name))
		}
	}
	s.h.mu.Unlock()
	s.done(args, "OK done")
}

// matching lists the mailboxes that match a pattern. The host is locked.
func (s *session) matching(pattern string) []*Mailbox {
	var boxes []*Mailbox
	for _, box := range s.h.boxes {
		if matchPattern(pattern, box.name, s.h.delimiter()) {
			boxes = append(boxes, box)
		}
	}
	return boxes
}

func (s *session) status(args *arguments) {
	name, items := args.astring(), strings.Fields(strings.ToUpper(args.list()))
	answer := "OK done"
	s.h.mu.Lock()
	if box, refused := s.openable(name); refused != "" {
		answer = refused
	} else {
		s.statusLine(box, items)
	}
	s.h.mu.Unlock()
	s.done(args, answer)
}

// statusLine writes a STATUS response. The host is locked.
func (s *session) statusLine(box *Mailbox, items []string) {
	var size int64
	for _, m := range box.messages {
		size += int64(len(m.Body))
	}
	values := map[string]string{
		"MESSAGES": itoa(len(box.messages)), "UIDNEXT": itoa(box.next), "UIDVALIDITY": itoa(box.validity), "SIZE": itoa(size),
		"RECENT": "0", "UNSEEN": "0", "APPENDLIMIT": "NIL",
	}
	if s.h.knobs.AppendLimit > 0 {
		values["APPENDLIMIT"] = itoa(s.h.knobs.AppendLimit)
	}
	var told []string
	for _, item := range items {
		if value, known := values[item]; known {
			told = append(told, item, value)
		}
	}
	if s.h.knobs.Index.Status != nil {
		if n := s.h.knobs.Index.Status(box.name, len(box.messages)); n < 0 {
			delete(values, "MESSAGES")
		} else {
			values["MESSAGES"] = itoa(n)
		}
	}
	s.line("* STATUS " + quote(box.name) + " (" + strings.Join(told, " ") + ")")
}

// openable finds a mailbox that SELECT and STATUS may have, or says why not. The host is locked.
func (s *session) openable(name string) (box *Mailbox, refused string) {
	box = s.h.find(name)
	switch {
	case box == nil:
		return nil, "NO [NONEXISTENT] no such mailbox"
	case slices.Contains(box.attributes, `\Noselect`), slices.Contains(box.attributes, `\NonExistent`):
		return nil, "NO [CANNOT] mailbox cannot be selected"
	case s.h.knobs.RefuseSelect != nil:
		return box, s.h.knobs.RefuseSelect(box.name)
	}
	return box, ""
}

func (s *session) create(args *arguments) {
	name := args.astring()
	answer := "OK done"
	s.h.mu.Lock()
	k := s.h.knobs
	name = strings.TrimSuffix(name, s.h.delimiter())
	refused := ""
	if k.RefuseCreate != nil {
		refused = k.RefuseCreate(name)
	}
	switch {
	case refused != "":
		answer = refused
	case name == "" || args.bad || s.err != nil:
		answer = "BAD no name"
	case s.h.find(name) != nil:
		answer = "NO [ALREADYEXISTS] mailbox exists"
	case k.Prefix != "" && !strings.HasPrefix(name, k.Prefix):
		answer = "NO [CANNOT] names begin with " + k.Prefix
	default:
		name = k.Habits.created(name)
		// The levels above come into being with it (RFC 3501, section 6.3.3).
		levels := strings.Split(name, s.h.delimiter())
		for i := range levels {
			if above := strings.Join(levels[:i+1], s.h.delimiter()); above != "" && s.h.find(above) == nil {
				s.h.create(above)
			}
		}
	}
	s.h.mu.Unlock()
	s.done(args, answer)
}

func (s *session) delete(args *arguments) {
	name := args.astring()
	answer := "OK done"
	s.h.mu.Lock()
	if box := s.h.find(name); box == nil {
		answer = "NO [NONEXISTENT] no such mailbox"
	} else {
		s.h.boxes = slices.DeleteFunc(s.h.boxes, func(other *Mailbox) bool { return other == box })
	}
	s.h.mu.Unlock()
	s.done(args, answer)
}

func (s *session) subscribe(args *arguments)   { s.setSubscribed(args, true) }
func (s *session) unsubscribe(args *arguments) { s.setSubscribed(args, false) }

func (s *session) setSubscribed(args *arguments, on bool) {
	name := args.astring()
	answer := "OK done"
	s.h.mu.Lock()
	if box := s.h.find(name); box == nil {
		answer = "NO [NONEXISTENT] no such mailbox"
	} else {
		box.subscribed = on
	}
	s.h.mu.Unlock()
	s.done(args, answer)
}

func (s *session) selectBox(args *arguments) { s.open(args, false) }
func (s *session) examine(args *arguments)   { s.open(args, true) }

func (s *session) open(args *arguments, readOnly bool) {
	name := args.astring()
	s.box, s.view = nil, nil
	s.h.mu.Lock()
	box, refused := s.openable(name)
	if refused != "" {
		s.h.mu.Unlock()
		s.reply(refused)
		return
	}
	s.box, s.readOnly = box, readOnly
	if box.opened++; s.h.knobs.Meanwhile != nil {
		for _, m := range s.h.knobs.Meanwhile(box.opened, name) {
			box.add(m)
		}
	}
	if s.h.knobs.Habits.RestlessValidity {
		s.h.serial++
		box.validity = s.h.serial
	}
	for _, m := range box.messages {
		if !slices.Contains(s.h.unseen[name], m.UID) {
			s.view = append(s.view, m.UID)
		}
	}
	if window := s.h.knobs.Index.Window; window > 0 && !s.uidOnly {
		s.view = s.view[max(0, len(s.view)-window):]
	}
	delete(s.h.unseen, name)
	for _, m := range s.h.late[name] {
		box.add(m) // which this session has not seen yet
	}
	delete(s.h.late, name)
	permanent := s.h.knobs.PermanentFlags
	if permanent == nil {
		permanent = defaultFlags()
	}
	flags := []string{`\Answered`, `\Flagged`, `\Deleted`, `\Seen`, `\Draft`}
	for _, flag := range permanent {
		if flag != `\*` && !slices.Contains(flags, flag) {
			flags = append(flags, flag)
		}
	}
	s.line("* FLAGS (" + strings.Join(flags, " ") + ")")
	s.line("* OK [PERMANENTFLAGS (" + strings.Join(permanent, " ") + ")] kept")
	exists := len(s.view)
	if s.h.knobs.Index.Exists != nil {
		exists = s.h.knobs.Index.Exists(box.name, exists)
	}
	s.line("* " + itoa(exists) + " EXISTS")
	s.line("* 0 RECENT")
	s.line("* OK [UIDVALIDITY " + itoa(box.validity) + "] valid")
	s.line("* OK [UIDNEXT " + itoa(box.next) + "] next")
	s.h.mu.Unlock()
	if readOnly {
		s.reply("OK [READ-ONLY] done")
	} else {
		s.reply("OK [READ-WRITE] done")
	}
}

// defaultFlags are PERMANENTFLAGS of a good server.
func defaultFlags() []string {
	return []string{`\Answered`, `\Flagged`, `\Deleted`, `\Seen`, `\Draft`, `\*`}
}

func (s *session) unselect(args *arguments) {
	s.box, s.view = nil, nil
	s.done(args, "OK done")
}

func (s *session) quotaRoot(args *arguments) {
	name := args.astring()
	s.line("* QUOTAROOT " + quote(name) + ` "user"`)
	s.quotaLine()
	s.done(args, "OK done")
}

func (s *session) quota(args *arguments) {
	_ = args.astring()
	s.quotaLine()
	s.done(args, "OK done")
}

func (s *session) quotaLine() {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	if s.h.knobs.Quota > 0 {
		s.line(`* QUOTA "user" (STORAGE ` + itoa((s.h.size()+1023)/1024) + " " + itoa(s.h.knobs.Quota/1024) + ")")
	} else {
		s.line(`* QUOTA "user" ()`)
	}
}
