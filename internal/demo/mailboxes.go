package demo

import "mailferry/internal/demo/mailgen"

// Mailbox is a sample mailbox: an account at the source whose mail a job moves to
// the account of the same name at the destination.
type Mailbox struct {
	// Job is the name of the job, User the user name on both servers.
	Job, User string
	// Messages is how many the source has.
	Messages int
	// DryRun makes the job go through every stage and change nothing.
	DryRun bool

	seed uint64
}

// Mailboxes are the sample mailboxes. There are more of them than slots, so that
// one job waits for another.
func Mailboxes() []Mailbox {
	return []Mailbox{
		{Job: "sales", User: "sales@example.org", Messages: 220, seed: 1},
		{Job: "accounts", User: "accounts@example.org", Messages: 140, seed: 2},
		{Job: "archive (dry run)", User: "archive@example.org", Messages: 90, DryRun: true, seed: 3},
	}
}

// generator makes the mailbox's messages.
func (m Mailbox) generator() *mailgen.Generator {
	return mailgen.New(mailgen.Options{Seed: m.seed, MaxBytes: 256 << 10})
}
