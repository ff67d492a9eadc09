package mailsync

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"

	"mailferry/internal/imapsync"
)

// printHead prints what the run is about.
func (r *run) printHead() {
	r.out.linef("Here is the built-in engine of Mailferry %s on a %s system with %d cores.", r.config.Version, runtime.GOOS, runtime.NumCPU())
	r.out.linef("Transfer started at %s", timestamp(r.started))
	r.out.linef("PID is %d", os.Getpid())
	if ignored := r.settings.ignored; len(ignored) > 0 {
		r.out.linef("Ignored, since they only tune imapsync: --%s", strings.Join(ignored, " --"))
	}
	if r.settings.maxAge != 0 || r.settings.minAge != 0 {
		r.out.linef("Info: --maxage and --minage go by the date of arrival (INTERNALDATE), as with imapsync's --noabletosearch.")
	}
	if !r.settings.syncFlags {
		r.out.linef("Info: will not resync flags for already transferred messages.")
	}
}

// finish prints the end of the run and gives the exit code.
func (r *run) finish(ctx context.Context, err error) int {
	if just, ok := errors.AsType[justError](err); ok {
		r.out.linef("%s", just)
		code := int(r.failures.most())
		exitLine(r.out, code, r.failures.count())
		return code
	}
	bySignal := ctx.Err() != nil
	var end *fatal
	if err != nil && !bySignal {
		end = fatalOf(0, err)
		if !errors.As(err, &end) && end.code != imapsync.ExitTempFail {
			end = &fatal{code: imapsync.ExitSoftware, err: err}
		}
		if end.code != imapsync.ExitTempFail {
			r.failures.add(classOther, end.Error())
		}
	}
	if r.result.over {
		r.printVerification(err != nil)
		r.printStatistics(err != nil)
	}
	if bySignal {
		r.out.linef("Ended by a signal (my PID is %d). I am asked to terminate immediately.", os.Getpid())
		r.out.linef("You should resynchronize those accounts by running a sync again,")
		r.out.linef("since some messages and entire folders might still be missing on host2.")
		exitLine(r.out, imapsync.ExitBySignal, r.failures.count())
		return imapsync.ExitBySignal
	}
	code := int(r.failures.most())
	switch {
	case end != nil:
		code = end.code
	case code == 0 && !r.settings.dry && (r.result.lost > 0 || r.result.incomplete):
		code = imapsync.ExitWithErrors
	}
	r.printErrors(code)
	if put, ok := errors.AsType[*pauseError](err); ok && end != nil {
		r.out.linef("%s", imapsync.WaitingLine(put.Waiting))
	}
	exitLine(r.out, code, r.failures.count())
	return code
}

// printVerification prints, per folder, what is on both sides, and names what is missing.
func (r *run) printVerification(broken bool) {
	if r.settings.dry {
		return
	}
	r.out.linef("%s", imapsync.VerificationHeader())
	sort.Slice(r.result.reports, func(i, j int) bool { return r.result.reports[i].Source < r.result.reports[j].Source })
	for _, f := range r.result.reports {
		r.out.linef("%s", imapsync.FolderLine(f))
	}
	for _, m := range r.result.missing {
		r.out.linef("%s", imapsync.MissingLine(m))
	}
	complete := !broken && !r.result.incomplete && int(r.result.foldersDone) == len(r.plan.targets)
	r.out.linef("%s", imapsync.VerificationLine(r.result.found, r.result.lost, r.result.failed, complete))
}

// printStatistics prints the section that readers of imapsync know.
func (r *run) printStatistics(broken bool) {
	p := r.progress
	p.mu.Lock()
	defer p.mu.Unlock()
	now := r.config.Now()
	seconds := max(now.Sub(r.started).Seconds(), 0.001)
	stat := func(label, format string, args ...any) {
		r.out.linef("%-40s: %s", label, fmt.Sprintf(format, args...))
	}
	r.out.linef("++++ Statistics")
	stat("Transfer started on", "%s", timestamp(r.started))
	stat("Transfer ended on", "%s", timestamp(now))
	stat("Transfer time", "%.1f sec", seconds)
	stat("Folders synced", "%d/%d synced", r.result.foldersDone, len(r.plan.targets))
	if r.settings.dry {
		stat("Messages transferred", "0 (could be %d without dry mode)", r.result.couldCopy)
	} else {
		stat("Messages transferred", "%d ", p.copied)
	}
	stat("Messages skipped", "%d", p.skipped)
	stat("Messages found in host1 not in host2", "%d messages", r.result.lost+r.result.couldCopy)
	if n := r.result.surplus; n > 0 {
		stat("Messages surplus on host2", "%d messages", n)
	}
	stat("Total bytes transferred", "%d (%s)", p.copiedBytes, binary(float64(p.copiedBytes)))
	stat("Total bytes skipped", "%d (%s)", p.skippedSize, binary(float64(p.skippedSize)))
	stat("Message rate", "%.1f messages/s", float64(p.copied)/seconds)
	stat("Average bandwidth rate", "%.1f KiB/s", float64(p.copiedBytes)/1024/seconds)
	stat("Reconnections to host1", "%d", r.hosts[0].reconnected())
	stat("Reconnections to host2", "%d", r.hosts[1].reconnected())
	stat("Biggest message transferred", "%d bytes (%s)", p.biggest, binary(float64(p.biggest)))
	missing := r.result.lost + r.result.couldCopy
	if missing == 0 && !r.result.incomplete && !broken {
		r.out.linef("The sync looks good, all %d identified messages in host1 are on host2.", r.result.found)
	} else {
		r.out.linef("The sync is not finished, there are %d among %d identified messages in host1 that are not on host2.", missing, r.result.found)
	}
	r.out.linef("There is no unidentified message on host1.")
	r.out.linef("Detected %d errors", r.failures.count())
}

func (h *host) reconnected() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reconnections
}

// printErrors repeats the errors, as imapsync does.
func (r *run) printErrors(code int) {
	f := &r.failures
	f.mu.Lock()
	lines, total := f.lines, f.total
	f.mu.Unlock()
	if total == 0 {
		return
	}
	r.out.linef("++++ Listing %d errors encountered during the sync", total)
	for i, line := range lines {
		r.out.linef("Err %d/%d: %s", i+1, total, line)
	}
	if most := f.most(); most != 0 && int(most) == code {
		r.out.linef("The most frequent error is %s.", most.name())
	}
}

// exitLine is imapsync's last word.
func exitLine(out *output, code int, errors int64) {
	text := imapsync.ExitName(code)
	if code == imapsync.ExitOK {
		text += ": successful termination"
	}
	out.linef("Exiting with return value %d (%s) %d/unlimited nb_errors/max_errors PID %d", code, text, errors, os.Getpid())
}
