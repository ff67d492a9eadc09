package httpserver

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"mailferry/graph/scalar"
	"mailferry/internal/models"
)

const (
	// tailBytes is the most that one poll gives.
	tailBytes = 64 << 10
	// noLog is what a download says where a job has printed nothing.
	noLog = "(no log output)"
	// maxFileName is how many characters of a job's name go into the name of its file.
	maxFileName = 80
)

// tail is one look at a job's log from an offset on, for clients without WebSockets.
func (s *server) tail(w http.ResponseWriter, r *http.Request) {
	id, err := scalar.ParseID(r.PathValue("id"))
	if err != nil {
		answer(w, http.StatusNotFound, problem{"There is no job of this id.", "NOT_FOUND"})
		return
	}
	var offset int64
	if given := r.URL.Query().Get("offset"); given != "" {
		if offset, err = strconv.ParseInt(given, 10, 64); err != nil {
			answer(w, http.StatusBadRequest, problem{"offset: must be a whole number", "BAD_USER_INPUT"})
			return
		}
	}
	chunk, err := s.config.Jobs.ReadLog(r.Context(), id, offset, tailBytes)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, struct {
		Status    string `json:"status"`
		Offset    int64  `json:"offset"`
		Chunk     string `json:"chunk"`
		NewOffset int64  `json:"newOffset"`
		EOF       bool   `json:"eof"`
	}{strings.ToLower(string(chunk.Status)), chunk.Offset, chunk.Chunk, chunk.NewOffset, chunk.EOF})
}

// log is the whole log as a file, or ranges of it (RFC 9110, section 14).
func (s *server) log(w http.ResponseWriter, r *http.Request) {
	id, err := scalar.ParseID(r.PathValue("id"))
	if err != nil {
		answer(w, http.StatusNotFound, problem{"There is no job of this id.", "NOT_FOUND"})
		return
	}
	reader, err := s.config.Jobs.OpenLog(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(reader.Job)}))
	header.Set("Cache-Control", "no-store")
	// A log only grows: its beginning of this length is always the same.
	header.Set("ETag", fmt.Sprintf(`"%d-%d"`, id, reader.Size()))
	var content io.ReadSeeker = reader
	if reader.Size() == 0 {
		content = strings.NewReader(noLog)
	}
	http.ServeContent(w, r, "", time.Time{}, content)
}

// fileName is job-{id}-{name}.log.
func fileName(job *models.MigrationJob) string {
	return fmt.Sprintf("job-%d-%s.log", job.ID, safeName(job.Name))
}

// safeName is a name without what any file system or browser takes for something else.
func safeName(text string) string {
	name := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) || strings.ContainsRune(`/\:*?"<>|;%`, r) {
			return '_'
		}
		return r
	}, text))
	return string(name[:min(len(name), maxFileName)])
}
