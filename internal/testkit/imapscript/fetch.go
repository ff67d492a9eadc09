package imapscript

import (
	"bytes"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

func (s *session) fetch(args *arguments)    { s.fetchMessages(args, false) }
func (s *session) uidFetch(args *arguments) { s.fetchMessages(args, true) }

func (s *session) fetchMessages(args *arguments, byUID bool) {
	highest := uint32(len(s.view))
	if byUID {
		highest = s.highestUID()
	}
	set, ok := parseNumbers(args.atom(), highest)
	args.space()
	items := args.line
	if list := args.list(); list != "" {
		items = list
	}
	if !ok || args.bad {
		s.reply("BAD cannot read the arguments")
		return
	}
	if s.uidOnly && !byUID {
		s.reply("BAD [UIDREQUIRED] only UIDs are taken")
		return
	}
	wanted := splitItems(strings.ToUpper(items))
	if byUID && !slices.Contains(wanted, "UID") {
		wanted = append([]string{"UID"}, wanted...)
	}
	var chosen []uint32
	for i, uid := range s.view {
		number := uint32(i + 1)
		if byUID {
			number = uid
		}
		if set.contains(number) {
			chosen = append(chosen, uid)
		}
	}
	chosen, answer := s.limited(chosen, args.line)
	if refused := s.fetchRefusal(chosen, items); refused != "" {
		answer = refused
		if strings.HasPrefix(refused, "-") { // nothing is answered for
			answer, chosen = refused[1:], nil
		}
	}
	for _, uid := range chosen {
		if s.unanswered(uid, items) {
			continue
		}
		if s.fetchOne(uid, wanted); s.err != nil {
			return
		}
	}
	if told := s.told(args.command); told != "" {
		answer = told
	}
	if byUID {
		s.done(args, answer)
	} else {
		s.reply(answer) // no EXPUNGE may come here (RFC 3501, section 7.4.1)
	}
}

// fetchOne sends the response for one message, if it is still there.
func (s *session) fetchOne(uid uint32, items []string) {
	wantsContent := slices.ContainsFunc(items, isContent)
	s.h.mu.Lock()
	found := s.box.byUID(uid)
	seq := s.seq(uid)
	if found == nil || seq == 0 {
		s.h.mu.Unlock()
		return
	}
	m, k := found.clone(), s.h.knobs
	var action Action
	if wantsContent {
		if s.h.stats.Fetched[s.box.name] == nil {
			s.h.stats.Fetched[s.box.name] = map[uint32]int{}
		}
		s.h.stats.Fetched[s.box.name][uid]++
		if k.OnFetch != nil {
			action = k.OnFetch(s.box.name, m)
		}
		if action.kind == expungeOther {
			s.box.remove(func(m Message) bool { return m.UID == action.uid })
		}
	}
	s.h.mu.Unlock()
	inside := action.kind == dropInside || action.kind == silenceInside
	if !inside && s.act(action) {
		s.err = errGone // a refusal in the middle of a FETCH has nothing to go on with
		return
	}
	if action.kind == arrive {
		s.h.mu.Lock()
		s.box.add(action.added.clone())
		s.h.mu.Unlock()
		s.tellChanges()
	}
	if action.kind == expungeOther {
		s.tellChanges()
		if seq = s.seq(uid); seq == 0 {
			return
		}
	}
	if k.Chatty {
		s.chat(seq)
	}
	if k.UIDLast {
		items = append(slices.DeleteFunc(slices.Clone(items), func(item string) bool { return item == "UID" }), "UID")
	}
	s.rewritten(m, items, k, func() {
		if s.uidOnly {
			s.write("* " + itoa(uid) + " UIDFETCH (")
		} else {
			s.write("* " + itoa(seq) + " FETCH (")
		}
		for i, item := range items {
			if i > 0 {
				s.write(" ")
			}
			s.item(m, item, k, action)
		}
		s.line(")")
	})
}

// seq is the sequence number under which the client knows a message, 0 when it does not.
func (s *session) seq(uid uint32) int {
	i, found := slices.BinarySearch(s.view, uid)
	if !found {
		return 0
	}
	return i + 1
}

// isContent reports whether an item is part of a message's content.
func isContent(item string) bool {
	return strings.Contains(item, "[") || strings.HasPrefix(item, "RFC822") && item != "RFC822.SIZE"
}

// chat says things that nobody asked for.
func (s *session) chat(seq int) {
	s.line("* OK still here")
	s.line("* " + itoa(len(s.view)) + " EXISTS")
	s.line("* " + itoa(seq) + ` FETCH (FLAGS (\Seen $Chatty))`)
	s.write("* XWEATHER \"fine\" {14}\r\n* BYE or not\r\n (nested (list))\r\n")
}

// item writes one item of a FETCH response.
func (s *session) item(m Message, item string, k Knobs, action Action) {
	switch item {
	case "UID":
		if k.Index.UIDTold != nil {
			s.write("UID " + itoa(k.Index.UIDTold(m)))
		} else {
			s.write("UID " + itoa(m.UID))
		}
	case "FLAGS":
		s.write("FLAGS (" + strings.Join(m.Flags, " ") + ")")
	case "INTERNALDATE":
		if m.InternalDate == "NIL" {
			s.write("INTERNALDATE NIL")
		} else {
			s.write(`INTERNALDATE "` + m.InternalDate + `"`)
		}
	case "RFC822.SIZE":
		size := int64(len(m.Body))
		if k.Size != nil {
			size = k.Size(m)
		}
		s.write("RFC822.SIZE " + itoa(size))
	case "X-GM-MSGID":
		// Gmail's name for a message, the same in every folder that shows it.
		s.write("X-GM-MSGID " + itoa(1<<60+int64(crc32.ChecksumIEEE(m.Body))))
	default:
		if isContent(item) {
			s.content(m, item, k, action)
		} else {
			s.write(item + " NIL")
		}
	}
}

// content writes a part of a message.
func (s *session) content(m Message, item string, k Knobs, action Action) {
	name := strings.Replace(item, ".PEEK", "", 1)
	data := section(m.Body, name)
	if open := strings.LastIndex(name, "]<"); open >= 0 {
		offset, length, _ := strings.Cut(strings.TrimSuffix(name[open+2:], ">"), ".")
		from, _ := strconv.Atoi(offset)
		size, err := strconv.Atoi(length)
		if err != nil {
			size = len(data)
		}
		from = min(from, len(data))
		data = data[from:min(len(data), from+size)]
		name = name[:open+2] + offset + ">"
	}
	whole := name == "BODY[]" || name == "RFC822"
	form := AsLiteral
	if whole && k.Literal != nil {
		form = k.Literal(m)
	}
	switch form {
	case AsNIL:
		s.write(name + " NIL")
		return
	case AsQuoted:
		s.write(name + ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(string(data)) + `"`)
		return
	case AsLiteral:
	}
	s.write(name + " {" + itoa(len(data)) + "}\r\n")
	if action.kind == dropInside || action.kind == silenceInside {
		s.write(string(data[:min(int64(len(data)), action.bytes)]))
		s.act(action)
		return
	}
	if s.err == nil {
		_, s.err = s.writer.Write(data)
	}
}

// section cuts the named part out of a message; name is in upper case and without PEEK.
func section(body []byte, name string) []byte {
	header, text := body, []byte(nil)
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if at := bytes.Index(body, []byte(blank)); at >= 0 && at+len(blank) <= len(header) {
			header, text = body[:at+len(blank)], body[at+len(blank):]
		}
	}
	switch {
	case strings.HasPrefix(name, "BODY[HEADER.FIELDS ("):
		fields, _, _ := strings.Cut(strings.TrimPrefix(name, "BODY[HEADER.FIELDS ("), ")")
		return headerFields(header, strings.Fields(fields))
	case strings.HasPrefix(name, "BODY[HEADER]"), name == "RFC822.HEADER":
		return header
	case strings.HasPrefix(name, "BODY[TEXT]"), name == "RFC822.TEXT":
		return text
	}
	return body
}

