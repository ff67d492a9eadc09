// Package secret keeps the passwords of mailboxes secret: at rest and in what a job prints.
//
// A [Keyring] seals a password with AES-256-GCM before it is stored. The sealed form, a blob, names the key that
// opens it and is bound to the place where it is stored, so that a blob copied to another row, or to the other side
// of the same row, does not open there.
//
//	ring, err := secret.LoadOrCreate("data/key")
//	blob, err := ring.Seal(secret.Binding{Table: "migration_jobs", Row: 7, Side: "source"}, password)
//	password, err := ring.Open(secret.Binding{Table: "migration_jobs", Row: 7, Side: "source"}, blob)
//
// A [Redactor] stands between a job's output and its log and masks the passwords in it.
//
// The package holds no state of its own and knows nothing of jobs or databases. It leaves to others to keep a
// password in memory no longer than needed.
package secret
