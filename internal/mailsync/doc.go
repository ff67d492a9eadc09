// Package mailsync is the built-in engine: it copies one IMAP account to another, over
// internal/imapclient, and speaks to its caller in imapsync's words: its options, its
// lines of output, its exit codes (internal/imapsync).
//
// # What it promises
//
//   - Nothing changes on the source: its folders are only ever examined.
//   - Every source message arrives exactly once, whatever its headers look like. Messages
//     are told apart as multisets: three identical messages on the source are three at the
//     destination, and a second run copies nothing.
//   - A connection may break at any moment. Messages whose APPEND was under way are looked
//     for at the destination before they are sent again.
//   - What could not be copied is named, and the exit code tells the class of error met most often.
//   - Memory is bounded, whatever the size of the mailbox or of a message.
//
// # How it works
//
// A run is a pipeline. Preflight logs in on both sides and lists the folders; the plan says which
// source folder goes to which destination folder; an indexer goes through the folders, reads
// the identity of each message on both sides and takes the difference; workers fetch what is
// missing and append it, one writer per destination folder; a verifier looks whether what was
// acknowledged is there.
//
//	code := mailsync.Main(ctx, os.Args[2:], os.Environ(), os.Stdout, os.Stderr)
package mailsync
