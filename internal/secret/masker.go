package secret

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// A Masker prepares text of engines and hosts for people: one line, without signs that hide or turn what stands
// around them, and without secrets. It is meant for the last change before a text is stored or answered: whatever was
// decoded, shortened or put together before is masked as it stands. A Masker never changes and may be used by several
// goroutines. The zero Masker knows no secret.
type Masker struct {
	forms []form
	mark  []byte
	// starts has a bit for each pair of bytes that a form begins with; nil if some form is shorter.
	starts *pairs
	// blanks says that a secret has blanks inside.
	blanks bool
}

// pairs is a set of pairs of bytes.
type pairs [1 << 16 / 64]uint64

func (p *pairs) add(a, b byte)      { p[int(a)<<2|int(b)>>6] |= 1 << (b & 63) }
func (p *pairs) has(a, b byte) bool { return p[int(a)<<2|int(b)>>6]&(1<<(b&63)) != 0 }

// NewMasker returns a Masker for these secrets. Empty ones are ignored.
func NewMasker(secrets ...string) Masker {
	var all []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		all = append(all, s)
		// As the texts below are: without signs, blanks in a row made one.
		for _, changed := range []string{Visible(s), strings.Join(strings.Fields(s), " "), strings.Join(strings.Fields(Visible(s)), " "), strings.TrimSpace(s)} {
			if changed != "" && !slices.Contains(all, changed) {
				all = append(all, changed)
			}
		}
	}
	m := Masker{forms: forms(all), starts: new(pairs)}
	for _, f := range m.forms {
		if changed := Visible(string(f.text)); changed != string(f.text) && changed != "" {
			f.text = []byte(changed)
			m.forms = append(m.forms, f)
		}
	}
	m.mark = maskFor(m.forms)
	m.blanks = slices.ContainsFunc(all, func(s string) bool { return strings.ContainsFunc(strings.TrimSpace(s), unicode.IsSpace) })
	for _, f := range m.forms {
		if len(f.text) < 2 {
			m.starts = nil
			break
		}
		m.starts.add(f.text[0], f.text[1])
	}
	return m
}

// shortened is what a text that was cut ends in, or has where the rest was left out.
const shortened = "…"

// leastRest is how many bytes of a secret's beginning count as a part of it where a text was cut.
const leastRest = 3

// Text masks one text.
func (m Masker) Text(text string) string {
	text = Visible(text)
	if len(m.forms) == 0 {
		return text
	}
	text = m.find(text)
	// A secret may have been escaped in ways that no list names, broken over lines, or have other signs in the place of those
	// between its characters. A text is read otherwise only where a secret comes to light by that; it may hold several.
	for more, tries := true, 0; more && tries < maxReadings && mayBeRead(text, m.blanks); tries++ {
		more = false
		readings(text, m.blanks, func(reading string) bool {
			masked := m.find(reading)
			if masked == reading {
				return false
			}
			text, more = masked, true
			return true
		})
	}
	return text
}

// find masks the secrets in a text, and what is left of one where the text was cut.
func (m Masker) find(text string) string {
	if m.mayHold(text) {
		var out strings.Builder
		r := Redactor{w: &out, forms: m.forms, mask: m.mark, masked: -1}
		_, _ = r.Write([]byte(text)) // A strings.Builder takes everything.
		_ = r.Flush()
		text = out.String()
	}
	if !strings.Contains(text, shortened) {
		return text
	}
	parts := strings.Split(text, shortened)
	for i, head := range parts[:len(parts)-1] {
		if rest := m.beginning(head); rest > 0 {
			parts[i] = head[:len(head)-rest] + string(m.mark)
		}
	}
	return strings.Join(parts, shortened)
}

// mayHold says whether a form could be in a text, at the cost of one look at each byte.
func (m Masker) mayHold(text string) bool {
	if m.starts == nil {
		return true
	}
	for i := 1; i < len(text); i++ {
		if !m.starts.has(text[i-1], text[i]) {
			continue
		}
		for _, f := range m.forms {
			if len(f.text) <= len(text)-i+1 && text[i-1:i-1+len(f.text)] == string(f.text) {
				return true
			}
		}
	}
	return false
}

// beginning is how many bytes at the end of a text are the beginning of a secret: one of which no more is left is none
// that a Redactor knows.
func (m Masker) beginning(text string) int {
	rest := 0
	for _, f := range m.forms {
		for n := min(len(f.text)-1, len(text)); n > max(rest, leastRest-1); n-- {
			if text[len(text)-n:] == string(f.text[:n]) {
				rest = n
				break
			}
		}
	}
	return rest
}

// Value masks every text in what v points to: fields that others can see, elements of lists, values of maps, and what
// they point to, however deep. What has no texts stays as it is.
func (m Masker) Value(v any) { m.mask(reflect.ValueOf(v)) }

func (m Masker) mask(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			m.mask(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(m.Text(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				m.mask(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		switch v.Type().Elem().Kind() {
		case reflect.String, reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Interface:
			for i := range v.Len() {
				m.mask(v.Index(i))
			}
		default: // numbers and bytes are no texts
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			// What a map holds cannot be set in its place.
			changed := reflect.New(v.Type().Elem()).Elem()
			changed.Set(v.MapIndex(key))
			m.mask(changed)
			v.SetMapIndex(key, changed)
		}
	case reflect.Interface:
		if v.IsNil() || !v.CanSet() {
			return
		}
		changed := reflect.New(v.Elem().Type()).Elem()
		changed.Set(v.Elem())
		m.mask(changed)
		v.Set(changed)
	default: // no texts
	}
}

// Visible makes a text of strangers harmless to what shows it: line ends and tabs become blanks, and other control
// characters, signs that change the direction of writing (Unicode Standard Annex 9) and signs without width are left
// out, since they make one text look like another or end in the middle. Joiners stay, which letters of many scripts
// need.
func Visible(text string) string {
	plain := true
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain || strings.IndexFunc(text, unseen) < 0 {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, text)
}

// unseen says whether a character is one that Visible changes.
func unseen(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u206F', r == '\u200E', r == '\u200F', r == '\u061C':
		return true // directions
	case r == '\u200B', r == '\u2060', r == '\uFEFF', r == '\u00AD', r == '\u180E', r == '\u2028', r == '\u2029':
		return true // no width, or a line's end
	case r >= 0xE0000 && r <= 0xE007F:
		return true // tags
	}
	return false
}
