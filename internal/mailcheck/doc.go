// Package mailcheck looks at mailboxes before anything is copied: signs in, counts, and says what a run would do with
// folders. Nobody has vouched for the hosts that it talks to, so each look is a child process of this same binary
// ([Main]) with hard limits of memory, time, descriptors and output, fed and killed by package childproc: what a host
// sends takes nothing of the server's memory, a host that drips takes a place for [Config.Time] at the most, and a
// caller who goes away, or a server that dies, ends it.
//
// Whoever wants a look asks the one [Service]; it bounds how many there are at once. The request, passwords included,
// goes to the child by a pipe and is in neither its arguments nor its environment; what comes back has both
// passwords masked.
package mailcheck
