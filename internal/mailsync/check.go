package mailsync

import (
	"context"
	"io"
	"time"

	"mailferry/internal/imapsync"
)

// checkTimeout is how long a check waits for a server that says nothing: someone waits
// for the answer.
const checkTimeout = 20 * time.Second

// EndpointCheck is what a look at one endpoint found.
type EndpointCheck struct {
	OK bool
	// Error is empty if OK, else one sentence that a person can act on.
	Error string
	// Folders, Messages and Bytes count what the account holds; Bytes is 0 where the
	// server does not tell sizes.
	Folders, Messages, Bytes int64
}

// CheckEndpoint signs in to one endpoint and counts what is there. It changes nothing. The
// error is only that of ctx: what is wrong with the endpoint is in the result.
func CheckEndpoint(ctx context.Context, e imapsync.Endpoint, password string) (EndpointCheck, error) {
	return Config{}.CheckEndpoint(ctx, e, password)
}

// CheckEndpoint is the function CheckEndpoint with this configuration.
func (c Config) CheckEndpoint(ctx context.Context, e imapsync.Endpoint, password string) (EndpointCheck, error) {
	c = c.withDefaults()
	if e.Port == 0 {
		e.Port = e.Security.DefaultPort()
	}
	parser := imapsync.NewParser()
	out := newOutput(io.MultiWriter(parser, io.Discard))
	h := newHost(0, endpoint{Endpoint: e, password: password, timeout: checkTimeout}, c, out)
	a, err := h.inspect(ctx)
	h.close()
	out.close()
	if ctx.Err() != nil {
		return EndpointCheck{}, wrap(context.Cause(ctx), "check %s", e.Host)
	}
	if err != nil {
		code := fatalOf(0, err).code
		return EndpointCheck{Error: parser.ExplainEndpoint(code)}, nil
	}
	check := EndpointCheck{OK: true, Folders: int64(len(a.folders))}
	for _, f := range a.folders {
		if f.messages != nil {
			check.Messages += *f.messages
		}
		if f.size != nil {
			check.Bytes += *f.size
		}
	}
	return check, nil
}

// inspect signs in and lists the folders with their counts.
func (h *host) inspect(ctx context.Context) (*account, error) {
	c, err := h.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer h.release(c)
	return list(ctx, c, true)
}
