package mailsync

import "mailferry/internal/mailsync/compare"

// crossing knows the messages of the folders gone through, where copies in several folders are left out.
type crossing map[sameInAnyFolder]struct{}

// sameInAnyFolder is what the copies of a message in several folders share.
type sameInAnyFolder struct {
	key  key
	size int64
}

// repeated marks, of the messages that are missing, those that an earlier folder had, and remembers all of this one.
func (c crossing) repeated(entries []entry, d *compare.Difference) []bool {
	marks := make([]bool, len(entries))
	for _, i := range d.Missing {
		_, marks[i] = c[sameInAnyFolder{entries[i].key, entries[i].size()}]
	}
	bare := compare.Identify(nil).Key
	for i := range entries {
		if entries[i].key != bare {
			c[sameInAnyFolder{entries[i].key, entries[i].size()}] = struct{}{}
		}
	}
	return marks
}

// newCrossing is nil where copies in several folders are all wanted.
func newCrossing(s *settings) crossing {
	if !s.skipCross {
		return nil
	}
	return crossing{}
}

// leaveOutCrossed takes what an earlier folder had out of what is considered.
func (x *indexer) leaveOutCrossed(t *task, entries []entry, d *compare.Difference, considered func(int32) bool) func(int32) bool {
	repeated := x.crossed.repeated(entries, d)
	left := 0
	for i := range repeated {
		if repeated[i] && considered(int32(i)) {
			left++
		}
	}
	if left > 0 {
		x.run.out.linef("Host1: folder %s: %d messages are in a folder before it already, skipping them (--skipcrossduplicates)", t.target.sources[0].label(), left)
	}
	return func(i int32) bool { return considered(i) && !repeated[i] }
}
