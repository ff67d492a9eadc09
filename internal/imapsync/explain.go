package imapsync

import (
	"fmt"
	"strings"
)

// Outcome is how an engine's process ended.
type Outcome struct {
	// ExitCode is nil if the process did not exit by itself.
	ExitCode *int
	// Signal is the name of the signal that ended it, as "TERM" or "SIGKILL".
	Signal string
	// Silent says that it printed nothing at all.
	Silent bool
	// StartError is why it could not be started.
	StartError error
}

// Explain says how a run ended: imapsync's name for it, and one sentence on what
// happened and what to do next, which repeats the server's own reply where there is
// one. Both are empty for success. The reason is empty where no exit code was given.
func (p *Parser) Explain(o Outcome) (reason, sentence string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case o.StartError != nil:
		return "", fmt.Sprintf("The engine could not be started (%s): install it, correct its path, or choose the built-in engine.",
			shorten(o.StartError.Error(), maxDetail))
	case o.Signal != "" || o.ExitCode == nil:
		return "EXIT_BY_SIGNAL", explainSignal(o.Signal)
	}
	code := *o.ExitCode
	if code == ExitOK {
		return p.explainSuccess(o.Silent)
	}
	if o.Silent && !p.any {
		return ExitName(code), fmt.Sprintf("The engine ended with exit code %d and printed nothing: run it by hand with --version to see whether it is installed completely.", code)
	}
	return ExitName(code), p.explainCode(code)
}

func explainSignal(signal string) string {
	name := strings.TrimPrefix(strings.ToUpper(signal), "SIG")
	switch name {
	case "KILL", "KILLED":
		return "The engine was killed from outside, perhaps because the machine ran out of memory: what was copied stays, so rerun the job to go on."
	case "", "UNKNOWN":
		return "The engine ended without an exit code: what was copied stays, so rerun the job to go on."
	}
	return fmt.Sprintf("The engine was ended from outside by signal %s: what was copied stays, so rerun the job to go on.", name)
}

// explainSuccess looks for what exit code 0 hides.
func (p *Parser) explainSuccess(silent bool) (reason, sentence string) {
	if silent && !p.any {
		return "EX_OK", "The engine ended at once and printed nothing, so nothing is known to have been copied: check that the right program is configured as the engine."
	}
	if !p.stats.complete || p.stats.dry {
		return "", ""
	}
	r := p.report()
	switch {
	case p.verified.seen && r.MessagesMissing > 0:
		return "EX_OK", "The engine reported success, but " + missingAfterwards(r.MessagesMissing)
	case p.verified.seen && !p.verified.complete:
		return "EX_OK", "The engine reported success, but not every folder could be compared at the end: rerun the job to verify it."
	case p.verified.seen:
		return "", ""
	case p.stats.missing > 0:
		return "EX_OK", fmt.Sprintf("imapsync reported success, but %s missing at the destination: rerun the job, or run it with the built-in engine, which names them.", are(p.stats.missing))
	case p.stats.headerless > 0:
		return "EX_OK", fmt.Sprintf("imapsync left out %d messages that it could not identify by their headers: run the job with the built-in engine, which copies them.", p.stats.headerless)
	}
	return "", ""
}

// missingAfterwards is the second half of a sentence on what the verification found.
func missingAfterwards(n int64) string {
	return are(n) + " missing at the destination: the report names them; rerun the job to copy them."
}

func are(n int64) string {
	if n == 1 {
		return "1 message is"
	}
	return fmt.Sprintf("%d messages are", n)
}

