package mailsync

import (
	"errors"
	"slices"
	"strings"
	"time"

	"mailferry/internal/imapclient"
)

// plainness is how much of what comes with a message is left out, because the destination has refused it with more.
type plainness uint8

const (
	// undeleted is without the mark for deletion; 0 is the message as it was.
	undeleted plainness = iota + 1
	// ordinary has only the flags of RFC 3501, and no date that few servers take.
	ordinary
	// ordinaryUndeleted is that without the mark for deletion.
	ordinaryUndeleted
	// bare has no flags.
	bare
)

// suspicions is how many messages must be taken without a flag, among others, for it to be left out from then on.
const suspicions = 3

// sent gives the flags and the INTERNALDATE that a message is sent with, "" for no date.
func (a *appender) sent(p *parcel, plain plainness) (flags []string, date string) {
	flags = a.run.flags.welcome(a.run.flags.flags(p.item.flags), p.task.box)
	year := time.Unix(p.item.date(), 0).UTC().Year()
	if p.item.date() != noDate && (plain < ordinary || 1970 <= year && year <= 2037) {
		date = imapclient.FormatInternalDate(time.Unix(p.item.date(), 0).UTC())
	}
	if plain == ordinary || plain == ordinaryUndeleted {
		flags = systemFlags(flags)
	}
	if plain == undeleted || plain == ordinaryUndeleted {
		flags = slices.DeleteFunc(flags, func(flag string) bool { return flag == `\Deleted` })
	}
	if plain == bare {
		flags = nil
	}
	return flags, date
}

// plainer has a refused message sent with less, where there is less and the refusal may be about it. First goes what the server
// names; all flags go only where it speaks of flags, since it is the same upload each time.
func (a *appender) plainer(p *parcel, refusal error) bool {
	refused, ok := errors.AsType[*imapclient.ResponseError](refusal)
	if !ok || refused.Code == imapclient.CodeTooBig {
		return false
	}
	p.refused = &parcel{flags: p.flags, date: p.date}
	if known, date := a.sent(p, p.plain); len(known) < len(p.flags) || date != p.date {
		return true // another message has shown meanwhile what it is
	}
	for next := p.plain + 1; next <= bare; next++ {
		switch {
		case next == undeleted && !says(refused, "delet"),
			next == ordinary && p.plain == undeleted,
			next == bare && !says(refused, "flag", "keyword"):
			continue
		}
		if fewer, other := a.sent(p, next); len(fewer) < len(p.flags) || other != p.date {
			p.plain = next
			return true
		}
	}
	return false
}

// learn takes from a message that was taken with less than it was refused with which flags the destination does not take, so
// that others need not be refused first. Flags that a reader would miss are tried again each time.
func (a *appender) learn(p *parcel) {
	if p.refused == nil || p.refused.date != p.date {
		return // nothing was refused, or it may have been the date
	}
	left := slices.DeleteFunc(slices.Clone(p.refused.flags), func(flag string) bool { return slices.Contains(p.flags, flag) })
	if len(left) > 0 {
		a.run.out.linef("Host2: refuses msg %s/%d with the flags %s, taken without", p.task.target.sources[p.item.source].label(), p.item.uid, strings.Join(left, " "))
	}
	for _, flag := range left {
		if !essential(flag) && (len(left) == 1 || a.run.flags.suspect(flag)) {
			a.run.flags.refuse(flag)
		}
	}
}

// suspect counts a flag among several that a message had to be sent without, and says whether that is enough to leave it out.
func (t *flagTable) suspect(flag string) (enough bool) {
	flag = strings.ToLower(flag)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.suspected) >= maxRefusedFlags {
		clear(t.suspected)
	}
	t.suspected[flag]++
	return t.suspected[flag] >= suspicions
}
