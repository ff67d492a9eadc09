package imapsync

import "strings"

// statistics is the section that begins with "++++ Statistics" and ends with
// "Detected N errors".
type statistics struct {
	begun, complete        bool
	dry                    bool
	seconds                float64
	folders, foldersTotal  int64
	foldersTold            bool
	copied, couldCopy      int64
	skipped                int64
	duplicates, headerless int64
	missing                int64
	bytes                  int64
	reconnections          int64
	looksGood              bool
	errors                 int64
}

func (s *statistics) take(line string) {
	if rest, ok := strings.CutPrefix(line, "Detected "); ok && strings.HasSuffix(line, " errors") {
		s.errors, s.complete = firstInt(rest), true
		return
	}
	if strings.HasPrefix(line, "The sync looks good, all ") {
		s.looksGood = true
		return
	}
	label, value, ok := strings.Cut(line, ": ")
	if !ok {
		return
	}
	switch strings.TrimSpace(label) {
	case "Transfer time":
		s.seconds, _ = number(strings.TrimSuffix(value, " sec"))
	case "Folders synced":
		s.folders, s.foldersTotal, s.foldersTold = fraction(value)
	case "Messages transferred":
		s.copied = firstInt(value)
		if _, could, ok := strings.Cut(value, "(could be "); ok {
			s.dry, s.couldCopy = true, firstInt(could)
		}
	case "Messages skipped":
		s.skipped = firstInt(value)
	case "Messages found duplicate on host1":
		s.duplicates = firstInt(value)
	case "Messages void (noheader) on host1":
		s.headerless = firstInt(value)
	case "Messages found in host1 not in host2":
		s.missing = firstInt(value)
	case "Total bytes transferred":
		s.bytes = firstInt(value)
	case "Reconnections to host1", "Reconnections to host2":
		s.reconnections += firstInt(value)
	}
}

// leaveOut takes messages that were left out on purpose for what they are: not missing.
func (s *statistics) leaveOut(messages int64) {
	if messages == 0 || s.dry {
		return
	}
	s.missing = max(s.missing-messages, 0)
	s.looksGood = s.looksGood || s.missing == 0
}

func (s *statistics) report() Report {
	missing, toCopy := s.missing, int64(0)
	if s.dry {
		missing, toCopy = 0, s.couldCopy
	}
	return Report{
		Folders: s.folders, MessagesCopied: s.copied, MessagesSkipped: s.skipped,
		MessagesToCopy: toCopy, MessagesMissing: missing, Bytes: s.bytes, Seconds: s.seconds,
		Reconnections: s.reconnections,
	}
}

// verified says whether the statistics alone prove that nothing is missing. imapsync
// compares sets of identified messages over the whole account, so its own "looks good"
// covers neither a message without a header to identify it by nor one that shares its
// headers with another, nor a second copy in another folder. Only when there is no
// such message and each one found was copied or in place is nothing left open.
func (s *statistics) verified(found int64) bool {
	return !s.dry && s.errors == 0 && s.missing == 0 &&
		s.folders == s.foldersTotal && s.duplicates == 0 && s.headerless == 0 &&
		s.looksGood && s.copied+s.skipped >= found
}

// firstInt is the number that s begins with, or 0.
func firstInt(s string) int64 {
	n, _ := leadingInt(strings.TrimSpace(s))
	return n
}