// explainCode is the sentence for an exit code other than 0.
func (p *Parser) explainCode(code int) string {
	f := &p.failures
	switch code {
	case ExitAuthenticationFailureUser1:
		return said("The source server refused the login", f.host1) + ": check the source's user name and password, and whether it wants an app password."
	case ExitAuthenticationFailureUser2:
		return said("The destination server refused the login", f.host2) + ": check the destination's user name and password, and whether it wants an app password."
	case ExitAuthenticationFailure:
		return said("A server refused the login", f.host1+f.host2) + ": check the user names and passwords of both sides."
	case ExitConnectionFailureHost1:
		return said("The source server could not be reached or the connection to it was lost", f.host1) + ": check its host, port and security, then rerun the job."
	case ExitConnectionFailureHost2:
		return said("The destination server could not be reached or the connection to it was lost", f.host2) + ": check its host, port and security, then rerun the job."
	case ExitConnectionFailure:
		return said("A server could not be reached", f.host1+f.host2) + ": check host, port and security of both sides, then rerun the job."
	case ExitTLSFailure:
		return said("The connection could not be encrypted, or a server's certificate was not accepted", f.host1+f.host2) + ": check the security setting and the certificate of both sides."
	case ExitOverQuota:
		return said(p.left("The destination mailbox is full"), f.message) + ": free or add space there and rerun the job, which copies only what is still missing."
	case ExitErrAppend:
		return said(p.counted("The destination server refused messages"), f.message) + ": the log and the report name each with its reason; deal with that, as by a higher size limit, then rerun the job."
	case ExitErrAppendVirus:
		return said(p.counted("The destination server refused messages as infected"), f.message) + ": look at the messages that the log names before moving them in another way."
	case ExitErrFetch:
		return said(p.counted("The source server could not deliver messages"), f.message) + ": the log names them; rerun the job, and if they fail again look at them on the source."
	case ExitErrCreate:
		return said("The destination server refused to create a folder", f.folder) + ": rename it with a folder rename, or create it by hand, then rerun the job."
	case ExitErrSelect:
		return said("A folder could not be opened", f.folder) + ": check the account's rights to it, or exclude it, then rerun the job."
	case ExitErrFlags:
		return said("The destination server refused to change flags of messages", f.flags) + ": rerun the job without synchronising flags."
	case ExitTransferExceeded:
		return "The transfer limit of one run was reached: rerun the job to copy the rest."
	case ExitWithErrors, ExitWithErrorsMax:
		if p.verified.missing > 0 && p.stats.errors == 0 {
			return "All messages were copied, but when it looked again " + missingAfterwards(p.verified.missing)
		}
		sentence := said("The run ended with errors", f.lastError)
		if code == ExitWithErrorsMax {
			sentence = said("The run was given up after too many errors", f.lastError)
		}
		return sentence + ": the log lists them; rerun the job once they are dealt with."
	case ExitTempFail:
		return p.explainPause()
	case ExitSubfolder1NoExists:
		return "The source folder to start from does not exist: correct its name."
	case ExitUsage:
		return said("The engine did not understand its options", f.usage) + ": its version may be too old; update it, or choose the built-in engine."
	case ExitNoInput:
		return said("The engine could not read a file it was given", f.last) + ": check the server's configuration."
	case ExitUnavailable:
		return said("The engine declined to run now", f.last) + ": rerun the job later."
	case ExitSoftware:
		return said("The engine failed by a fault of its own", f.last) + ": rerun the job, with the other engine if it happens again."
	case ExitBySignal, ExitByFile:
		return "The engine was asked to stop before it had finished: what was copied stays, so rerun the job to go on."
	case ExitPIDFileError:
		return "The engine could not write its pid file: check the rights and the free space of its folder."
	}
	return said(fmt.Sprintf("The engine failed with exit code %d", code), f.last) + ": look at the end of the log, then rerun the job."
}

// counted adds how many messages failed.
func (p *Parser) counted(what string) string { return notCopied(what, p.failures.messages) }

// left adds how many messages are not at the destination, for an end before all were tried.
func (p *Parser) left(what string) string {
	n := p.failures.messages
	if r := p.report(); r != nil {
		n = max(n, r.MessagesMissing)
	}
	return notCopied(what, n)
}

func notCopied(what string, messages int64) string {
	switch messages {
	case 0:
		return what
	case 1:
		return what + " (1 message not copied)"
	default:
		return fmt.Sprintf("%s (%d messages not copied)", what, messages)
	}
}

// said adds what the server or the engine said, if anything, in quotes.
func said(what, detail string) string {
	detail = strings.TrimRight(detail, ".: ")
	if detail == "" {
		return what
	}
	return what + ` (it said "` + detail + `")`
}

// ExplainEndpoint is the sentence for a login that failed with one of the codes of host1, in
// words that name no side: what was wrong with the one endpoint that was tried.
func (p *Parser) ExplainEndpoint(code int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	detail := p.failures.host1
	switch code {
	case ExitAuthenticationFailureUser1, ExitAuthenticationFailureUser2, ExitAuthenticationFailure:
		return said("The server refused the login", detail) + ": check the user name and the password, and whether it wants an app password."
	case ExitTLSFailure:
		return said("The connection could not be encrypted, or the certificate was not accepted", detail) + ": check the security setting, the host name and the certificate."
	case ExitConnectionFailure, ExitConnectionFailureHost1, ExitConnectionFailureHost2:
		return said("The server could not be reached", detail) + ": check host, port and security."
	}
	return said("The account could not be read", detail) + ": look at the server's log."
}
