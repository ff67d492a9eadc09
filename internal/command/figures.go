package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// byteText is a number of bytes for people, by thousands: 12.3 MB.
func byteText(n float64) string {
	if n < 1000 {
		return fmt.Sprintf("%.0f B", n)
	}
	for _, unit := range []string{"kB", "MB", "GB"} {
		n /= 1000
		// 999.95 would be printed as 1000.0.
		if n < 999.95 {
			return fmt.Sprintf("%.1f %s", n, unit)
		}
	}
	return fmt.Sprintf("%.1f TB", n/1000)
}

// countText is a whole number with commas between thousands.
func countText(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var text strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			text.WriteByte(',')
		}
		text.WriteRune(r)
	}
	return text.String()
}

// messages is a number of messages in words.
func messages(n int64) string {
	if n == 1 {
		return "1 message"
	}
	return countText(n) + " messages"
}

// durationText is a length of time for people, as 45 s, 3 min 20 s or 2 h 5 min.
func durationText(d time.Duration) string {
	d = d.Round(time.Second)
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	default:
		return fmt.Sprintf("%d s", seconds)
	}
}

// momentText is a moment for people: the time alone where it is today.
func momentText(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// bar is how much is done, from 0 to 1, as a line of so many columns.
func bar(done float64, room int) string {
	room = max(room-2, 1)
	full := int(min(max(done, 0), 1) * float64(room))
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", room-full) + "]"
}
