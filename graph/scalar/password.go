package scalar

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const masked = "***"

// Password is a secret on its way in. Whatever prints, logs or encodes one shows "***"; only Reveal gives it.
type Password struct {
	// A function, since even printers that look into unexported fields see no more than an address.
	reveal func() string
}

// NewPassword wraps a secret.
func NewPassword(text string) Password {
	return Password{reveal: func() string { return text }}
}

// Reveal is the secret itself.
func (p Password) Reveal() string {
	if p.reveal == nil {
		return ""
	}
	return p.reveal()
}

// UnmarshalGQL reads a string.
func (p *Password) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("must be a string")
	}
	*p = NewPassword(text)
	return nil
}

// MarshalGQL writes the mask; the schema never asks for it.
func (p Password) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"`+masked+`"`) }

// Format prints the mask for every verb.
func (p Password) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, masked) }

// String is the mask.
func (p Password) String() string { return masked }

// GoString is the mask.
func (p Password) GoString() string { return masked }

// LogValue is the mask.
func (p Password) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText encodes the mask, for JSON as well.
func (p Password) MarshalText() ([]byte, error) { return []byte(masked), nil }
