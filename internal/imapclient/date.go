package imapclient

import "time"

// ParseInternalDate understands an INTERNALDATE (RFC 3501, date-time) and the liberties that servers take with it: one-digit
// days, missing seconds, zones by name or absent (UTC), two-digit years, any case. ok is false for what is no time at all, such
// as "00-Jan-0000 00:00:00 +0000".
func ParseInternalDate(raw string) (t time.Time, ok bool) { return parseInternalDate(raw) }

// FormatInternalDate writes a time as AppendMessage.InternalDate takes it. Years outside 0 to 9999 give "".
func FormatInternalDate(t time.Time) string {
	if t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format("02-Jan-2006 15:04:05 -0700")
}
