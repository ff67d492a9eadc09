package mailsync

import "mailferry/internal/imapclient"

// How often messages are asked for as before that are refused in passing, until it is looked into whether it is one of them. Some
// hosts say of a message that they cannot read that they are unavailable. Where a refusal speaks of the account, it takes longer.
// A single message is given up after stalledAlone refusals where there is no other to tell the host from the message.
const (
	stalledOnce    = 2
	stalledAccount = 5
	stalledAlone   = 6
)

// retry has what was refused in passing asked for again: as it was, at once; then in halves, or where it is a single message after
// all others, so that it shows whose doing it is. false says that it is the message's.
func (s *stream) retry(r request, err error) bool {
	rest := s.pendingOf(r.items)
	if len(rest) == 0 {
		return true
	}
	s.stalled[rest[0]]++
	most := stalledOnce
	if imapclient.AboutAccount(err) {
		most = stalledAccount
	}
	switch n := s.stalled[rest[0]]; {
	case n < most:
		s.todo = append(rest, s.todo...)
		return true
	case len(rest) > 1:
		s.halve(rest)
	case len(s.todo) == 0 && len(s.flying) == 0:
		if !s.probe("BODY.PEEK[]<0.1>") && n >= most+stalledAlone {
			return false
		}
	}
	s.todo = append(s.todo, rest...)
	return true
}

// probe asks for a little of a message that has come: if that is answered, it is not the host that is busy. What comes of it, the
// account's pause knows by the kind of command. false says that there is no such message.
func (s *stream) probe(item string) bool {
	for i := range s.task.items {
		if it := &s.task.items[i]; int(it.source) == s.source && s.task.stateOf(it) == done {
			_, _ = s.conn.Fetch(imapclient.UIDs(it.uid), imapclient.FetchOptions{Items: []string{"UID", item}}).Wait(s.ctx)
			return true
		}
	}
	return false
}
