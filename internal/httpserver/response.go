package httpserver

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// response remembers the status of an answer, and gives a client a limited time for each piece of it. The timeouts of
// http.Server would be for whole requests, and cut off long downloads and slow checks.
type response struct {
	http.ResponseWriter

	control   *http.ResponseController
	writeTime time.Duration
	status    int
	hijacked  bool
}

// newResponse begins to answer r. The client has bodyTime to send the request's body, and writeTime to take each piece
// of the answer.
func newResponse(w http.ResponseWriter, r *http.Request, bodyTime, writeTime time.Duration) *response {
	response := &response{ResponseWriter: w, control: http.NewResponseController(w), writeTime: writeTime, status: http.StatusOK}
	// What the connection's last request has left behind. Not every connection knows deadlines; then there is none.
	_ = response.control.SetWriteDeadline(time.Time{})
	if r.Body != nil && r.Body != http.NoBody {
		_ = response.control.SetReadDeadline(time.Now().Add(bodyTime))
		r.Body = &timedBody{r.Body, response.control}
	}
	return response
}

func (w *response) WriteHeader(status int) {
	w.status = status
	_ = w.control.SetWriteDeadline(time.Now().Add(w.writeTime))
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.writeTime))
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is for WebSockets.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.ErrUnsupported
	}
	conn, buffered, err := hijacker.Hijack()
	if err == nil {
		w.hijacked, w.status = true, http.StatusSwitchingProtocols
	}
	return conn, buffered, err
}

// timedBody lifts the deadline once the body is there: it would cancel the request while it is being answered.
type timedBody struct {
	io.ReadCloser

	control *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
