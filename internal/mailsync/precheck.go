package mailsync

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
)

// Precheck is what signing in to both sides of a run shows before it.
type Precheck struct {
	// Problem says in words what stands in the way and what to do; empty if nothing does.
	Problem string
	// Folders are those of the source that the run would copy, Messages and Bytes what is in
	// them, before options on age and size; of all its folders while the destination cannot
	// be signed in to. Bytes is 0 where the source does not tell sizes.
	Folders, Messages, Bytes int64
	// BiggestMessage is the size in bytes of the largest message of those folders that the
	// options on size let through. It is looked for only where the destination states a limit,
	// and 0 else.
	BiggestMessage int64
	// QuotaFree is what still fits into the destination in bytes, nil without a quota.
	QuotaFree *int64
	// SizeLimit is the largest message that the destination takes in bytes, nil if it states
	// none.
	SizeLimit *int64
}

// Precheck signs in to both sides of a run, counts what is there and compares it with what
// the destination takes. It changes nothing. The error is that of ctx, or an
// [*imapsync.ArgumentError] for what no engine can be asked for.
func (c Config) Precheck(ctx context.Context, command imapsync.Command, sourcePassword, destinationPassword string) (Precheck, error) {
	c = c.withDefaults()
	args, err := command.Args()
	if err != nil {
		return Precheck{}, err
	}
	s, err := parseCommandLine(args, imapsync.Environment(sourcePassword, destinationPassword))
	if err != nil {
		return Precheck{}, wrap(err, "check both sides")
	}
	source, found, err := c.look(ctx, s.hosts[0])
	if err != nil {
		return Precheck{}, err
	}
	check := Precheck{Folders: found.Folders, Messages: found.Messages, Bytes: found.Bytes}
	destination, there, err := c.look(ctx, s.hosts[1])
	if err != nil {
		return Precheck{}, err
	}
	var problems []string
	if !found.OK {
		problems = append(problems, "Source: "+found.Error)
	}
	if !there.OK {
		problems = append(problems, "Destination: "+there.Error)
	}
	if len(problems) == 0 {
		made := makePlan(s, source, destination)
		check.count(made)
		if check.QuotaFree, err = c.quotaFree(ctx, s.hosts[1], destination); err != nil {
			return Precheck{}, err
		}
		if limit := destination.appendLimit; limit > 0 {
			check.SizeLimit = &limit
			if check.BiggestMessage, err = c.biggest(ctx, s, made); err != nil {
				return Precheck{}, err
			}
		}
		problems = append(nothingToCopy(made, command.Options, source), check.misfits(s, there.Bytes)...)
	}
	check.Problem = strings.Join(problems, " ")
	return check, nil
}

// count counts the folders that are to be copied and what is in them.
func (p *Precheck) count(made *plan) {
	p.Folders, p.Messages, p.Bytes = 0, 0, 0
	for _, t := range made.targets {
		for _, f := range t.sources {
			p.Folders++
			if f.messages != nil {
				p.Messages += *f.messages
			}
			if f.size != nil {
				p.Bytes += *f.size
			}
		}
	}
}

// nothingToCopy says that the options leave no folder: a run would find nothing missing and
// look as if the mailbox had been moved.
func nothingToCopy(made *plan, options imapsync.Options, source *account) []string {
	if len(made.targets) > 0 || !slices.ContainsFunc(source.folders, func(f *folder) bool { return f.selectable }) {
		return nil
	}
	problem := "Nothing would be copied: the options leave out every folder of the source."
	if unknown := unknownFolders(options, source); len(unknown) > 0 {
		problem += " It has no folder named " + strings.Join(unknown, ", ") + "."
	}
	return []string{problem + " Mend the options."}
}

// misfits says what does not fit. What is at the destination already may be of an earlier
// run, and options on age may leave anything out, so only what is surely too much counts.
func (p *Precheck) misfits(s *settings, alreadyThere int64) []string {
	var problems []string
	anyAge := s.maxAge == 0 && s.minAge == 0
	anySize := s.maxSize < 0 && s.minSize < 0
	if p.QuotaFree != nil && anyAge && anySize && p.Bytes > *p.QuotaFree+alreadyThere {
		problems = append(problems, fmt.Sprintf("The source holds %s, and only %s still fit into the destination's quota: raise the quota, or leave folders out.",
			mebibytes(p.Bytes), mebibytes(*p.QuotaFree)))
	}
	if p.SizeLimit != nil && anyAge && p.BiggestMessage > *p.SizeLimit {
		problems = append(problems, fmt.Sprintf("The largest message has %s, and the destination takes at most %s: raise its limit, or leave such messages out by size.",
			mebibytes(p.BiggestMessage), mebibytes(*p.SizeLimit)))
	}
	return problems
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// quotaFree is what the smallest quota of the destination leaves, nil without one. A server
// that does not answer the question is taken for one without quotas.
func (c Config) quotaFree(ctx context.Context, e endpoint, a *account) (*int64, error) {
	if !a.caps.Has("QUOTA") {
		return nil, nil
	}
	var free *int64
	err := c.with(ctx, e, func(client *imapclient.Client) error {
		quotas, err := client.QuotaRoots("INBOX").Wait(ctx)
		for _, quota := range quotas {
			for _, resource := range quota.Resources {
				if !strings.EqualFold(resource.Name, "STORAGE") {
					continue
				}
				// In units of 1,024 octets (RFC 9208, section 5.1).
				if left := max(resource.Limit-resource.Usage, 0) << 10; free == nil || left < *free {
					free = &left
				}
			}
		}
		return err
	})
	return free, err
}

// biggest is the size of the largest message that a run would copy, whatever its age.
func (c Config) biggest(ctx context.Context, s *settings, made *plan) (int64, error) {
	var biggest int64
	err := c.with(ctx, s.hosts[0], func(client *imapclient.Client) error {
		for _, t := range made.targets {
			for _, f := range t.sources {
				mailbox, err := client.Examine(f.raw).Wait(ctx)
				if err != nil || mailbox.Exists == 0 {
					continue // the run itself names a folder that cannot be opened
				}
				_, err = client.FetchSeq(imapclient.From(1), imapclient.FetchOptions{
					Items: []string{"RFC822.SIZE"},
					Message: func(m *imapclient.Message) {
						if s.maxSize < 0 || m.Size <= s.maxSize {
							biggest = max(biggest, m.Size)
						}
					},
				}).Wait(ctx)
				if connectionLost(err) || ctx.Err() != nil {
					return err
				}
			}
		}
		return nil
	})
	return biggest, err
}

// with does something over a connection of its own to a side that could be signed in to a
// moment ago. The error is only that of ctx: what cannot be found out stays unknown.
func (c Config) with(ctx context.Context, e endpoint, do func(client *imapclient.Client) error) error {
	if e.Port == 0 {
		e.Port = e.Security.DefaultPort()
	}
	out := newOutput(imapsync.NewParser())
	defer out.close()
	h := newHost(0, e, c, out)
	defer h.close() //nolint:contextcheck // says goodbye even when ctx is over
	client, err := h.acquire(ctx)
	if err == nil {
		_ = do(client) // unknown stays unknown
		h.release(client)
	}
	if ctx.Err() != nil {
		return wrap(context.Cause(ctx), "check %s", e.Host)
	}
	return nil
}