// headerFields keeps some fields of a header, with their continuation lines, and ends with an empty line.
func headerFields(header []byte, wanted []string) []byte {
	var kept []byte
	keeping := false
	for _, line := range bytes.SplitAfter(header, []byte("\n")) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			field, _, _ := bytes.Cut(line, []byte(":"))
			keeping = slices.ContainsFunc(wanted, func(name string) bool {
				return strings.EqualFold(strings.Trim(name, `"`), string(bytes.TrimSpace(field)))
			})
		}
		if keeping {
			kept = append(append(kept, bytes.TrimRight(line, "\r\n")...), "\r\n"...)
		}
	}
	return append(kept, "\r\n"...)
}

// search does UID SEARCH with the criteria that a mover of mail has use for: ALL, UID, HEADER, DELETED and UNDELETED.
func (s *session) search(args *arguments) {
	match := func(Message) bool { return true }
	and := func(also func(m Message) bool) {
		before := match
		match = func(m Message) bool { return before(m) && also(m) }
	}
	for !args.ended() && !args.bad && s.err == nil {
		switch criterion := strings.ToUpper(args.astring()); criterion {
		case "ALL":
		case "CHARSET":
			_ = args.astring()
		case "UID":
			set, ok := parseNumbers(args.atom(), s.highestUID())
			args.bad = args.bad || !ok
			and(func(m Message) bool { return set.contains(m.UID) })
		case "HEADER":
			field, value := args.astring(), strings.ToLower(args.astring())
			and(func(m Message) bool {
				fields := headerFields(section(m.Body, "BODY[HEADER]"), []string{field})
				return len(fields) > 2 && strings.Contains(strings.ToLower(string(fields)), value)
			})
		case "DELETED", "UNDELETED":
			and(func(m Message) bool { return slices.Contains(m.Flags, `\Deleted`) == (criterion == "DELETED") })
		default:
			args.bad = true
		}
	}
	var found strings.Builder
	s.h.mu.Lock()
	for _, m := range s.box.messages {
		if unfound := s.h.knobs.Index.Unfound; unfound != nil && unfound(s.box.name, m) {
			continue
		}
		if s.seq(m.UID) > 0 && match(m) {
			found.WriteString(" " + itoa(m.UID))
		}
	}
	s.h.mu.Unlock()
	s.line("* SEARCH" + found.String())
	s.done(args, "OK done")
}
