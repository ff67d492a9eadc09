package imapsync

import "strings"

// ErrorLine says whether a line of the built-in engine tells of something that went wrong, at the time at which it does. Whatever else
// did is listed at the end of a run; see ListedError.
func ErrorLine(line string) bool {
	for _, prefix := range []string{
		"- msg ", "Host1 failure: ", "Host2 failure: ", "Could not create folder ", "Host2: flags msg ", "Maximum bytes transferred reached",
	} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return hostOf(line) != 0 && (strings.Contains(line, "ould not select: ") || strings.Contains(line, "ould not examine: "))
}

// ListedError is the error of a line of the list at the end of a run, as "Err 2/3: …"; false for any other line.
func ListedError(line string) (text string, ok bool) {
	rest, ok := strings.CutPrefix(line, "Err ")
	if !ok {
		return "", false
	}
	number, text, ok := strings.Cut(rest, ": ")
	if !ok {
		return "", false
	}
	_, _, ok = fraction(number)
	return text, ok
}

// HeadLine says whether a line begins the output of a run of the built-in engine. What comes before, or without it, is the answer to
// options that could not be used or that ask for no run.
func HeadLine(line string) bool { return strings.HasPrefix(line, "Here is the built-in engine ") }
