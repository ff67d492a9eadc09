package mailsync

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sync"
)

// inMemory is the size in bytes up to which a message is held in memory.
const inMemory = 1 << 20

// inFiles is how many bytes of larger messages are held in files at most, as long as there is more than one.
const inFiles = 64 << 20

// mostHeld is how large a single message may be that is held, in bytes.
const mostHeld = 1 << 30

// hold keeps the messages that have been fetched and not yet stored: in memory, up to a
// budget for all together, or in unlinked temporary files, up to another.
type hold struct {
	dir   string
	limit int64
	// most is the largest message that is held.
	most int64

	mu sync.Mutex
	// used and filed are what is held in memory and in files, in bytes, filesLimit is how much
	// the latter may be: inFiles, or what the disk turned out to have room for.
	used, filed, filesLimit int64
	freed                   chan struct{}
}

func newHold(dir string, limit int64) *hold {
	return &hold{dir: dir, limit: max(limit, inMemory), most: mostHeld, filesLimit: inFiles, freed: make(chan struct{})}
}

// body is a message held. It is filled by Write, read as often as needed, then released.
type body struct {
	hold *hold
	size int64
	data []byte
	file *os.File
}

// take makes room for a message of size bytes; it waits until the budget allows it.
func (h *hold) take(ctx context.Context, size int64) (*body, error) {
	if size > h.most {
		return nil, fmt.Errorf("a message of %d bytes is larger than any that is held", size)
	}
	if size <= inMemory {
		if err := h.reserve(ctx, &h.used, size, &h.limit); err != nil {
			return nil, err
		}
		return &body{hold: h, size: size, data: make([]byte, 0, size)}, nil
	}
	if err := h.reserve(ctx, &h.filed, size, &h.filesLimit); err != nil {
		return nil, err
	}
	file, err := unnamedFile(h.dir)
	if err != nil {
		h.free(&h.filed, size)
		return nil, fmt.Errorf("hold a message of %d bytes: %w", size, err)
	}
	return &body{hold: h, size: size, file: file}, nil
}

// unnamedFile makes a file without a name, which goes away with the process, however that ends.
func unnamedFile(dir string) (*os.File, error) {
	file, err := os.CreateTemp(dir, "mailferry-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// reserve waits until a part of the hold has room for size bytes, or nothing in it.
func (h *hold) reserve(ctx context.Context, part *int64, size int64, limit *int64) error {
	for {
		h.mu.Lock()
		if *part == 0 || *part+size <= *limit {
			*part += size
			h.mu.Unlock()
			return nil
		}
		freed := h.freed
		h.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// crowded says, of a message that could not be written to its file, whether others are held in
// files: without them there may be room for it. From now on no more than those are.
func (h *hold) crowded(b *body) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	others := h.filed - b.size
	if b.file == nil || others <= 0 {
		return false
	}
	h.filesLimit = min(h.filesLimit, others)
	return true
}

// free gives room in a part of the hold back.
func (h *hold) free(part *int64, size int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*part -= size
	close(h.freed)
	h.freed = make(chan struct{})
}

// Write takes the next bytes of the message.
func (b *body) Write(p []byte) (int, error) {
	if b.file != nil {
		return b.file.Write(p)
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// resize says how many bytes were written in the end, where another size had been announced.
func (b *body) resize(size int64) {
	if b == nil || size == b.size {
		return
	}
	part := &b.hold.used
	if b.file != nil {
		part = &b.hold.filed
	}
	b.hold.free(part, b.size-size)
	b.size = size
}

// digest is the hash of the message.
func (b *body) digest() (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	if _, err = io.Copy(h, b.reader()); err != nil {
		return sum, fmt.Errorf("read a message of %d bytes back: %w", b.size, err)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// reader reads the message from its start. Several may read at the same time.
func (b *body) reader() io.Reader {
	if b.file != nil {
		return io.NewSectionReader(b.file, 0, b.size)
	}
	return bytes.NewReader(b.data)
}

// head is the beginning of the message, at most limit bytes.
func (b *body) head(limit int) []byte {
	if b.file == nil {
		return b.data[:min(limit, len(b.data))]
	}
	head := make([]byte, min(int64(limit), b.size))
	n, _ := b.file.ReadAt(head, 0)
	return head[:n]
}

// release gives the room back. The body must not be used any more.
func (b *body) release() {
	if b == nil {
		return
	}
	if b.file != nil {
		_ = b.file.Close()
		b.file = nil
		b.hold.free(&b.hold.filed, b.size)
		return
	}
	if b.data == nil {
		return
	}
	b.data = nil
	b.hold.free(&b.hold.used, b.size)
}
