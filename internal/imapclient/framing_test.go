package imapclient_test

import (
	"errors"
	"strings"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// framed runs one UID FETCH of contents against a raw reply, after which the server hangs up, and gives the contents that
// were delivered by UID.
func framed(t *testing.T, raw string) (map[uint32]string, error) {
	t.Helper()
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw(raw)
		c.Drop()
	}))
	got := map[uint32]string{}
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"}, Message: func(m *imapclient.Message) { got[m.UID] = string(m.Sections[0].Data) },
	}).Wait(patient(t))
	<-c.Done()
	return got, err
}

func TestContentThatIsNotAsLongAsAnnouncedIsNotDelivered(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"longer by a word":                    "* 2 FETCH (UID 2 BODY[] {5}\r\nhello you)\r\n",
		"longer by one byte":                  "* 2 FETCH (UID 2 BODY[] {5}\r\nhello!)\r\n",
		"longer by a line end":                "* 2 FETCH (UID 2 BODY[] {5}\r\nhello\r\n)\r\n",
		"longer by a line feed":               "* 2 FETCH (UID 2 BODY[] {5}\r\nhello\n)\r\n",
		"longer by what looks like an item":   "* 2 FETCH (UID 2 BODY[] {5}\r\nhello dear friend)\r\n",
		"longer by a name that is one":        "* 2 FETCH (UID 2 BODY[] {5}\r\nhello FLAGS)\r\n",
		"longer by a name and a word":         "* 2 FETCH (UID 2 BODY[] {5}\r\nhello flags everywhere)\r\n",
		"longer by a parenthesis":             "* 2 FETCH (UID 2 BODY[] {5}\r\nhello) said she)\r\n",
		"longer by lines, the first of one )": "* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\nsaid she\r\n)\r\n",
		"longer by a list of points":          "* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\n* one point\r\n* two points\r\n)\r\n",
		"longer by a point with a number":     "* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\n* 12 points to her\r\n)\r\n",
		"longer by a quote":                   "* 2 FETCH (UID 2 BODY[] {5}\r\nhello \"you\")\r\n",
		"longer, of another UID":              "* 2 FETCH (UID 2 BODY[] {5}\r\nhello UID 7)\r\n",
		"longer, and UID is a word":           "* 2 FETCH (BODY[] {5}\r\nhello UID card)\r\n",
		"shorter by one, which is )":          "* 2 FETCH (UID 2 BODY[] {6}\r\nhello)\r\n",
		"shorter, up to the next answer":      "* 2 FETCH (UID 2 BODY[] {8}\r\nhello)\r\n* 3 FETCH (UID 3 BODY[] {3}\r\nyou)\r\n",
		"shorter, into the next answer":       "* 2 FETCH (UID 2 BODY[] {12}\r\nhello)\r\n* 3 FETCH (UID 3 BODY[] {3}\r\nyou)\r\n",
		"shorter, into the next content":      "* 2 FETCH (UID 2 BODY[] {38}\r\nhello)\r\n* 3 FETCH (UID 3 BODY[] {9}\r\nyou there)\r\n",
		"shorter, and then the end":           "* 2 FETCH (UID 2 BODY[] {99}\r\nhello)\r\nF1 OK done\r\n",
		"an octet sized wrong":                "* 2 FETCH (UID 2 BODY[] ~{4}\r\nhello)\r\n",
		"a quote over two lines":              "* 2 FETCH (UID 2 BODY[] \"hello\r\nyou\")\r\n",
		"a quote without its end":             "* 2 FETCH (UID 2 BODY[] \"hello)\r\n",
		"no parenthesis":                      "* 2 FETCH (UID 2 BODY[] {5}\r\nhello\r\n",
		"half a line after it":                "* 2 FETCH (UID 2 BODY[] {5}\r\nhello)\r\nyou",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := framed(t, "* 1 FETCH (UID 1 BODY[] {5}\r\nfirst)\r\n"+raw+"F1 OK done\r\n")
			if strings.HasSuffix(raw, "you") {
				got, err = framed(t, "* 1 FETCH (UID 1 BODY[] {5}\r\nfirst)\r\n"+raw)
			}
			if !errors.Is(err, imapclient.ErrProtocol) && !errors.Is(err, imapclient.ErrLost) {
				t.Errorf("fetch gives %v", err)
			}
			if len(got) != 1 || got[1] != "first" {
				t.Errorf("delivered is %v", got)
			}
		})
	}
}

func TestContentFollowedByWhatServersSendIsDelivered(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]string{
		"at once":                 ")\r\n",
		"a blank":                 " )\r\n",
		"blanks at the end":       ")  \r\n",
		"bare line feeds":         ")\n",
		"items":                   " FLAGS (\\Seen) RFC822.SIZE 5 INTERNALDATE \"01-Jan-2020 00:00:00 +0000\")\r\n",
		"the UID":                 " UID 2)\r\n",
		"items of extensions":     " MODSEQ (7) X-GM-LABELS (\"a b\" {1}\r\nc) EMAILID (M1) ENVELOPE (NIL {1}\r\nx) BODY[TEXT] {1}\r\nx)\r\n",
		"a blank line":            ")\r\n\r\n",
		"items after the end":     ")\r\n FLAGS (\\Seen) RFC822.SIZE 5)\r\n",
		"an expunge":              ")\r\n* 5 EXPUNGE\r\n",
		"a status in lower case":  ")\r\n* ok still here\r\n",
		"a word nobody has heard": ")\r\n* XWEATHER fine\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, end := range []string{"F1 OK done\r\n", "* BYE bye\r\n", ""} {
				if got, _ := framed(t, "* 2 FETCH (UID 2 BODY[] {5}\r\nhello"+after+end); len(got) != 1 || got[2] != "hello" {
					t.Errorf("before %q: delivered is %v", end, got)
				}
			}
		})
	}
}

func TestContentThatIsNotAcceptedIsNotRead(t *testing.T) {
	t.Parallel()
	tooLong := errors.New("far longer than it can be")
	c := dial(t, imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("UID FETCH *")
		c.SendRaw("* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n* 2 FETCH (UID 2 BODY[] {99999999999}\r\nx")
		c.ExpectEnd()
	}))
	delivered := 0
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items: []string{"BODY.PEEK[]"},
		Accept: func(m *imapclient.Message, section string, size int64) error {
			if size > 3 && m.UID == 2 && section == "BODY[]" {
				return tooLong
			}
			return nil
		},
		Message: func(*imapclient.Message) { delivered++ },
	}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrProtocol) || !errors.Is(err, tooLong) || delivered != 1 {
		t.Fatalf("fetch gives %v, %d messages", err, delivered)
	}
}
