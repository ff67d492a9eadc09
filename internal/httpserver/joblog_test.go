package httpserver_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLogIsDownloadedWholeAndInRanges(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("Anna \"Ä\"/../\tx: y", 5000)
	path := fmt.Sprintf("/migration/jobs/%d/log", id)
	whole := h.do("GET", path, "", bearer)
	if strings.Count(whole.text, "žluťoučký kůň <script>alert(1)</script>\n") != 5000 {
		t.Fatalf("%d bytes with %d lines, want 5000", len(whole.text), strings.Count(whole.text, "\n"))
	}
	if got := whole.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("content type %s", got)
	}
	disposition, params, err := mime.ParseMediaType(whole.Header.Get("Content-Disposition"))
	if err != nil || disposition != "attachment" || params["filename"] != fmt.Sprintf("job-%d-Anna _Ä__.._ x_ y.log", id) {
		t.Errorf("disposition %s %v, %v", disposition, params, err)
	}
	if whole.Header.Get("Content-Length") != fmt.Sprint(len(whole.text)) || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("headers %v", whole.Header)
	}
	for spec, want := range map[string]string{
		"bytes=0-9":     whole.text[:10],
		"bytes=100-":    whole.text[100:],
		"bytes=-7":      whole.text[len(whole.text)-7:],
		"bytes=9-70000": whole.text[9:70001],
	} {
		part := h.do("GET", path, "", bearer, header("Range", spec))
		if part.StatusCode != http.StatusPartialContent || part.text != want {
			t.Errorf("range %s: %d with %d bytes, want %d", spec, part.StatusCode, len(part.text), len(want))
		}
	}
	for _, spec := range []string{"bytes=99999999-", "bytes=" + fmt.Sprint(len(whole.text)) + "-"} {
		if part := h.do("GET", path, "", bearer, header("Range", spec)); part.StatusCode != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("range %s: %d", spec, part.StatusCode)
		}
	}
	if head := h.do("HEAD", path, "", bearer); head.StatusCode != http.StatusOK || head.ContentLength != int64(len(whole.text)) {
		t.Errorf("HEAD: %d %d", head.StatusCode, head.ContentLength)
	}
	if again := h.do("GET", path, "", bearer, header("If-None-Match", whole.Header.Get("ETag"))); again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.StatusCode)
	}
}

func TestEmptyLogSaysSo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("silent", 0)
	if r := h.do("GET", fmt.Sprintf("/migration/jobs/%d/log", id), "", bearer); r.text != "(no log output)" {
		t.Errorf("%d %q", r.StatusCode, r.text)
	}
}

func TestLogIsPolled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("polled", 3000)
	path := fmt.Sprintf("/migration/jobs/%d/", id)
	whole := h.do("GET", path+"log", "", bearer).text
	got, offset := "", int64(0)
	for polls := 0; ; polls++ {
		r := h.do("GET", fmt.Sprintf("%stail?offset=%d", path, offset), "", bearer)
		var piece struct {
			Status, Chunk string
			NewOffset     *int64
			EOF           bool
		}
		if err := json.Unmarshal([]byte(r.text), &piece); err != nil || piece.NewOffset == nil || piece.Status == "" || piece.Status != strings.ToLower(piece.Status) {
			t.Fatalf("%d %.200s %v", r.StatusCode, r.text, err)
		}
		got += piece.Chunk
		offset = *piece.NewOffset
		if piece.EOF || polls > 100 {
			break
		}
	}
	if got != whole {
		t.Errorf("polled %d bytes, the log has %d", len(got), len(whole))
	}
}

func TestOddAddressesOfLogsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.job("odd", 2)
	for path, status := range map[string]int{
		"/migration/jobs/999/log":                                404,
		"/migration/jobs/999/tail":                               404,
		"/migration/jobs/0/log":                                  404,
		"/migration/jobs/-1/log":                                 404,
		"/migration/jobs/01/log":                                 404,
		"/migration/jobs/1e0/tail":                               404,
		"/migration/jobs/..%2f1/log":                             404,
		"/migration/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd/log":     404,
		"/migration/jobs/99999999999999999999/log":               404,
		"/migration/jobs/1%00/log":                               404,
		fmt.Sprintf("/migration/jobs/%d/tail?offset=-1", id):     400,
		fmt.Sprintf("/migration/jobs/%d/tail?offset=1e9", id):    400,
		fmt.Sprintf("/migration/jobs/%d/tail?offset=9999", id):   400,
		fmt.Sprintf("/migration/jobs/%d/tail?offset=0x1", id):    400,
		fmt.Sprintf("/migration/jobs/%d/tail?offset=' OR 1", id): 400,
		fmt.Sprintf("/migration/jobs/%d", id):                    404,
	} {
		path = strings.ReplaceAll(path, " ", "%20")
		if r := h.do("GET", path, "", bearer); r.StatusCode != status {
			t.Errorf("%s: %d %.100s, want %d", path, r.StatusCode, r.text, status)
		}
	}
}

func FuzzAddressesOfLogs(f *testing.F) {
	for _, seed := range [][2]string{{"1", "0"}, {"1", "-1"}, {"..", "1"}, {"1", "9e9"}, {"%31", ""}, {"1/../2", "x"}} {
		f.Add(seed[0], seed[1])
	}
	h := newHarness(f)
	h.job("fuzz", 3)
	f.Fuzz(func(t *testing.T, id, offset string) {
		h := &harness{t: t, server: h.server}
		for _, kind := range []string{"tail", "log"} {
			path := "/migration/jobs/" + url.PathEscape(id) + "/" + kind + "?offset=" + url.QueryEscape(offset)
			switch r := h.do("GET", path, "", bearer); r.StatusCode {
			case http.StatusOK, http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
				http.StatusBadRequest, http.StatusNotFound:
			default:
				t.Fatalf("%s: %d %s", path, r.StatusCode, r.text)
			}
		}
	})
}
