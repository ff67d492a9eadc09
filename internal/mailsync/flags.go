package mailsync

import (
	"slices"
	"sort"
	"strings"
	"sync"

	"mailferry/internal/imapclient"
)

// flagTable gives small numbers to sets of flags, of which even a big mailbox has few. It also knows which flags the destination
// takes from nobody.
type flagTable struct {
	mu   sync.Mutex
	byID [][]string
	ids  map[string]flagSet
	// bytes is how much the sets take.
	bytes   int
	refused map[string]bool
	// suspected counts messages that were taken without a flag and some others, after they were refused with them.
	suspected map[string]int
}

// flagSet is the number of a set of flags in a flagTable, 0 for none.
type flagSet uint16

// maxFlagSets bounds the table against a server that makes up keywords.
const (
	maxFlagSets     = 1 << 16
	maxFlagSetBytes = 4 << 20
)

// maxRefusedFlags bounds what is remembered of refusals.
const maxRefusedFlags = 1000

func newFlagTable() *flagTable {
	return &flagTable{ids: map[string]flagSet{"": 0}, byID: [][]string{nil}, refused: map[string]bool{}, suspected: map[string]int{}}
}

// refuse notes that the destination refuses a flag, so that it is left out from now on; news says that it was not known.
func (t *flagTable) refuse(flag string) (news bool) {
	flag = strings.ToLower(flag)
	t.mu.Lock()
	defer t.mu.Unlock()
	news = !t.refused[flag]
	if news && len(t.refused) < maxRefusedFlags {
		t.refused[flag] = true
	}
	return news
}

// welcome are the flags that the destination has not refused yet, and that it keeps.
func (t *flagTable) welcome(flags []string, box *imapclient.Mailbox) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.DeleteFunc(keepable(flags, box), func(flag string) bool { return t.refused[strings.ToLower(flag)] })
}

// essential says whether a flag is one whose loss is a failure: those that a reader has set, and sees. A mark for deletion, a
// keyword or a system flag of another server that is refused is only noted.
func essential(flag string) bool {
	switch canonicalFlag(flag) {
	case `\Seen`, `\Answered`, `\Flagged`, `\Draft`:
		return true
	}
	return false
}

// id is the number of a set of flags. Order, case of system flags and \Recent do not matter. Where there is no room
// for more sets, keywords are left out of them.
func (t *flagTable) id(flags []string) flagSet {
	kept := make([]string, 0, len(flags))
	for _, flag := range flags {
		if strings.HasPrefix(flag, `\`) {
			flag = canonicalFlag(flag)
		}
		if flag != "" && flag != `\Recent` {
			kept = append(kept, flag)
		}
	}
	sort.Strings(kept)
	name := strings.Join(kept, " ")
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.ids[name]; ok {
		return id
	}
	if t.bytes+len(name) > maxFlagSetBytes || len(t.byID) >= maxFlagSets-systemFlagSets {
		kept = slices.DeleteFunc(kept, func(flag string) bool { return !isSystemFlag(flag) })
		name = strings.Join(kept, " ")
		if id, ok := t.ids[name]; ok {
			return id
		}
		if len(t.byID) >= maxFlagSets {
			return 0
		}
	}
	t.bytes += 2 * len(name)
	id := flagSet(len(t.byID))
	t.ids[name], t.byID = id, append(t.byID, kept)
	return id
}

func (t *flagTable) flags(id flagSet) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// systemFlagSets is how many sets there are of the flags of RFC 3501.
const systemFlagSets = 64

// isSystemFlag says whether a flag is one of those of RFC 3501, in their usual case.
func isSystemFlag(flag string) bool {
	return strings.HasPrefix(flag, `\`) && slices.Contains([]string{`\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`}, flag)
}

// canonicalFlag writes the flags of RFC 3501 in their usual case.
func canonicalFlag(flag string) string {
	for _, known := range []string{`\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`, `\Recent`} {
		if strings.EqualFold(flag, known) {
			return known
		}
	}
	return flag
}

// keepable are the flags that can be sent and that the mailbox keeps.
func keepable(flags []string, box *imapclient.Mailbox) []string {
	kept := make([]string, 0, len(flags))
	for _, flag := range flags {
		if imapclient.ValidFlag(flag) && (box == nil || box.CanKeep(flag)) && (!strings.Contains(flag, "]") || inUse(flag, box)) {
			kept = append(kept, flag)
		}
	}
	return kept
}

// inUse says whether the mailbox has a flag already. Only then is a keyword with "]" sent,
// which RFC 3501 forbids and some servers have all the same.
func inUse(flag string, box *imapclient.Mailbox) bool {
	if box == nil {
		return false
	}
	for _, f := range box.Flags {
		if strings.EqualFold(f, flag) {
			return true
		}
	}
	return false
}

// change says which flags a message at the destination lacks and which it must lose.
// Only system flags are ever taken away: a keyword that the source lacks may have been
// set by the destination itself.
func (t *flagTable) change(source, destination []string, box *imapclient.Mailbox) (add, remove []string) {
	has := func(list []string, flag string) bool {
		for _, f := range list {
			if strings.EqualFold(f, flag) {
				return true
			}
		}
		return false
	}
	for _, flag := range t.welcome(source, box) {
		if !has(destination, flag) {
			add = append(add, flag)
		}
	}
	for _, flag := range destination {
		if strings.HasPrefix(flag, `\`) && flag != `\Recent` && !has(source, flag) && box.CanKeep(flag) {
			remove = append(remove, flag)
		}
	}
	return add, remove
}
