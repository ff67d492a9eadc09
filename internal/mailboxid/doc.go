// Package mailboxid decides when two ways of naming a host or a mailbox mean the same one.
// The queue, batches, limits of hosts and CSV files all ask here, so that they agree: two
// jobs that write to one mailbox at the same time do not see each other's messages, and bring
// each of them twice.
//
//	host, err := mailboxid.Host(" IMAP.Bücher.example. ") // "imap.xn--bcher-kva.example"
//	id := mailboxid.Of(host, 993, "Anna@Bücher.example")
//	id.Host, id.Mailbox, id.Service                        // keys: equal for the same thing
//
// [Host] gives the one spelling of a host that is stored and connected to. The keys of an [ID]
// are for comparing alone: a user name signs in as it was given, in its own case.
//
// The package looks nothing up: which address a name has today is not known here, except for
// localhost (RFC 6761, section 6.3).
package mailboxid
