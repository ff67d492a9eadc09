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
	secrets []string
	forms   []form
	// blanks says that a secret has blanks inside.
	blanks bool
}

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
	blanks := slices.ContainsFunc(all, func(s string) bool { return strings.ContainsFunc(strings.TrimSpace(s), unicode.IsSpace) })
	return Masker{secrets: all, forms: forms(all), blanks: blanks}
}

// shortened is what a text that was cut ends in.
const shortened = "…"

// leastRest is how many bytes of a secret's beginning count as a part of it where a text was cut.
const leastRest = 3

// Text masks one text.
func (m Masker) Text(text string) string {
	text = Visible(text)
	if len(m.secrets) == 0 {
		return text
	}
	masked := Redact(text, m.secrets...)
	if m.blanks {
		// A secret may have been broken over lines, or its blanks made more or fewer.
		squeezed := strings.Join(strings.Fields(masked), " ")
		if found := Redact(squeezed, m.secrets...); found != squeezed {
			masked = found
		}
	}
	head, cut := strings.CutSuffix(masked, shortened)
	if !cut {
		return masked
	}
	// A secret of which only the beginning is left is none that Redact knows.
	rest := 0
	for _, f := range m.forms {
		for n := min(len(f.text)-1, len(head)); n > max(rest, leastRest-1); n-- {
			if head[len(head)-n:] == string(f.text[:n]) {
				rest = n
				break
			}
		}
	}
	if rest == 0 {
		return masked
	}
	return head[:len(head)-rest] + string(maskFor(m.forms)) + shortened
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
	if strings.IndexFunc(text, unseen) < 0 {
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
