package mailsync

import (
	"context"

	"mailferry/internal/imapsync"
)

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
func (c Config) CheckEndpoint(ctx context.Context, e imapsync.Endpoint, password string) (EndpointCheck, error) {
	_, check, err := c.withDefaults().look(ctx, endpoint{Endpoint: e, password: password})
	return check, err
}

// look signs in to one endpoint, lists its folders and counts what is in them. The account
// is nil where the check is not OK. The error is only that of ctx.
func (c Config) look(ctx context.Context, e endpoint) (*account, EndpointCheck, error) {
	if e.Port == 0 {
		e.Port = e.Security.DefaultPort()
	}
	parser := imapsync.NewParser()
	out := newOutput(parser)
	// Whichever side it is, ExplainEndpoint reads what is said of the first.
	h := newHost(0, e, c, out)
	a, err := h.inspect(ctx)
	h.close() //nolint:contextcheck // says goodbye even when ctx is over
	out.close()
	if ctx.Err() != nil {
		return nil, EndpointCheck{}, wrap(context.Cause(ctx), "check %s", e.Host)
	}
	if err != nil {
		code := fatalOf(0, err).code
		return nil, EndpointCheck{Error: parser.ExplainEndpoint(code)}, nil
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
	return a, check, nil
}

// inspect signs in and lists the folders with their counts.
func (h *host) inspect(ctx context.Context) (*account, error) {
	c, err := h.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer h.release(c)
	return list(ctx, h, c, true)
}
