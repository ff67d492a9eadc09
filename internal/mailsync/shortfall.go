package mailsync

import "fmt"

// shortfall notes that a folder could not be read to the number that its host announces.
func (r *run) shortfall(t *task, side int, label string, index *folderIndex) {
	short := index.short()
	hidden := int64(short + len(index.unread))
	if index.complete() {
		return
	}
	t.incomplete = true
	line := fmt.Sprintf("%s folder %s: incomplete, %d messages announced, %d readable", r.hosts[side].name(), label, index.announced, index.read())
	switch {
	case hidden > 0:
	case index.beyond > 0:
		line = fmt.Sprintf("%s folder %s: incomplete, %d messages announced, and answers came for at least %d more",
			r.hosts[side].name(), label, index.announced, index.beyond+index.read()-index.announced)
	default:
		line = fmt.Sprintf("%s folder %s: incomplete, messages left it while it was read, and those left, %d by its count, could not be told apart",
			r.hosts[side].name(), label, index.announced)
	}
	r.out.linef("%s", line)
	if side == 0 {
		t.unread += hidden
	} else {
		t.hidden += hidden
	}
	if side == 1 || short > 0 || hidden == 0 {
		r.failures.add(classSelect, line)
	}
}

// unreadable names a source message that is announced and cannot be read.
func (r *run) unreadable(t *task, source int, u unread) {
	it := &item{entry: entry{uid: u.uid}, source: uint16(source), state: failed}
	it.setDate(noDate)
	name := fmt.Sprintf("%d {0}", u.uid)
	if u.uid == 0 {
		name = fmt.Sprintf("? (number %d in the folder)", u.seq)
	}
	line := fmt.Sprintf("- msg %s/%s could not be fetched: %s", t.target.sources[source].raw, name, u.reason)
	r.out.linef("%s", line)
	r.failures.add(classFetch, line)
	r.list(t, it, "", "could not be read: "+u.reason)
}

// holdBack gives up what a destination folder seems to lack, where it holds messages that its host does not show: it
// may be among these, and must not be there twice.
func (r *run) holdBack(t *task) error {
	if t.left() == 0 {
		r.report(t, 0)
		return nil
	}
	reason := fmt.Sprintf("the destination shows all but %d messages of its folder, and it may be among those: not copied again", t.hidden)
	line := fmt.Sprintf("Host2 folder %s: %d messages of host1 are not among those it shows, but may be among the %d that it does not show; they are not copied again and count as not verified",
		t.target.label(), t.left(), t.hidden)
	r.out.linef("%s", line)
	return r.giveUp(t, reason)
}
