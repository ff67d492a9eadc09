package imapsync

import "strings"

// maxDetail is how much of a server's reply is passed on in a sentence, in bytes.
const maxDetail = 300

// failures keeps the little of the output that says why a run failed.
type failures struct {
	messages int64
	missing  []MissingMessage
	// host1 and host2 are what the engine said of the connection to each server.
	host1, host2 string
	// message, folder and other are the first refusal of a message, of a folder and
	// anything else worth repeating.
	message, folder, flags, usage string
	lastError                     string
	refusals                      refusals
	last                          string
}

// take looks for a reason in any line.
func (f *failures) take(line string) {
	line = strings.TrimSpace(line)
	if line == "" {
		return
	}
	switch {
	case strings.HasPrefix(line, "Host1 failure: "):
		keepFirst(&f.host1, reply(line))
	case strings.HasPrefix(line, "Host2 failure: "):
		keepFirst(&f.host2, reply(line))
	case strings.HasPrefix(line, "Could not create folder "):
		keepFirst(&f.folder, line)
	case strings.HasPrefix(line, "Host2: flags msg "):
		keepFirst(&f.flags, reply(line))
	case (strings.HasPrefix(line, "Host1") || strings.HasPrefix(line, "Host2")) && strings.Contains(line, "ould not select: "),
		strings.HasPrefix(line, "Host1 folder ") && strings.Contains(line, "ould not examine: "):
		keepFirst(&f.folder, line)
	case strings.HasPrefix(line, "Unknown option: "), strings.HasSuffix(line, "option is mandatory"):
		keepFirst(&f.usage, line)
	case strings.HasPrefix(line, "Err "):
		if _, text, ok := strings.Cut(line, ": "); ok {
			f.lastError = shorten(text, maxDetail)
			f.refusals.take(text)
		}
	}
	if !strings.HasPrefix(line, "No log file because") {
		f.last = shorten(line, maxDetail)
	}
}

func keepFirst(field *string, text string) {
	if *field == "" {
		*field = shorten(text, maxDetail)
	}
}

// takeMessage reads
//
//   - msg INBOX/866 {len} could not append ( Subject:[..], Date:[..], Size:[..], Flags:[..] ) to folder INBOX: <reply>
//   - msg INBOX/866 {len} S[..] F[..] I[..] could not be fetched: <reply>
func (f *failures) takeMessage(line string) {
	f.messages++
	var m MissingMessage
	line = strings.TrimPrefix(line, "- msg ")
	where, rest, ok := strings.Cut(line, " {")
	slash := strings.LastIndexByte(where, '/')
	if !ok || slash < 0 {
		return
	}
	m.Folder = DecodeFolder(where[:slash])
	uid, _ := leadingInt(where[slash+1:])
	m.UID = uint32(min(max(uid, 0), 1<<32-1))
	m.Size, _ = leadingInt(rest)
	if i := strings.Index(rest, "( Subject:["); i >= 0 {
		fields := rest[i+len("( Subject:["):]
		end := strings.LastIndex(fields, " ) to folder ")
		if end < 0 {
			end = len(fields)
		}
		if date := strings.LastIndex(fields[:end], "], Date:["); date >= 0 {
			m.Subject = fields[:date]
			m.Date, _, _ = strings.Cut(fields[date+len("], Date:["):end], "]")
			m.Date = strings.Trim(m.Date, `"`)
		}
		rest = fields[end:]
	}
	m.Reason = reply(rest)
	keepFirst(&f.message, m.Reason)
	if len(f.missing) < MaxMissing {
		f.missing = append(f.missing, m.shortened())
	}
}

// reply is the part of an error line that the server or the system said.
func reply(line string) string {
	for _, before := range []string{"}': ", "with user [", "could not be fetched: ", " to folder "} {
		i := strings.LastIndex(line, before)
		if i < 0 {
			continue
		}
		rest := line[i+len(before):]
		if strings.HasPrefix(before, "}") || strings.HasPrefix(before, "could") {
			return shorten(untag(rest), maxDetail)
		}
		if _, text, ok := strings.Cut(rest, ": "); ok {
			return shorten(untag(text), maxDetail)
		}
	}
	if _, text, ok := strings.Cut(line, ": "); ok {
		return shorten(untag(text), maxDetail)
	}
	return shorten(untag(line), maxDetail)
}

// untag takes away the command's tag ("2 NO …") and the duration Dovecot adds.
func untag(s string) string {
	s = strings.TrimSpace(s)
	if first, rest, ok := strings.Cut(s, " "); ok && first != "" && len(first) <= 8 {
		for _, word := range []string{"NO ", "BAD ", "BYE "} {
			if strings.HasPrefix(rest, word) && first != "NO" && first != "BAD" && first != "BYE" {
				s = rest
			}
		}
	}
	if i := strings.LastIndex(s, " (0."); i > 0 && strings.HasSuffix(s, " secs).") {
		s = s[:i]
	}
	return strings.Join(strings.Fields(s), " ")
}

// shortened limits the texts of a missing message, for which a server is the source.
func (m MissingMessage) shortened() MissingMessage {
	m.Folder = shorten(m.Folder, 1000)
	m.Subject = shorten(m.Subject, maxDetail)
	m.Date = shorten(m.Date, 100)
	m.Reason = shorten(m.Reason, maxDetail)
	return m
}

// shorten cuts s to about limit bytes at a character's start. The copy lets go of the
// longer text that s is part of.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return strings.Clone(s)
	}
	for limit > 0 && s[limit]&0xC0 == 0x80 {
		limit--
	}
	return s[:limit] + "…"
}
