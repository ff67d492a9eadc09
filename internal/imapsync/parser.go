package imapsync

import (
	"bytes"
	"strings"
	"sync"
)

// maxLine is how much of one line is kept, in bytes; what comes after is dropped up to
// the line's end. No line that means something is longer.
const maxLine = 64 << 10

// Parser reads an engine's output as it comes and keeps what it says: how far the run
// is, what it came to and why it failed. Lines may be split between writes anywhere.
// Its memory does not grow with the output. It is safe for concurrent use.
type Parser struct {
	// asked are the options that the engine was given.
	asked Options

	mu       sync.Mutex
	line     []byte
	any      bool
	changed  bool
	progress Progress
	folder   folderCount
	stats    statistics
	// leftOut counts messages that the options leave out by size.
	leftOut  int64
	verified verification
	failures failures
}

// NewParser returns a parser that has seen nothing.
func NewParser() *Parser { return &Parser{} }

// NewParserOf returns a parser of the output of an engine that was given these options:
// imapsync counts as missing what it was told to leave out by size.
func NewParserOf(options Options) *Parser { return &Parser{asked: options} }

// Write takes the next bytes of the output. It never fails.
func (p *Parser) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(b)
	for len(b) > 0 {
		end := bytes.IndexAny(b, "\r\n")
		piece := b
		if end >= 0 {
			piece = b[:end]
		}
		if room := maxLine - len(p.line); room > 0 {
			p.line = append(p.line, piece[:min(room, len(piece))]...)
		}
		if end < 0 {
			break
		}
		b = b[end+1:]
		p.endLine()
	}
	return n, nil
}

// endLine takes the gathered line in and gives back the room of an unusually long one.
func (p *Parser) endLine() {
	if len(p.line) > 0 {
		p.any = true
		p.take(strings.ToValidUTF8(string(p.line), "\uFFFD"))
	}
	if cap(p.line) > 4096 {
		p.line = nil
	}
	p.line = p.line[:0]
}

// Progress is how far the run has come by the lines ended so far.
func (p *Parser) Progress() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.progress
}

// Changed says whether Progress differs from what it was when Changed was last called.
func (p *Parser) Changed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.changed
	p.changed = false
	return changed
}

// Report is what the run came to, nil before its statistics are complete.
func (p *Parser) Report() *Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.report()
}

func (p *Parser) report() *Report {
	if !p.stats.complete {
		return nil
	}
	r := p.stats.report()
	r.MessagesFound = p.folder.found()
	r.MessagesFailed = p.failures.messages
	r.Missing = p.failures.missing
	if p.verified.seen {
		p.verified.fill(&r)
		r.Verified = r.Verified && !p.stats.dry && p.stats.errors == 0
	} else {
		r.Verified = p.stats.verified(r.MessagesFound)
	}
	if p.stats.foldersTold && p.stats.foldersTotal == 0 {
		r.Verified, r.Empty = false, true
	}
	return &r
}

// take reads one line, without its end.
func (p *Parser) take(line string) {
	switch {
	case strings.HasPrefix(line, "msg "):
		p.takeMessage(line)
	case strings.HasPrefix(line, "- msg "):
		p.failures.takeMessage(line)
		p.folder.lines++
		p.count()
	case strings.HasPrefix(line, "Folder "):
		p.takeFolder(line)
	case p.takeWaiting(line):
	case strings.HasPrefix(line, "Host1: folder ["):
		p.takeFolderCount(line)
	case strings.HasPrefix(line, progressPrefix):
		p.takeProgressLine(line)
	case strings.HasPrefix(line, exitPrefix):
		p.takeExit(line)
	case strings.HasPrefix(line, "++++ Statistics"):
		p.stats = statistics{begun: true}
	case strings.HasPrefix(line, "Host1 Total size:"), strings.HasPrefix(line, "Host1 Nb messages:"):
		p.takeTotal(line)
	case p.verified.take(line):
	case p.stats.begun && !p.stats.complete:
		if p.stats.take(line); p.stats.complete {
			p.stats.leaveOut(p.leftOut)
			p.finish()
		}
	}
	p.failures.take(line)
}

// set changes a field of the progress and remembers whether that made a difference.
func set[T comparable](p *Parser, field **T, value T) {
	if *field != nil && **field == value {
		return
	}
	*field = &value
	p.changed = true
}
