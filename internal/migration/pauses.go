package migration

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"mailferry/internal/mailboxid"
	"mailferry/internal/models"
)

// pause is one that a host has asked an account for. One job waits for it, in the queue or in its run; others of the account
// would only be asked for the same, so they do not start before it is over.
type pause struct {
	job    int64
	until  time.Time
	host   string
	reason string
}

// pauses are those that go on, by account: the key of a mailbox as package mailboxid has it.
type pauses struct {
	byAccount map[string]pause
	// hosts are the keys of the hosts in question, which most jobs are told from without a look at their users.
	hosts map[string]struct{}
}

// readPauses reads the pauses that go on at a moment.
func readPauses(ctx context.Context, db bun.IDB, now time.Time) (pauses, error) {
	p := pauses{byAccount: map[string]pause{}, hosts: map[string]struct{}{}}
	var jobs []*models.MigrationJob
	err := db.NewSelect().Model(&jobs).
		Column("id", "status", "waiting", "progress", "not_before", "source_host", "source_user", "destination_host", "destination_user").
		Where("status = ? OR status = ? AND waiting IS NOT NULL AND not_before > ?", models.Running, models.Queued, now).Scan(ctx)
	if err != nil {
		return pauses{}, fmt.Errorf("list the pauses of hosts: %w", err)
	}
	for _, job := range jobs {
		waiting := Waiting(job)
		if waiting == nil {
			continue
		}
		until := waiting.Until
		if job.Status == models.Queued {
			until = job.NotBefore
		}
		if until == nil || !until.After(now) {
			continue
		}
		endpoint := job.Source
		if waiting.Side == models.Destination {
			endpoint = job.Destination
		}
		id := endpointID(endpoint)
		if known, ok := p.byAccount[id.Mailbox]; !ok || known.until.Before(*until) {
			p.byAccount[id.Mailbox] = pause{job: job.ID, until: *until, host: endpoint.Host, reason: waiting.Reason}
		}
		p.hosts[id.Host] = struct{}{}
	}
	return p, nil
}

// of is the pause that keeps a job from starting, false if there is none: that of an account which it reads or writes.
func (p pauses) of(job *contender) (pause, bool) {
	for _, account := range []struct{ hostKey, user string }{
		{job.SourceHostKey, job.SourceUser}, {job.DestinationHostKey, job.DestinationUser},
	} {
		if _, ok := p.hosts[account.hostKey]; !ok {
			continue
		}
		// A key of a host is its own key.
		found, ok := p.byAccount[mailboxid.Of(account.hostKey, 0, account.user).Mailbox]
		if ok && found.job != job.ID {
			return found, true
		}
	}
	return pause{}, false
}

// next is when the first pause ends; nil without one.
func (p pauses) next() *time.Time {
	var next *time.Time
	for _, one := range p.byAccount {
		if next == nil || one.until.Before(*next) {
			next = &one.until
		}
	}
	return next
}

func (p pause) sentence() string {
	return fmt.Sprintf("The host %s has asked for a pause of this account (it said %q), which job %d waits for. This one starts after %s.",
		mailboxid.Readable(p.host), p.reason, p.job, p.until.UTC().Format(time.RFC3339))
}
