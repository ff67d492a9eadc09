package imapsync

import (
	"fmt"
	"strconv"
	"strings"
)

// The lines below are the built-in engine's own. They are printed and read here, so
// that both sides agree: names and texts from servers are quoted as Go quotes strings,
// which no text can break out of.
const (
	progressPrefix       = "Progress: "
	verificationHeader   = "++++ Verification"
	verifiedFolderPrefix = "Verified folder "
	missingMessagePrefix = "Missing message in "
	verificationSum      = "Verification: "
)

// VerificationHeader is the line that begins the verification section.
func VerificationHeader() string { return verificationHeader }

// FolderLine is the verification line of one folder.
func FolderLine(f FolderReport) string {
	line := fmt.Sprintf("%s%q -> %q: %d messages on host1, %d on host2, %d missing",
		verifiedFolderPrefix, f.Source, f.Destination, f.SourceMessages, f.DestinationMessages, f.Missing)
	if f.Surplus > 0 {
		line += fmt.Sprintf(", %d surplus on host2", f.Surplus)
	}
	return line
}

// MissingLine names one missing message in the verification section.
func MissingLine(m MissingMessage) string {
	return fmt.Sprintf("%s%q: UID %d, size %d, date %q, subject %q, reason %q",
		missingMessagePrefix, m.Folder, m.UID, m.Size, m.Date, m.Subject, m.Reason)
}

// VerificationLine ends the verification section: the number of source messages that
// were to be at the destination, of those missing there, and of those refused or
// unreadable; complete is false if a folder could not be compared.
func VerificationLine(found, missing, failed int64, complete bool) string {
	word := "complete"
	if !complete {
		word = "incomplete"
	}
	return fmt.Sprintf("%s%s, %d messages on host1, %d missing on host2, %d failed",
		verificationSum, word, found, missing, failed)
}

// ProgressLine is the built-in engine's account of how far it is, printed about once a
// second. Unknown fields count as zero; a nil ETASeconds is left out.
func ProgressLine(p Progress) string {
	line := fmt.Sprintf("%s%d/%d folders, %d/%d messages, %d/%d bytes, %.2f msgs/s, %.0f bytes/s", progressPrefix,
		value(p.FoldersDone), value(p.FoldersTotal), value(p.MessagesDone), value(p.MessagesTotal),
		value(p.BytesDone), value(p.BytesTotal), value(p.MessagesPerSecond), value(p.BytesPerSecond))
	if p.ETASeconds != nil {
		line += fmt.Sprintf(", ETA %d s", *p.ETASeconds)
	}
	return line
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// takeProgressLine reads what ProgressLine prints.
func (p *Parser) takeProgressLine(line string) {
	for part := range strings.SplitSeq(line[len(progressPrefix):], ", ") {
		amount, label, ok := strings.Cut(part, " ")
		if !ok {
			continue
		}
		n, total, isFraction := fraction(amount)
		rate, isNumber := number(amount)
		switch {
		case label == "folders" && isFraction:
			set(p, &p.progress.FoldersDone, n)
			set(p, &p.progress.FoldersTotal, total)
		case label == "messages" && isFraction:
			p.folder.explicit, p.folder.totalMessages = true, total
			set(p, &p.progress.MessagesDone, n)
			set(p, &p.progress.MessagesTotal, total)
		case label == "bytes" && isFraction:
			p.folder.bytes = n
			set(p, &p.progress.BytesDone, n)
			set(p, &p.progress.BytesTotal, total)
		case label == "msgs/s" && isNumber:
			set(p, &p.progress.MessagesPerSecond, rate)
		case label == "bytes/s" && isNumber:
			set(p, &p.progress.BytesPerSecond, rate)
		case amount == "ETA":
			if eta, ok := leadingInt(label); ok {
				set(p, &p.progress.ETASeconds, eta)
			}
		}
	}
}

// verification is the section that the built-in engine ends a run with.
type verification struct {
	seen, complete         bool
	found, missing, failed int64
	folders                []FolderReport
	messages               []MissingMessage
}

// maxFolderReports bounds what a hostile output can make us keep.
const maxFolderReports = 20000

// take reads a line of the section; it is false for a line of anything else.
func (v *verification) take(line string) bool {
	switch {
	case line == verificationHeader:
		*v = verification{}
	case strings.HasPrefix(line, verifiedFolderPrefix):
		v.takeFolder(line[len(verifiedFolderPrefix):])
	case strings.HasPrefix(line, missingMessagePrefix):
		v.takeMessage(line[len(missingMessagePrefix):])
	case strings.HasPrefix(line, verificationSum):
		rest, complete := strings.CutPrefix(line[len(verificationSum):], "complete, ")
		if !complete {
			rest = strings.TrimPrefix(rest, "incomplete, ")
		}
		_, err := fmt.Sscanf(rest, "%d messages on host1, %d missing on host2, %d failed", &v.found, &v.missing, &v.failed)
		v.seen, v.complete = err == nil, complete
	default:
		return false
	}
	return true
}

func (v *verification) takeFolder(s string) {
	var f FolderReport
	var ok bool
	if f.Source, s, ok = quoted(s, ""); !ok {
		return
	}
	if f.Destination, s, ok = quoted(s, " -> "); !ok {
		return
	}
	_, err := fmt.Sscanf(s, ": %d messages on host1, %d on host2, %d missing", &f.SourceMessages, &f.DestinationMessages, &f.Missing)
	if _, more, ok := strings.Cut(s, " missing, "); ok {
		f.Surplus = firstInt(more)
	}
	if err == nil && len(v.folders) < maxFolderReports {
		v.folders = append(v.folders, f)
	}
}

func (v *verification) takeMessage(s string) {
	var m MissingMessage
	var ok bool
	if m.Folder, s, ok = quoted(s, ""); !ok {
		return
	}
	if _, err := fmt.Sscanf(s, ": UID %d, size %d,", &m.UID, &m.Size); err != nil {
		return
	}
	i := strings.Index(s, ", date ")
	if i < 0 {
		return
	}
	if m.Date, s, ok = quoted(s[i:], ", date "); !ok {
		return
	}
	if m.Subject, s, ok = quoted(s, ", subject "); !ok {
		return
	}
	if m.Reason, _, ok = quoted(s, ", reason "); ok && len(v.messages) < MaxMissing {
		v.messages = append(v.messages, m.shortened())
	}
}

// quoted reads a quoted string after the given words.
func quoted(s, after string) (text, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, after)
	if !ok {
		return "", "", false
	}
	q, err := strconv.QuotedPrefix(s)
	if err != nil {
		return "", "", false
	}
	text, err = strconv.Unquote(q)
	return text, s[len(q):], err == nil
}

func (v *verification) fill(r *Report) {
	r.MessagesFound, r.MessagesMissing, r.MessagesFailed = v.found, v.missing, v.failed
	r.FolderReports, r.Missing = v.folders, v.messages
	for _, f := range v.folders {
		r.MessagesSurplus += f.Surplus
	}
	r.Verified = v.complete && v.missing == 0
}
