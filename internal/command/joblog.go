package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// JobLog prints the log of a job.
type JobLog struct {
	Remote
	reconnecting

	Job    string `arg:"" help:"Its id, or its name where no other job has it."`
	Follow bool   `help:"Go on with what is printed, until the job has ended." short:"f"`
	Offset int64  `help:"Byte to begin at." placeholder:"BYTE"`
	JSON   bool   `help:"Print a line of JSON for each piece, in the API's names: jobId, offset, chunk, newOffset, status, eof." name:"json"`
}

// Help says what follows what.
func (*JobLog) Help() string {
	return "Prints the same bytes as the download. On a terminal control characters are shown as �. With --follow a lost connection " +
		"is made anew at the byte where it broke off, and the state in which the job has ended is printed to standard error. Examples:\n\n" +
		"  mailferry job log -f 7\n" +
		"  mailferry job log 7 > job-7.log"
}

// chunk is a piece of a log.
type chunk struct {
	JobID     string `json:"jobId"`
	Offset    int64  `json:"offset"`
	Chunk     string `json:"chunk"`
	NewOffset int64  `json:"newOffset"`
	Status    string `json:"status"`
	EOF       bool   `json:"eof"`
}

const chunkFields = "{ jobId offset chunk newOffset status eof }"

// Run prints the log from the offset on.
func (c *JobLog) Run(ctx context.Context, con Console) error {
	if c.Offset < 0 {
		return exitf(ExitUsage, "--offset: %d is before the log", c.Offset)
	}
	s, err := c.connect(con)
	if err != nil {
		return err
	}
	found, err := s.findJob(ctx, c.Job)
	if err != nil {
		return err
	}
	w := &logWriter{out: newScreen(con), json: c.JSON, id: found.is.ID, offset: c.Offset}
	if !c.Follow {
		return w.read(ctx, s)
	}
	ctx, stop := untilClosed(ctx, con.Out)
	defer stop()
	err = w.follow(ctx, s, c.Reconnect, sayAway(con, nil))
	if err == nil && !c.JSON {
		fmt.Fprintf(con.Err, "job %s: %s\n", w.id, w.status)
	}
	return err
}

// logWriter prints pieces of a log, each byte once.
type logWriter struct {
	out    *screen
	json   bool
	id     string
	offset int64
	status string
	// begun says that a piece was printed: from then on each begins where the one before has ended.
	begun bool
}

// take prints a piece.
func (w *logWriter) take(c *chunk) error {
	// Only the first may begin elsewhere: at a whole character.
	if c.Offset != w.offset && w.begun {
		return exitf(ExitNoServer, "the server sent byte %d of log %s where byte %d comes next", c.Offset, w.id, w.offset)
	}
	w.begun = w.begun || c.Chunk != ""
	w.offset, w.status = c.NewOffset, c.Status
	switch {
	case w.json:
		text, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("print JSON: %w", err)
		}
		w.out.printf("%s\n", text)
	case w.out.terminal != nil:
		w.out.printf("%s", harmless(c.Chunk, true))
	default:
		_, _ = w.out.out.WriteString(c.Chunk) // flush tells of errors.
	}
	return w.out.flush()
}

// logPiece is how many bytes of a log are asked for at a time.
const logPiece = 512 << 10

// read prints what is there now.
func (w *logWriter) read(ctx context.Context, s *server) error {
	const query = `query ($id: ID!, $offset: Int64!, $limit: Int!) { job(id: $id) { logSize log(offset: $offset, limit: $limit) ` + chunkFields + ` } }`
	var end int64
	for first := true; first || w.offset < end; first = false {
		var answer struct {
			Job *struct {
				LogSize int64
				Log     chunk
			}
		}
		if err := s.do(ctx, query, map[string]any{"id": w.id, "offset": w.offset, "limit": logPiece}, &answer); err != nil {
			return err
		}
		if answer.Job == nil {
			return exitf(ExitRefused, "job %s was deleted", w.id)
		}
		if first {
			end = answer.Job.LogSize
		}
		if err := w.take(&answer.Job.Log); err != nil {
			return err
		}
		if answer.Job.Log.Chunk == "" {
			break
		}
	}
	return nil
}

// follow prints on until the job has ended.
func (w *logWriter) follow(ctx context.Context, s *server, patience time.Duration, away func(error)) error {
	const query = `subscription ($id: ID!, $offset: Int64!) { logTail(jobId: $id, offset: $offset) ` + chunkFields + ` }`
	type event struct{ LogTail chunk }
	return follow(ctx, s, patience, away, query, func() map[string]any {
		return map[string]any{"id": w.id, "offset": w.offset}
	}, func(e *event) (bool, error) {
		err := w.take(&e.LogTail)
		return e.LogTail.EOF, err
	})
}
