package httpserver

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"mailferry/graph/scalar"
	"mailferry/internal/batchreport"
)

// report is the closing report of a batch as a file. It is written as its jobs are read, so
// that its length costs no memory.
func (s *server) report(contentType, suffix string, write func(w io.Writer, jobs batchreport.Jobs) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := scalar.ParseID(r.PathValue("id"))
		if err != nil {
			answer(w, http.StatusNotFound, problem{"There is no batch of this id.", "NOT_FOUND"})
			return
		}
		batch, err := s.config.Jobs.Batch(r.Context(), id)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		name := fmt.Sprintf("batch-%d-%s%s", batch.ID, safeName(batch.Name), suffix)
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		header.Set("Cache-Control", "no-store")
		if err := write(w, s.config.Jobs.EachMailbox(r.Context(), id)); err != nil {
			if r.Context().Err() == nil {
				s.config.Logger.ErrorContext(r.Context(), "report cannot be written", "batch", id, "error", err)
			}
			// The answer has begun: only breaking it off tells the reader that it is not whole.
			panic(http.ErrAbortHandler)
		}
	}
}

// Files are for spreadsheets first, which take UTF-8 for something else without the mark.
func mailboxesCSV(w io.Writer, jobs batchreport.Jobs) error {
	return batchreport.Mailboxes(w, jobs, batchreport.Options{ByteOrderMark: true})
}

func missingCSV(w io.Writer, jobs batchreport.Jobs) error {
	return batchreport.Missing(w, jobs, batchreport.Options{ByteOrderMark: true})
}

func reportJSON(w io.Writer, jobs batchreport.Jobs) error {
	return batchreport.JSON(w, jobs, time.Now().UTC())
}
