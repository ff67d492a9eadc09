package mailsync

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mailferry/internal/imapclient"
)

// createOtherwise tries what may help after a refusal: perhaps the folder is there and the server says so in its own words;
// perhaps it wants the parents first; perhaps it is there in a spelling of the server's own; perhaps the name is the trouble, and a
// plainer one is taken. A passing refusal is none of that.
func (r *run) createOtherwise(ctx context.Context, c *imapclient.Client, t *target, refusal error) error {
	if imapclient.Passing(refusal) {
		return refusal
	}
	if there, err := r.isThere(ctx, c, t.raw); there || err != nil {
		return err
	}
	delimiter := r.destination.delimiter
	if levels := strings.Split(t.raw, delimiter); delimiter != "" && len(levels) > 1 {
		for n := 1; n < len(levels); n++ {
			if _, err := r.tryCreate(ctx, c, strings.Join(levels[:n], delimiter)); err != nil {
				return err
			}
		}
		if made, err := r.tryCreate(ctx, c, t.raw); made || err != nil {
			return err
		}
	}
	found, err := r.findOtherwise(ctx, c, t)
	if err != nil {
		return err
	}
	if found != "" {
		r.take(t, found, "has it as")
		return nil
	}
	return r.takePlainer(ctx, c, t, refusal)
}

// takePlainer has a target go to a folder with a plainer name, after a refusal of its own that is about the name, or may be.
// The error is that refusal where none is taken.
func (r *run) takePlainer(ctx context.Context, c *imapclient.Client, t *target, refusal error) error {
	if !aboutName(refusal) {
		return refusal
	}
	for _, name := range r.plan.plainer(t.raw, r.destination, refusal) {
		made, err := r.tryCreate(ctx, c, name)
		if err == nil && !made {
			made, err = r.isThere(ctx, c, name)
		}
		if err != nil {
			return err
		}
		if made {
			r.take(t, name, fmt.Sprintf("refuses the name (%s), taking", answer(refusal)))
			return nil
		}
	}
	return refusal
}

// rename has a target go elsewhere whose folder was made or is there, and cannot be opened under the name that it was asked to
// have, see refusal: some servers make another name of it. moved is false where that does not help. The error is that of the
// connection, or of the run.
func (x *indexer) rename(ctx context.Context, t *target, refusal error) (moved bool, err error) {
	r, c := x.run, x.conns[1]
	found, err := r.findOtherwise(ctx, c, t)
	if err != nil || found == t.raw {
		return false, err
	}
	if found != "" {
		r.take(t, found, "has it as")
	} else if err := r.takePlainer(ctx, c, t, refusal); err != nil {
		if errors.Is(err, refusal) {
			return false, nil
		}
		return false, err
	}
	if t.wanted {
		if _, err := c.Subscribe(t.raw).Wait(ctx); err != nil {
			r.out.linef("Host2: could not subscribe to %s: %s", t.label(), answer(err))
		}
	}
	return true, nil
}

// unlessLost is err unless it ended a connection only, which can be made anew.
func unlessLost(err error) error {
	if connectionLost(err) {
		return nil
	}
	return err
}

// take has a target go to a folder of another name, and says so.
func (r *run) take(t *target, name, why string) {
	before := t.label()
	t.raw, t.display = name, r.destination.readable(name)
	r.out.linef("Host2: folder %s: the server %s %s", before, why, t.label())
}

// tryCreate makes a folder. made is false where it is refused for good; the error is that of the connection, or of the run.
func (r *run) tryCreate(ctx context.Context, c *imapclient.Client, name string) (made bool, err error) {
	q := ask(func() *imapclient.Command[struct{}] { return c.Create(name) })
	q.send()
	made, err = r.hosts[1].answered(ctx, q)
	return made || errors.Is(q.err, imapclient.CodeAlreadyExists), err
}

// isThere says whether a folder can be looked at.
func (r *run) isThere(ctx context.Context, c *imapclient.Client, name string) (there bool, err error) {
	q := ask(func() *imapclient.Command[*imapclient.StatusData] { return c.Status(name, "MESSAGES") })
	q.send()
	return r.hosts[1].answered(ctx, q)
}

// aboutName says whether a refusal of CREATE may be about the name: it is neither about rights nor about room.
func aboutName(refusal error) bool {
	refused, ok := errors.AsType[*imapclient.ResponseError](refusal)
	if !ok || imapclient.Passing(refusal) || imapclient.OverQuota(refusal) {
		return false
	}
	about := []imapclient.Code{"", imapclient.CodeCannot, imapclient.CodeClientBug, imapclient.CodeNonExistent, imapclient.CodeAlert}
	return slices.Contains(about, refused.Code) && !says(refused, "permission", "denied", "rights", "read-only", "read only", "readonly")
}

// saysReserved says whether a refusal may mean that the name, plain as it is, is the server's own.
func saysReserved(refusal error) bool {
	refused, ok := errors.AsType[*imapclient.ResponseError](refusal)
	return ok && says(refused, "reserved", "system", "special", "not allowed", "invalid", "illegal", "cannot be used", "in use")
}

func says(refused *imapclient.ResponseError, words ...string) bool {
	text := strings.ToLower(refused.Text)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}

