package mailsync

import (
	"context"
	"os"
	"strings"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// Parts of a run that end before anything is copied, and what is settled before anything begins.

// justConnect connects to the sides that were named and prints what they say before anybody signs in.
func (r *run) justConnect(ctx context.Context) error {
	for i, h := range r.hosts {
		if h.endpoint.Host == "" {
			continue
		}
		r.out.linef("%s: connecting to host%d [%s] port [%d] security [%s]", h.name(), i+1, h.endpoint.Host, h.endpoint.Port, h.endpoint.Security)
		c, err := imapclient.Dial(ctx, h.options())
		if err != nil {
			return fatalOf(i, err)
		}
		r.out.linef("%s banner: %s", h.name(), c.Greeting())
		r.out.linef("%s capability before authentication: %s", h.name(), strings.Join(c.Caps().List(), " "))
		_ = c.Logout(ctx)
	}
	return justError("Exiting after a justconnect on host(s): " + strings.TrimSpace(r.hosts[0].endpoint.Host+" "+r.hosts[1].endpoint.Host))
}

// printSizes prints how many messages the folders of both sides hold and how large they are, as STATUS tells it (RFC 8438 for
// sizes; -1 where a server does not).
func (r *run) printSizes(ctx context.Context) error {
	sources := &account{}
	for _, t := range r.plan.targets {
		sources.folders = append(sources.folders, t.sources...)
	}
	for i, folders := range [][]*folder{sources.folders, r.destination.folders} {
		if err := r.printSizesOf(ctx, i, folders); err != nil {
			return err
		}
	}
	return justError("Exiting because of --justfoldersizes")
}

func (r *run) printSizesOf(ctx context.Context, side int, folders []*folder) error {
	h := r.hosts[side]
	var messages, bytes int64
	unknown := 0
	r.out.linef("++++ Calculating sizes of %d folders on %s", len(folders), h.name())
	for n, f := range folders {
		if f.selectable && f.messages == nil {
			if err := h.with(ctx, func(c *imapclient.Client) error { return f.count(ctx, c) }); err != nil {
				return err
			}
		}
		count, size := int64(-1), int64(-1)
		if f.messages != nil {
			count = *f.messages
		}
		if f.size != nil {
			size = *f.size
		} else if count == 0 {
			size = 0
		}
		if count < 0 || size < 0 {
			unknown++
		}
		messages, bytes = messages+max(count, 0), bytes+max(size, 0)
		r.out.linef("%s folder %5d/%d %-35s Size: %9d Messages: %5d", h.name(), n+1, len(folders), f.label(), size, count)
	}
	r.out.linef("%s Nb folders:      %11d folders", h.name(), len(folders))
	r.out.linef("%s Nb messages:     %11d messages", h.name(), messages)
	r.out.linef("%s Total size:      %11d bytes (%s)", h.name(), bytes, binary(float64(bytes)))
	if unknown > 0 {
		r.out.linef("%s does not tell all of %d folders: -1 stands for what is not known, and the sums are without it.", h.name(), unknown)
	}
	return nil
}

// count asks for the number of messages of a folder whose listing did not tell it. A refusal leaves it unknown.
func (f *folder) count(ctx context.Context, c *imapclient.Client) error {
	state, err := c.Status(f.raw, "MESSAGES").Wait(ctx)
	if connectionLost(err) || ctx.Err() != nil {
		return err
	}
	if err == nil {
		f.note(state)
	}
	return nil
}

// makeTempDir makes the folder of --tmpdir where it is missing, and sees that files can be made in it.
func (s *settings) makeTempDir() error {
	if s.tempDir == "" {
		return nil
	}
	err := os.MkdirAll(s.tempDir, 0o700)
	if err == nil {
		var file *os.File
		if file, err = os.CreateTemp(s.tempDir, "mailferry-*"); err == nil {
			_ = file.Close()
			err = os.Remove(file.Name())
		}
	}
	if err != nil {
		return &usageError{code: imapsync.ExitUsage, text: "Option tmpdir: no files can be made there: " + err.Error()}
	}
	return nil
}
