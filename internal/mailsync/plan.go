package mailsync

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// target is a destination folder and the source folders that go to it: one, as a rule.
type target struct {
	raw, display string
	sources      []*folder
	exists       bool
	subscribed   bool
	// wanted says that it is to be subscribed to.
	wanted bool
	// err is why it could not be created.
	err error
}

func (t *target) label() string { return label(t.raw, t.display) }

// plan says what goes where.
type plan struct {
	targets []*target
	// notes are lines for the log: what was left out or needs a look.
	notes []string
	// names are those that the source's folders have at the destination, copied or not; spellings are the plainer forms of
	// them all and how many names have each, nil until they are wanted. See plan.plainer.
	names     []string
	spellings map[string]int
	// gmail says that the source shows a message in one folder per label.
	gmail bool
}

// makePlan chooses the source folders and names the destination folder of each.
func makePlan(s *settings, source, destination *account) *plan {
	p := &plan{gmail: source.caps.Has("X-GM-EXT-1") && !s.everyLabel && len(s.folders)+len(s.include)+len(s.foldersRec) == 0}
	chosen := p.choose(s, source)
	m := mapping{settings: s, source: source, destination: destination}
	switch {
	case s.automap && s.subfolder != "":
		p.notef("Turning off automapping folders because of --subfolder2")
	case s.automap:
		m.automap()
	}
	named := map[string]bool{}
	for _, f := range source.folders {
		if name := canonical(m.name(f)); !named[name] && !f.foreign {
			p.names, named[name] = append(p.names, name), true
		}
	}
	byName := map[string]*target{}
	for _, f := range chosen {
		name := canonical(m.name(f))
		t := byName[name]
		if t == nil {
			t = &target{raw: name, display: shown(destination.readable(name))}
			if d := destination.find(name); d != nil {
				t.exists, t.subscribed = d.selectable, d.subscribed
			}
			byName[name], p.targets = t, append(p.targets, t)
		} else {
			p.notef("Folders %s and %s of host1 both go to %s", t.sources[0].label(), f.label(), t.label())
		}
		t.sources = append(t.sources, f)
		t.wanted = t.wanted || s.subscribeAll || s.subscribe && f.subscribed
	}
	return p
}