// findOtherwise looks among all folders of the destination for one that the server made, or has, in a spelling of its own: with
// blanks trimmed, another case, another composition of letters, other signs, or below INBOX. It gives "" where there is none,
// or more than one that it could be. A folder that belongs to another folder of the source is not it.
func (r *run) findOtherwise(ctx context.Context, c *imapclient.Client, t *target) (string, error) {
	q := ask(func() *imapclient.Command[[]*imapclient.ListEntry] { return c.List(imapclient.ListOptions{}) })
	q.send()
	if ok, err := r.hosts[1].answered(ctx, q); !ok || err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, name := range r.plan.names {
		taken[canonical(name)] = true
	}
	for _, other := range r.plan.targets {
		taken[other.raw] = taken[other.raw] || other != t
	}
	ours := r.destination.squeezed(t.raw)
	var alike []string
	for _, e := range q.result {
		name := canonical(e.Name)
		if name == t.raw && e.Selectable() {
			return name, nil
		}
		if !e.Selectable() || taken[name] || slices.Contains(alike, name) {
			continue
		}
		if theirs := r.destination.squeezed(name); ours != "" && (theirs == ours || theirs == "inbox"+ours) {
			alike = append(alike, name)
		}
	}
	if len(alike) > 1 {
		// One that was not there before is the one that has just been made.
		alike = slices.DeleteFunc(alike, func(name string) bool { return r.destination.find(name) != nil })
	}
	if len(alike) != 1 {
		return "", nil
	}
	return alike[0], nil
}

// squeezed is what is left of a name when all is taken away that servers change in names: letters and digits, without case.
func (a *account) squeezed(raw string) string {
	name := a.readable(strings.TrimPrefix(raw, a.prefix))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(name))
}

// plainer are names for a server that refuses a name, each plainer than the one before, and each the same in every run
// over these folders: it does not depend on what the options choose. A name that another folder of the source has, or could
// get, is told apart by a few digits.
func (p *plan) plainer(raw string, destination *account, refusal error) []string {
	if p.spellings == nil {
		p.spellings = map[string]int{}
		for _, name := range p.names {
			forms := map[string]bool{strings.ToLower(name): true}
			for _, form := range destination.forms(name, true) {
				forms[strings.ToLower(form)] = true
			}
			for form := range forms {
				p.spellings[form]++
			}
		}
	}
	var names []string
	for _, name := range destination.forms(raw, saysReserved(refusal)) {
		if p.spellings[strings.ToLower(name)] > 1 {
			name += "-" + digits(raw)
		}
		if name != raw && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// digits tell one name from others, in every run the same.
func digits(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return fmt.Sprintf("%08x", h.Sum32())
}

// longLevel is how many bytes one level of a name may have in its plainest form.
const longLevel = 60

// forms are the plainer forms of a name, from nearly the same to letters, digits and underscores: without control and
// invisible characters and with single blanks; then without signs that servers refuse; without dots, emoji and symbols; in ASCII;
// and short. With reserved there are also two with an underscore behind a level.
func (a *account) forms(raw string, reserved bool) []string {
	rest := strings.TrimPrefix(raw, a.prefix)
	prefix := strings.TrimSuffix(raw, rest)
	levels := []string{rest}
	if a.delimiter != "" {
		levels = strings.Split(rest, a.delimiter)
	}
	form := func(plain func(level string) string) []string {
		made := make([]string, len(levels))
		for i, level := range levels {
			if made[i] = tidy(plain(a.readable(level))); made[i] == "" {
				made[i] = "_"
			}
		}
		return made
	}
	name := func(made []string) string {
		written := make([]string, len(made))
		for i, level := range made {
			written[i] = a.written(level)
		}
		return prefix + strings.Join(written, a.delimiter)
	}
	same := func(level string) string { return level }
	short := func(level string) string {
		plain := replaced(level, func(r rune) bool {
			return strings.ContainsRune(" -_", r) || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		})
		if len(plain) > longLevel {
			plain = plain[:longLevel-9] + "-" + digits(level)
		}
		return plain
	}
	names := []string{
		name(form(same)),
		name(form(func(level string) string {
			return replaced(level, func(r rune) bool { return r > unicode.MaxASCII || usual(r) || r == '.' })
		})),
		name(form(func(level string) string {
			return replaced(level, func(r rune) bool {
				return usual(r) || r > unicode.MaxASCII && unicode.In(r, unicode.L, unicode.M, unicode.N)
			})
		})),
		name(form(func(level string) string {
			return replaced(level, func(r rune) bool { return r < unicode.MaxASCII && usual(r) })
		})),
		name(form(short)),
	}
	if reserved {
		last := form(same)
		last[len(last)-1] += "_"
		first := form(same)
		first[0] += "_"
		names = append(names, name(last), name(first))
	}
	return names
}

// usual says whether a sign of ASCII is common in names, and refused by no server known.
func usual(r rune) bool {
	return r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" &+,-_=@()[]'", r))
}

// replaced has an underscore for each character that is not kept.
func replaced(text string, keep func(r rune) bool) string {
	return strings.Map(func(r rune) rune {
		if keep(r) {
			return r
		}
		return '_'
	}, text)
}

// tidy leaves out what cannot be seen, and blanks at the ends and beside others.
func tidy(level string) string {
	level = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case inert(r) && !unicode.Is(unicode.Cf, r):
			return r
		}
		return -1
	}, level)
	return strings.Join(strings.Fields(level), " ")
}
