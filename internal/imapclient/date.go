package imapclient

import (
	"strconv"
	"strings"
	"time"
)

// ParseInternalDate understands an INTERNALDATE (RFC 3501, date-time) and the liberties that servers take with it: one-digit
// days, missing seconds, zones by name or absent (UTC), two-digit years, any case. ok is false for what is no time at all, such
// as "00-Jan-0000 00:00:00 +0000".
func ParseInternalDate(raw string) (t time.Time, ok bool) {
	fields := strings.Fields(raw)
	if len(fields) < 1 || len(fields) > 3 {
		return time.Time{}, false
	}
	day, rest, _ := strings.Cut(fields[0], "-")
	month, year, _ := strings.Cut(rest, "-")
	d, m, y := parseBounded(day, 1, 31), parseMonth(month), parseBounded(year, 1, 9999)
	if d < 0 || m < 0 || y < 0 {
		return time.Time{}, false
	}
	if len(year) == 2 {
		if y += 1900; y < 1970 {
			y += 100
		}
	}
	var clock [3]int
	if len(fields) > 1 {
		parts := strings.Split(fields[1], ":")
		if len(parts) < 2 || len(parts) > 3 {
			return time.Time{}, false
		}
		for i, part := range parts {
			if clock[i] = parseBounded(part, 0, [3]int{23, 59, 60}[i]); clock[i] < 0 { // 60 is a leap second
				return time.Time{}, false
			}
		}
	}
	zone := time.UTC
	if len(fields) > 2 {
		if zone = parseZone(fields[2]); zone == nil {
			return time.Time{}, false
		}
	}
	t = time.Date(y, time.Month(m), d, clock[0], clock[1], clock[2], 0, zone)
	// A day that the month does not have, such as 31 February, is no time.
	return t, t.Day() == d || clock[2] == 60
}

// parseBounded reads a number between low and high, -1 for anything else.
func parseBounded(text string, low, high int) int {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return -1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return -1
	}
	return n
}

func parseMonth(text string) int {
	const months = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(text) < 3 {
		return -1
	}
	i := strings.Index(months, strings.ToLower(text[:3]))
	if i < 0 || i%3 != 0 {
		return -1
	}
	return i/3 + 1
}

// parseZone reads "+0200" or a name; nil when it is neither. Names are taken for UTC: of most nobody knows the offset.
func parseZone(text string) *time.Location {
	sign := 1
	switch {
	case text[0] == '-':
		sign = -1
	case text[0] != '+':
		return time.UTC
	}
	digits := strings.ReplaceAll(text[1:], ":", "")
	if len(digits) != 4 {
		return nil
	}
	hours, minutes := parseBounded(digits[:2], 0, 99), parseBounded(digits[2:], 0, 59)
	if hours < 0 || minutes < 0 {
		return nil
	}
	if hours > 24 {
		return nil
	}
	return time.FixedZone("", sign*(hours*3600+minutes*60))
}

// FormatInternalDate writes a time as AppendMessage.InternalDate takes it. Years outside 0 to 9999 give "".
func FormatInternalDate(t time.Time) string {
	if t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format("02-Jan-2006 15:04:05 -0700")
}
