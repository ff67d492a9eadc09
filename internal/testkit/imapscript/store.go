package imapscript

import (
	"regexp"
	"slices"
	"strings"
)

// appendMessages does APPEND of one message or several. Literals that wait are refused before they are sent, where that can
// be known.
func (s *session) appendMessages(args *arguments) {
	name := args.astring()
	refused := s.targetRefusal(name)
	var uids []uint32
	var batch []Message
	var batchSize int64
	for number := 1; ; number++ {
		m := Message{}
		if flags := args.list(); flags != "" {
			m.Flags = strings.Fields(flags)
		}
		if args.space(); strings.HasPrefix(args.line, `"`) {
			m.InternalDate = args.quoted()
		}
		args.space()
		size, waits := args.literalHeader()
		if args.bad || s.err != nil {
			s.done(args, "BAD")
			return
		}
		if refused == "" {
			refused = s.messageRefusal(m, size, batchSize)
		}
		if refused == "" && number > 1 && !s.has("MULTIAPPEND") {
			refused = "BAD one message at a time"
		}
		if limit := s.h.knobs.Index.MessageLimit; refused == "" && limit > 0 && number > limit {
			refused = "NO [MESSAGELIMIT " + itoa(limit) + "] that many at a time"
		}
		if refused != "" && waits {
			s.done(args, refused)
			return
		}
		m.Body = args.literal(size, waits)
		if s.err != nil {
			return
		}
		batchSize += size
		var action Action
		if refused, action = s.received(name, m, refused); s.act(action) {
			return
		}
		if refused == "" {
			if s.storesAtOnce() {
				stored, ended := s.storeBatch(name, []Message{m})
				if uids = append(uids, stored...); ended {
					return
				}
			} else {
				batch = append(batch, m)
			}
		}
		if args.ended() {
			break
		}
	}
	if refused != "" {
		s.done(args, refused)
		return
	}
	stored, ended := s.storeBatch(name, batch)
	if ended {
		return
	}
	uids = append(uids, stored...)
	s.done(args, "OK "+s.appendUID(name, uids)+"done")
}

func (s *session) storesAtOnce() bool {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	return s.h.knobs.StoreMembersAtOnce
}

// targetRefusal says why nothing can be stored in a mailbox, "" when it can.
func (s *session) targetRefusal(name string) string {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	box := s.h.find(name)
	switch {
	case box == nil:
		return "NO [TRYCREATE] no such mailbox"
	case slices.Contains(box.attributes, `\Noselect`):
		return "NO [CANNOT] not a mailbox for messages"
	case s.h.knobs.Habits.SelectToAppend && s.box == box && s.readOnly:
		return "NO the mailbox is open for reading only"
	}
	return ""
}

// messageRefusal says why a message of this size, after so many bytes of the same batch, cannot be stored.
func (s *session) messageRefusal(m Message, size, before int64) string {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	k := s.h.knobs
	date := regexp.MustCompile(`^( \d|0[1-9]|[12]\d|3[01])-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d [-+]\d{4}$`)
	switch {
	case size == 0:
		return "NO cannot save an empty message"
	case m.InternalDate != "" && !date.MatchString(m.InternalDate):
		return "BAD invalid date"
	case k.AppendLimit > 0 && size > k.AppendLimit:
		return "NO [TOOBIG] message too big"
	case k.Quota > 0 && s.h.size()+before+size > k.Quota:
		return "NO [OVERQUOTA] Quota exceeded"
	}
	return s.flagRefusal(m.Flags)
}

