package imapscript

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// rewritten sends a response as Knobs.Rewrite changes it.
func (s *session) rewritten(m Message, items []string, k Knobs, send func()) {
	if k.Rewrite == nil || s.err != nil {
		send()
		return
	}
	var response bytes.Buffer
	wire := s.writer
	s.writer = bufio.NewWriter(&response)
	send()
	_ = s.writer.Flush()
	s.writer = wire
	s.h.mu.Lock()
	name, changed := s.box.name, response.Bytes()
	changed = k.Rewrite(name, m, items, changed)
	s.h.mu.Unlock()
	s.write(string(changed))
}

// told is the answer to a FETCH command, "" for the usual one.
func (s *session) told(command string) string {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	if s.h.knobs.Tell == nil {
		return ""
	}
	return s.h.knobs.Tell(command)
}

// ContentOf is a Knobs.Rewrite for the whole content (BODY[]) of one message of any mailbox: change gives the bytes that are
// sent after "BODY[] ", in place of its literal. What was announced and what is sent need not agree.
func ContentOf(uid uint32, change func(content []byte) []byte) func(string, Message, []string, []byte) []byte {
	return func(_ string, m Message, items []string, response []byte) []byte {
		if m.UID != uid || !slices.ContainsFunc(items, func(item string) bool { return item == "BODY.PEEK[]" || item == "BODY[]" }) {
			return response
		}
		whole := fmt.Appendf(nil, "{%d}\r\n%s", len(m.Body), m.Body)
		return bytes.Replace(response, whole, change(m.Body), 1)
	}
}

// Asks reports whether a command, as OnCommand and Tell are given it, is a UID FETCH of whole contents that names a UID.
func Asks(line string, uid uint32) bool {
	words := strings.Fields(line)
	if len(words) < 3 || words[0] != "UID" || words[1] != "FETCH" || !strings.Contains(line, "BODY.PEEK[])") {
		return false
	}
	set, ok := parseNumbers(words[2], 0)
	return ok && set.contains(uid)
}

// takenOver says whether Knobs.Instead has answered a command.
func (s *session) takenOver(tag, line string) bool {
	s.h.mu.Lock()
	instead := s.h.knobs.Instead
	s.h.mu.Unlock()
	if instead == nil || s.err != nil || !instead(tag, line, s.writer) {
		return false
	}
	s.flush()
	return true
}
