package imapscript

import (
	"slices"
	"strconv"
	"strings"
)

// IndexKnobs are the ways in which a Host's account of what it has differs from what it has. The zero value is a true account.
type IndexKnobs struct {
	// Status is the MESSAGES that STATUS and LIST-STATUS tell for a mailbox, below zero for none.
	Status func(mailbox string, messages int) int
	// Exists is the EXISTS that SELECT and EXAMINE tell.
	Exists func(mailbox string, messages int) int
	// Unanswered says which messages a FETCH of these items leaves out, Unfound which ones SEARCH does.
	Unanswered func(mailbox string, m Message, items string) bool
	Unfound    func(mailbox string, m Message) bool
	// UIDTold is the UID that FETCH tells of a message.
	UIDTold func(m Message) uint32
	// RefuseFetch gives the answer to a FETCH of these items for these UIDs, such as "NO server error"; "" is OK. The messages are
	// answered for before it, unless it begins with "-".
	RefuseFetch func(mailbox string, uids []uint32, items string) string
	// MessageLimit is announced as MESSAGELIMIT=, and a FETCH of more is answered for the highest UIDs (RFC 9738). 0 is no limit.
	MessageLimit int
	// Window is how many messages of a mailbox, the newest, a client sees that has not enabled UIDONLY. 0 is all.
	Window int
}

// Arrive is for OnFetch: a message arrives in the mailbox, which the client hears of before this one comes.
func Arrive(m Message) Action { return Action{kind: arrive, added: &m} }

// limited gives those of the messages chosen for a FETCH that are answered for, and the tagged answer. modifiers are what
// follows the items, such as "(PARTIAL -1:-500)".
func (s *session) limited(chosen []uint32, modifiers string) (some []uint32, answer string) {
	if _, rest, found := strings.Cut(strings.ToUpper(modifiers), "PARTIAL "); found {
		if !s.has("PARTIAL") {
			return nil, "BAD PARTIAL is unknown"
		}
		chosen = page(chosen, strings.TrimRight(rest, " )"))
	}
	s.h.mu.Lock()
	limit := s.h.knobs.Index.MessageLimit
	s.h.mu.Unlock()
	if limit == 0 || len(chosen) <= limit {
		return chosen, "OK done"
	}
	chosen = slices.Clone(chosen[len(chosen)-limit:])
	answer = "OK [MESSAGELIMIT " + itoa(limit) + " " + itoa(chosen[0]) + "] that many"
	slices.Reverse(chosen)
	return chosen, answer
}

// page cuts the pages "1:500" (the oldest) or "-1:-500" (the newest) out of messages.
func page(uids []uint32, text string) []uint32 {
	first, last, _ := strings.Cut(text, ":")
	from, _ := strconv.Atoi(first)
	to, _ := strconv.Atoi(last)
	if from < 0 {
		from, to = len(uids)+1+to, len(uids)+1+from
	}
	from, to = max(from, 1), min(to, len(uids))
	if from > to {
		return nil
	}
	return uids[from-1 : to]
}

// unanswered says whether a FETCH leaves a message out.
func (s *session) unanswered(uid uint32, items string) bool {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	m := s.box.byUID(uid)
	return m != nil && s.h.knobs.Index.Unanswered != nil && s.h.knobs.Index.Unanswered(s.box.name, *m, items)
}

// fetchRefusal is the tagged answer to a FETCH that is not OK, "" for none.
func (s *session) fetchRefusal(uids []uint32, items string) string {
	s.h.mu.Lock()
	defer s.h.mu.Unlock()
	if s.h.knobs.Index.RefuseFetch == nil {
		return ""
	}
	return s.h.knobs.Index.RefuseFetch(s.box.name, uids, items)
}