func (p *plan) notef(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// choose applies the options on folders, as imapsync does: names, subscriptions and
// patterns add up, then patterns exclude.
func (p *plan) choose(s *settings, source *account) []*folder {
	everything := len(s.folders)+len(s.foldersRec)+len(s.include) == 0 && !s.subscribed
	var chosen []*folder
	foreign := map[string]int{}
	for _, f := range source.folders {
		if !everything && !wanted(s, f) || matches(s.exclude, f) {
			continue
		}
		if f.foreign && !s.sharedFolders && !askedFor(s, f) {
			if f.selectable {
				foreign[f.space]++
			}
			continue
		}
		if !f.selectable {
			if !f.has(`\HasChildren`) || !everything {
				p.notef("Host1: folder %s can not be selected, ignoring it", f.label())
			}
			continue
		}
		chosen = append(chosen, f)
	}
	for _, name := range append(append([]string(nil), s.folders...), s.foldersRec...) {
		known := false
		for _, f := range source.folders {
			known = known || named(f, name)
		}
		if !known {
			p.notef("Host1: warning! ignoring folder [%s] because it is not in host1 whole folders list.", name)
		}
	}
	for _, space := range slices.Sorted(maps.Keys(foreign)) {
		p.notef("Host1: %d folders that are shared or of other users, below [%s], are not copied; --sharedfolders copies them", foreign[space], shown(space))
	}
	sort.SliceStable(chosen, func(i, j int) bool { return p.order(chosen[i]) < p.order(chosen[j]) })
	return chosen
}

// order is the place of a folder in the run: INBOX first, since that is what people miss first. With Gmail, where a message is
// in a folder per label, the user's own labels come first, so that a message with one is found there and not in INBOX.
func (p *plan) order(f *folder) int {
	switch {
	case p.gmail:
		return labelOrder(f)
	case f.raw == "INBOX":
		return -1
	}
	return 0
}

// askedFor says whether the options name a folder, alone or by a pattern.
func askedFor(s *settings, f *folder) bool {
	return (len(s.folders)+len(s.foldersRec) > 0 || len(s.include) > 0) && wanted(&settings{folders: s.folders, foldersRec: s.foldersRec, include: s.include}, f)
}

func wanted(s *settings, f *folder) bool {
	for _, name := range s.folders {
		if named(f, name) {
			return true
		}
	}
	for _, name := range s.foldersRec {
		if named(f, name) || f.delimiter != "" && (strings.HasPrefix(f.raw, name+f.delimiter) || strings.HasPrefix(f.display, name+f.delimiter)) {
			return true
		}
	}
	return s.subscribed && f.subscribed || matches(s.include, f)
}

// named says whether a folder bears a name, as on the wire or as people write it.
func named(f *folder, name string) bool {
	return f.raw == canonical(name) || f.display == name || imapclient.DecodeMailbox(f.raw) == name
}

// mapping names the destination folder of a source folder.
type mapping struct {
	settings            *settings
	source, destination *account
	special             map[*folder]*folder
}

// automap pairs the special folders of both sides.
func (m *mapping) automap() {
	m.special = map[*folder]*folder{}
	to := m.destination.specials()
	for use, f := range m.source.specials() {
		if d := to[use]; d != nil {
			m.special[f] = d
		}
	}
}

// name is the raw name at the destination: a rename before automap before the same name
// under the destination's prefix and with its delimiter.
func (m *mapping) name(f *folder) string {
	for _, name := range []string{f.raw, f.display, m.source.readable(f.raw)} {
		if to, ok := m.settings.renames[name]; ok {
			return m.existing(m.typed(to))
		}
	}
	if d := m.special[f]; d != nil {
		return d.raw
	}
	name := m.sameName(f, harmless)
	if plain := m.sameName(f, func(level string) string { return level }); plain != name && m.destination.find(plain) != nil {
		return plain // made by whoever thought nothing of it
	}
	return m.existing(name)
}

// sameName is the name of a folder under the destination's prefix and with its delimiter. clean is what is done with each
// level.
func (m *mapping) sameName(f *folder, clean func(level string) string) string {
	levels := m.levels(f, clean)
	if m.settings.subfolder == "" {
		if len(levels) == 1 && levels[0] == "INBOX" {
			return "INBOX"
		}
	} else {
		under := strings.TrimSuffix(m.settings.subfolder, m.destination.delimiter)
		under = strings.TrimPrefix(under, m.destination.prefix)
		levels = append([]string{m.typed(under)}, levels...)
	}
	delimiter := m.destination.delimiter
	if delimiter == "" {
		delimiter = "_" // a server without hierarchy
	}
	name := strings.Join(levels, delimiter)
	if !strings.HasPrefix(name, m.destination.prefix) {
		name = m.destination.prefix + name
	}
	return name
}

// levels are the parts of a source folder's name, each as it can stand at the destination.
func (m *mapping) levels(f *folder, clean func(level string) string) []string {
	name := m.settings.below(f)
	if name != "INBOX" {
		name = strings.TrimPrefix(name, m.source.prefix)
	}
	levels := []string{name}
	if delimiter := f.delimiter; delimiter != "" {
		levels = strings.Split(name, delimiter)
	}
	for i, level := range levels {
		level = clean(m.source.readable(level))
		if d := m.destination.delimiter; d != "" {
			level = strings.ReplaceAll(level, d, "_")
		}
		if i == 0 {
			level = canonical(level)
		}
		levels[i] = m.destination.written(level)
	}
	return levels
}

// existing prefers a folder that is there already in another spelling: in raw UTF-8 or
// with a bare ampersand, where the destination holds names like that.
func (m *mapping) existing(name string) string {
	if m.destination.find(name) != nil {
		return name
	}
	text := m.destination.readable(name)
	for _, d := range m.destination.folders {
		if m.destination.readable(d.raw) == text {
			return d.raw
		}
	}
	return name
}

// typed writes a name that somebody typed, as text or in modified UTF-7, for the destination.
func (m *mapping) typed(name string) string {
	if m.destination.utf8 {
		return m.destination.written(imapsync.DecodeFolder(name))
	}
	return wire(name)
}

// wire writes a name, which may be raw UTF-8 or hold a bare ampersand, as modified UTF-7.
func wire(name string) string {
	if imapsync.DecodeFolder(name) != name {
		return name
	}
	return imapsync.EncodeFolder(strings.ToValidUTF8(name, "\uFFFD"))
}

func matches(patterns []*regexp.Regexp, f *folder) bool {
	for _, re := range patterns {
		if re.MatchString(f.raw) {
			return true
		}
	}
	return false
}
