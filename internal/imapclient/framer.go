package imapclient

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"sync/atomic"
)

// framer cuts the stream into lines and literals. Framing looks at nothing but line ends and the {n} in front of them, so
// that a line which makes no sense is passed over whole.
type framer struct {
	reader  *bufio.Reader
	maxLine int
	long    []byte
	trace   func(line []byte)
	// taken counts the bytes that were read.
	taken int64
	// stall is called with the last bytes of a literal before more of it is waited for, and may set swallowed.
	stall     func(tail []byte)
	swallowed *atomic.Bool
}

// readLine gives the next line without its end. The bytes are good until the next read.
func (f *framer) readLine() ([]byte, error) {
	line, err := f.reader.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		f.long = f.long[:0]
		if cap(f.long) > 1<<20 {
			f.long = nil
		}
		for err == bufio.ErrBufferFull {
			f.long = append(f.long, line...)
			if len(f.long) > f.maxLine {
				return nil, fmt.Errorf("line of more than %d bytes", f.maxLine)
			}
			line, err = f.reader.ReadSlice('\n')
		}
		f.long = append(f.long, line...)
		line = f.long
	}
	if err != nil {
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	f.taken += int64(len(line))
	line = bytes.TrimRight(line, "\r\n")
	if f.trace != nil {
		f.trace(line)
	}
	return line, nil
}

// skip passes over n bytes.
func (f *framer) skip(n int64) error {
	for n > 0 {
		step, err := f.reader.Discard(int(min(n, 1<<20)))
		n -= int64(step)
		f.taken += int64(step)
		if err != nil {
			return unexpected(err)
		}
	}
	return nil
}

// wait waits for more of a literal whose last bytes are tail.
func (f *framer) wait(tail []byte) error {
	if f.stall != nil {
		f.stall(tail)
		defer f.swallowed.Store(false)
	}
	_, err := f.reader.Peek(1)
	return unexpected(err)
}

// maxTail is how much of a literal is looked at for the reply that it may have swallowed.
const maxTail = 256

// unexpected makes the end of the stream inside of something an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