// flagRefusal says why flags cannot be kept. The host is locked.
func (s *session) flagRefusal(flags []string) string {
	permanent := s.h.knobs.PermanentFlags
	if permanent == nil {
		permanent = defaultFlags()
	}
	for _, flag := range flags {
		known := slices.ContainsFunc(append(defaultFlags(), permanent...), func(other string) bool { return strings.EqualFold(other, flag) })
		switch {
		case strings.ContainsAny(flag, `(){"%*]`) && !known:
			return "BAD invalid flag " + flag
		case strings.HasPrefix(flag, `\`) && !known:
			return "BAD invalid system flag " + flag
		case !known && !slices.Contains(permanent, `\*`):
			return "BAD keywords cannot be made here: " + flag
		}
	}
	return ""
}

// received counts a message, refused already or not, and asks the knobs about it.
func (s *session) received(name string, m Message, before string) (refused string, action Action) {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	s.h.stats.Appends++
	if before != "" {
		return before, Action{}
	}
	if s.h.knobs.RefuseMessage != nil {
		refused = s.h.knobs.RefuseMessage(name, m)
	}
	if refused == "" && s.h.knobs.BeforeAppend != nil {
		action = s.h.knobs.BeforeAppend(s.h.stats.Appends, name, m)
	}
	if action.kind == dropAndStore {
		s.h.late[name] = append(s.h.late[name], m)
	}
	return refused, action
}

// storeBatch stores messages, all of them, and then asks AfterAppend about each. ended says that the command has had its
// answer, or that the connection is gone.
func (s *session) storeBatch(name string, batch []Message) (uids []uint32, ended bool) {
	s.h.mu.Lock()
	box := s.h.find(name)
	if box == nil {
		s.h.mu.Unlock()
		s.reply("NO [TRYCREATE] no such mailbox")
		return nil, true
	}
	for _, m := range batch {
		if keep := s.h.knobs.Keep; keep != nil {
			m = keep(name, m)
		}
		uids = append(uids, box.add(m))
		if twice := s.h.knobs.Twice; twice != nil && twice(name, m) {
			box.add(m)
		}
	}
	for i, m := range batch {
		if slow := s.h.knobs.Slow; slow != nil && slow(name, m) {
			s.h.unseen[name] = append(s.h.unseen[name], uids[i])
		}
	}
	if lose := s.h.knobs.Lose; lose != nil {
		box.remove(func(m Message) bool { return slices.Contains(uids, m.UID) && lose(name, m) })
	}
	var action Action
	for i, m := range batch {
		s.h.stored++
		m.UID = uids[i]
		if s.h.knobs.AfterAppend != nil && action == (Action{}) {
			action = s.h.knobs.AfterAppend(s.h.stored, name, m)
		}
	}
	s.h.mu.Unlock()
	return uids, s.act(action)
}

// appendUID is the response code of UIDPLUS.
func (s *session) appendUID(name string, uids []uint32) string {
	if !s.has("UIDPLUS") {
		return ""
	}
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	box := s.h.find(name)
	if box == nil || s.h.knobs.UIDsUntold {
		return ""
	}
	var set []string
	for _, uid := range uids {
		set = append(set, itoa(uid))
	}
	text := strings.Join(set, ",")
	if n := len(uids); n > 1 && uids[n-1]-uids[0] == uint32(n-1) {
		text = itoa(uids[0]) + ":" + itoa(uids[n-1])
	}
	return "[APPENDUID " + itoa(box.validity) + " " + text + "] "
}

func (s *session) store(args *arguments) {
	set, ok := parseNumbers(args.atom(), s.highestUID())
	operation := strings.ToUpper(args.atom())
	flags := strings.Fields(args.list())
	if !ok || args.bad {
		s.reply("BAD cannot read the arguments")
		return
	}
	if s.readOnly {
		s.reply("NO the mailbox is open for reading only")
		return
	}
	s.h.mu.Lock()
	refused := s.flagRefusal(flags)
	for i := range s.box.messages {
		m := &s.box.messages[i]
		if refused != "" || !set.contains(m.UID) {
			continue
		}
		m.Flags = changeFlags(m.Flags, operation, flags)
		if seq := s.seq(m.UID); seq > 0 && !strings.HasSuffix(operation, ".SILENT") {
			s.line("* " + itoa(seq) + " FETCH (UID " + itoa(m.UID) + " FLAGS (" + strings.Join(m.Flags, " ") + "))")
		}
	}
	s.h.mu.Unlock()
	if refused == "" {
		refused = "OK done"
	}
	s.done(args, refused)
}

func changeFlags(have []string, operation string, flags []string) []string {
	same := func(flag string) func(string) bool {
		return func(other string) bool { return strings.EqualFold(flag, other) }
	}
	if !strings.HasPrefix(operation, "+") && !strings.HasPrefix(operation, "-") {
		have = nil
	}
	changed := slices.Clone(have)
	for _, flag := range flags {
		changed = slices.DeleteFunc(changed, same(flag))
		if !strings.HasPrefix(operation, "-") {
			changed = append(changed, flag)
		}
	}
	return changed
}

func (s *session) expunge(args *arguments) {
	s.h.mu.Lock()
	s.box.remove(func(m Message) bool { return slices.Contains(m.Flags, `\Deleted`) })
	s.h.mu.Unlock()
	s.done(args, "OK done")
}

// highestUID stands for * in a set of UIDs.
func (s *session) highestUID() uint32 {
	if len(s.view) == 0 {
		return 0
	}
	return s.view[len(s.view)-1]
}
