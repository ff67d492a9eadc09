package imapsync

import (
	"strconv"
	"strings"
)

// folderCount counts messages where the output itself gives no totals.
type folderCount struct {
	// before is the number of messages in the folders done, current what is known of
	// the present one, lines the messages told of in it.
	before, current, lines int64
	selected               bool
	bytes                  int64
	explicit               bool // totals come with each line: no own counting
	totalMessages          int64
}

func (f *folderCount) found() int64 {
	if f.explicit && f.totalMessages > 0 {
		return f.totalMessages
	}
	return f.before + max(f.current, f.lines)
}

func (f *folderCount) next() {
	f.before += max(f.current, f.lines)
	f.current, f.lines, f.selected = 0, 0, false
}

// count updates the number of messages done where nothing better is printed.
func (p *Parser) count() {
	if !p.folder.explicit {
		set(p, &p.progress.MessagesDone, p.folder.before+p.folder.lines)
	}
}

// takeFolder reads
//
//	Folder     2/9 [Drafts]      -> [INBOX.Drafts]
//	Folder     4/6 [&AOk-] = [é] -> [&AOk-] = [é]
func (p *Parser) takeFolder(line string) {
	numbers, names, ok := strings.Cut(strings.TrimLeft(line[len("Folder "):], " "), " ")
	if !ok {
		return
	}
	n, total, ok := fraction(numbers)
	from, _, arrow := strings.Cut(names, "-> [")
	from = strings.TrimRight(from, " ")
	if !ok || !arrow || !strings.HasPrefix(from, "[") || !strings.HasSuffix(from, "]") {
		return
	}
	p.folder.next()
	from = from[1 : len(from)-1]
	if _, utf8, ok := strings.Cut(from, "] = ["); ok {
		from = utf8
	}
	set(p, &p.progress.CurrentFolder, DecodeFolder(from))
	set(p, &p.progress.FoldersTotal, total)
	set(p, &p.progress.FoldersDone, max(n-1, 0))
	p.count()
}

// takeFolderCount reads how many messages a source folder has, and how many of them
// are considered once a choice by age is made:
//
//	Host1: folder [INBOX] has 29 messages in total (mentioned by SELECT)
//	Host1: folder [INBOX] considering 29 messages
func (p *Parser) takeFolderCount(line string) {
	if i := strings.LastIndex(line, "] considering "); i >= 0 {
		if n, ok := leadingInt(line[i+len("] considering "):]); ok {
			p.folder.current, p.folder.selected = n, true
		}
		return
	}
	if i := strings.LastIndex(line, "] has "); i >= 0 && !p.folder.selected && strings.Contains(line, " in total ") {
		if n, ok := leadingInt(line[i+len("] has "):]); ok {
			p.folder.current = n
		}
	}
}

// takeTotal reads the sum over all folders that imapsync prints when it sizes them.
func (p *Parser) takeTotal(line string) {
	label, value, _ := strings.Cut(line, ":")
	n, ok := leadingInt(strings.TrimSpace(value))
	if !ok || p.folder.explicit && p.stats.begun {
		return
	}
	if strings.HasSuffix(label, "size") {
		set(p, &p.progress.BytesTotal, n)
	} else {
		set(p, &p.progress.MessagesTotal, n)
	}
}

// takeMessage reads a message copied, skipped or, in a dry run, told of:
//
//	msg INBOX/2 {2832}  copied to INBOX/2  104.01 msgs/s  146.467 KiB/s 2.816 KiB copied ETA: <date>  1 s  58/60 msgs left
func (p *Parser) takeMessage(line string) {
	p.folder.lines++
	at := strings.Index(line, " copied to ")
	if at < 0 {
		if p.leavesOut(line) {
			p.leftOut++
		}
		p.count()
		return
	}
	if open := strings.LastIndexByte(line[:at], '{'); open >= 0 {
		if size, ok := leadingInt(line[open+1:]); ok {
			p.folder.bytes += size
		}
		// The lines of folders may be far ahead of the messages.
		from := strings.TrimPrefix(line[:open], "msg ")
		if slash := strings.LastIndexByte(from, '/'); slash > 0 {
			set(p, &p.progress.CurrentFolder, DecodeFolder(from[:slash]))
		}
	}
	set(p, &p.progress.BytesDone, p.folder.bytes)
	words := strings.Fields(line[at:])
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "msgs/s":
			if rate, ok := number(words[i-1]); ok {
				set(p, &p.progress.MessagesPerSecond, rate)
			}
		case "KiB/s", "MiB/s", "GiB/s", "TiB/s":
			if rate, ok := number(words[i-1]); ok {
				set(p, &p.progress.BytesPerSecond, rate*unit(words[i][:3]))
			}
		case "s":
			if eta, ok := leadingInt(words[i-1]); ok {
				set(p, &p.progress.ETASeconds, eta)
			}
		case "msgs":
			if left, total, ok := fraction(words[i-1]); ok && left <= total {
				p.folder.explicit = true
				set(p, &p.progress.MessagesTotal, total)
				set(p, &p.progress.MessagesDone, total-left)
			}
		}
	}
	p.count()
}

// leavesOut says whether a message is skipped because the options leave it out by size, and
// not because of a limit of the destination, which imapsync takes for an option of its own:
//
//	msg INBOX/2 skipped (20351 exceeds maxsize limit 20000 bytes)
func (p *Parser) leavesOut(line string) bool {
	_, why, ok := strings.Cut(line, " skipped (")
	if !ok {
		return false
	}
	size, ok := leadingInt(why)
	return ok && (p.asked.MaxSize != nil && size > *p.asked.MaxSize || p.asked.MinSize != nil && size < *p.asked.MinSize)
}

// finish takes the totals of the statistics over into the progress.
func (p *Parser) finish() {
	if p.stats.dry || p.stats.folders < p.stats.foldersTotal {
		return
	}
	set(p, &p.progress.FoldersDone, p.stats.folders)
	set(p, &p.progress.FoldersTotal, p.stats.foldersTotal)
	found := p.folder.found()
	if !p.folder.explicit || p.progress.MessagesTotal == nil {
		set(p, &p.progress.MessagesTotal, found)
	}
	if p.stats.errors == 0 {
		set(p, &p.progress.MessagesDone, *p.progress.MessagesTotal)
	}
	if p.progress.ETASeconds != nil {
		set(p, &p.progress.ETASeconds, 0)
	}
}

// fraction reads "2/9".
func fraction(s string) (n, total int64, ok bool) {
	a, b, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, false
	}
	n, ok1 := leadingInt(a)
	total, ok2 := leadingInt(b)
	return n, total, ok1 && ok2
}

// leadingInt reads the digits at the start of s, at most 18 of them.
func leadingInt(s string) (int64, bool) {
	i := 0
	for i < len(s) && i < 18 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	return n, err == nil
}

// number reads a decimal number that is finite and not negative.
func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f >= 0 && f < 1e18
}

// unit is the number of bytes in a KiB, MiB, GiB or TiB.
func unit(name string) float64 {
	switch name {
	case "MiB":
		return 1 << 20
	case "GiB":
		return 1 << 30
	case "TiB":
		return 1 << 40
	}
	return 1 << 10
}
