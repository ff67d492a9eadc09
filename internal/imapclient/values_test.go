package imapclient_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
)

func TestSetsJoinRunsAndSplitByLength(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		set  imapclient.Set
		want string
	}{
		{imapclient.UIDs(), ""},
		{imapclient.UIDs(5, 3, 4, 4, 9, 0), "3:5,9"},
		{imapclient.UIDs(math.MaxUint32, math.MaxUint32-1, 1), "1,4294967294:4294967295"},
		{imapclient.From(7), "7:*"},
		{imapclient.Between(2, 2), "2"},
	} {
		if got := test.set.String(); got != test.want {
			t.Errorf("the set is %s, expected is %s", got, test.want)
		}
	}
	var odd []uint32
	for n := uint32(1); n < 4000; n += 2 {
		odd = append(odd, n)
	}
	whole := imapclient.UIDs(odd...)
	var parts []string
	for _, part := range whole.Split(100) {
		if len(part.String()) > 100 {
			t.Errorf("a part has %d bytes", len(part.String()))
		}
		parts = append(parts, part.String())
	}
	if strings.Join(parts, ",") != whole.String() {
		t.Error("the parts are not the whole")
	}
	if !whole.Contains(3999) || whole.Contains(4000) || whole.Contains(2) || !imapclient.From(500).Contains(400) {
		t.Error("a set does not know what it contains")
	}
}

func TestMailboxNamesAreDecodedForPeopleAndKeptWhenTheyAreNotUTF7(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"INBOX": "INBOX", "Entw&APw-rfe": "Entwürfe", "R&D": "R&D", "R&-D": "R&D", "&": "&", "&AOk": "&AOk", "&!-x": "&!-x",
		"~peter/mail/&U,BTFw-/&ZeVnLIqe-": "~peter/mail/台北/日本語", "&2D3eAA-": "😀", "&2D0-": "&2D0-", "ü": "ü", "\xff": "\uFFFD", "&&APw-": "&ü",
	} {
		if got := imapclient.DecodeMailbox(raw); got != want {
			t.Errorf("%q is decoded as %q, expected is %q", raw, got, want)
		}
	}
	for name, want := range map[string]string{"Entwürfe": "Entw&APw-rfe", "R&D": "R&-D", "😀": "&2D3eAA-", "a\tb": "a&AAk-b", "台北": "&U,BTFw-"} {
		if got := imapclient.EncodeMailbox(name); got != want {
			t.Errorf("%q is encoded as %q, expected is %q", name, got, want)
		}
	}
}

func TestDatesAreUnderstoodWithLiberties(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"17-Jul-1996 02:44:25 -0700":   "1996-07-17T02:44:25-07:00",
		" 7-Jul-1996 02:44:25 +0000":   "1996-07-07T02:44:25Z",
		"7-jul-1996 2:44 +0530":        "1996-07-07T02:44:00+05:30",
		"07-July-96 02:44:25 GMT":      "1996-07-07T02:44:25Z",
		"07-Jul-05 02:44:25":           "2005-07-07T02:44:25Z",
		"01-Jan-1960 00:00:00 +0000":   "1960-01-01T00:00:00Z",
		"31-Dec-2199 23:59:59 +0000":   "2199-12-31T23:59:59Z",
		"01-Jan-2020":                  "2020-01-01T00:00:00Z",
		"00-Jan-0000 00:00:00 +0000":   "",
		"31-Feb-2020 00:00:00 +0000":   "",
		"":                             "",
		"yesterday":                    "",
		"17-Jul-1996 25:00:00 +0000":   "",
		"17-Jul-1996 02:44:25 +99:99":  "",
		"17-Jul-1996 02:44:25 +0000 x": "",
	} {
		got := ""
		if understood, ok := imapclient.ParseInternalDate(raw); ok {
			got = understood.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q is understood as %q, expected is %q", raw, got, want)
		}
	}
}

func TestFlagsThatCanBeWritten(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]bool{
		`\Seen`: true, "$Forwarded": true, "[b]": true, "a]b": true, "": false, `\`: false, "a b": false, "a(b": false, "ä": false, `a"b`: false, `a\b`: false, "*": false, `\*`: false,
	} {
		if got := imapclient.ValidFlag(flag); got != want {
			t.Errorf("%q is valid: %v", flag, got)
		}
	}
}

func TestErrorsAreClassifiedByCodeAndByWords(t *testing.T) {
	t.Parallel()
	no := func(code imapclient.Code, text string) error {
		return fmt.Errorf("append: %w", &imapclient.ResponseError{Command: "APPEND", Code: code, Text: text})
	}
	bye := func(text string) error { return &imapclient.ConnectionError{Kind: imapclient.ErrBye, Text: text} }
	for _, test := range []struct {
		err                                error
		tooMany, quota, throttled, passing bool
	}{
		{no("OVERQUOTA", "full"), false, true, false, false},
		{no("", "Quota exceeded (mailbox for user is full)"), false, true, false, false},
		{no("LIMIT", "too many"), true, false, false, true},
		{no("LIMIT", "message size exceeds fixed limit"), false, false, false, false},
		{no("INUSE", "locked"), true, false, false, true},
		{bye("Too many simultaneous connections. (Failure)"), true, false, false, true},
		{bye("Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"), true, false, false, true},
		{no("THROTTLED", ""), false, false, true, true},
		{no("UNAVAILABLE", ""), false, false, true, true},
		{bye("Request is throttled. Suggested Backoff Time: 60000 milliseconds"), false, false, true, true},
		{no("CANNOT", "virus"), false, false, false, false},
		{&imapclient.ConnectionError{Kind: imapclient.ErrLost}, false, false, false, true},
		{&imapclient.ConnectionError{Kind: imapclient.ErrTimeout}, false, false, false, true},
		{&imapclient.ConnectionError{Kind: imapclient.ErrTLS}, false, false, false, false},
		{&imapclient.ConnectionError{Kind: imapclient.ErrClosed}, false, false, false, false},
		{&imapclient.AuthError{Err: errors.New("x")}, false, false, false, false},
		{nil, false, false, false, false},
	} {
		got := []bool{imapclient.TooManyConnections(test.err), imapclient.OverQuota(test.err), imapclient.Throttled(test.err), imapclient.Temporary(test.err)}
		want := []bool{test.tooMany, test.quota, test.throttled, test.passing}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v is (too many, quota, throttled, temporary) %v, expected is %v", test.err, got, want)
		}
	}
	for text, want := range map[string]time.Duration{
		"Request is throttled. Suggested Backoff Time: 60000 milliseconds": time.Minute,
		"try again in 30 seconds":    30 * time.Second,
		"Please wait for 5 minutes":  5 * time.Minute,
		"retry-after: 7":             7 * time.Second,
		"try again in 99999999 days": 24 * time.Hour,
		"try again later":            0,
		"wait for connection":        0,
	} {
		if got, ok := imapclient.RetryAfter(bye(text)); got != want || ok != (want > 0) {
			t.Errorf("%q asks for %v, %v", text, got, ok)
		}
	}
}
