// Package scalar reads and writes the API's own scalars: what they accept on the way in, how they are spelled on the
// way out. Errors say what is wanted and never repeat what was sent, since what was sent may be a password in the
// wrong place.
package scalar

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// maxInt is the largest whole number that JavaScript and JSON readers built on it hold exactly.
const maxInt = 1 << 53

// MarshalTime writes RFC 3339 in UTC with at most microseconds.
func MarshalTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text := t.UTC().Truncate(time.Microsecond).Format(`"2006-01-02T15:04:05.999999Z"`)
		_, _ = io.WriteString(w, text) // The writer is gqlgen's buffer.
	})
}

// UnmarshalTime reads RFC 3339 with any offset.
func UnmarshalTime(v any) (time.Time, error) {
	if text, ok := v.(string); ok {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, errors.New("must be a time as 2026-03-01T09:30:00Z (RFC 3339)")
}

// MarshalInt64 writes a JSON number.
func MarshalInt64(n int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.FormatInt(n, 10))
	})
}

// UnmarshalInt64 reads a whole JSON number of at most 2^53 either way.
func UnmarshalInt64(v any) (int64, error) {
	var n int64
	var err error
	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	case json.Number:
		n, err = strconv.ParseInt(string(v), 10, 64)
	default:
		err = strconv.ErrSyntax
	}
	if err != nil || n > maxInt || n < -maxInt {
		return 0, errors.New("must be a whole number up to 2^53")
	}
	return n, nil
}

// MarshalID writes an id as a string.
func MarshalID(id int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, `"`+strconv.FormatInt(id, 10)+`"`)
	})
}

// UnmarshalID reads an id as this API gives them out: a whole number above zero, as a string or a number.
func UnmarshalID(v any) (int64, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = string(v)
	case int:
		text = strconv.Itoa(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	}
	id, err := ParseID(text)
	if err != nil {
		return 0, err
	}
	return id, nil
}

// ParseID reads an id in its one spelling: decimal digits without sign and leading zeros.
func ParseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0, errors.New("must be an id")
	}
	return id, nil
}
