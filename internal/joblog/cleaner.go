package joblog

import "unicode/utf8"

// cleaner makes a child's bytes storable, once and on their way in: valid UTF-8 without NUL.
// A text value with NUL is an error in Postgres, and each invalid byte would turn into
// another length at each reader.
type cleaner struct {
	// out takes whole characters only.
	out func(text []byte)
	// rest is the start of a character whose end has not come yet.
	rest    [utf8.UTFMax]byte
	resting int
	buffer  []byte
}

// Write cleans p and hands on what is complete. It never fails.
func (c *cleaner) Write(p []byte) (int, error) {
	in := p
	c.buffer = c.buffer[:0]
	for c.resting > 0 && len(in) > 0 {
		c.rest[c.resting] = in[0]
		c.resting++
		in = in[1:]
		if utf8.FullRune(c.rest[:c.resting]) {
			// Either a character, or a broken start and what follows it.
			broken := c.rest
			n := c.resting
			c.resting = 0
			c.clean(broken[:n], false)
		}
	}
	c.clean(in, false)
	c.hand()
	return len(p), nil
}

// Flush hands on an unfinished character as broken.
func (c *cleaner) Flush() {
	c.buffer = c.buffer[:0]
	rest := c.rest
	n := c.resting
	c.resting = 0
	c.clean(rest[:n], true)
	c.hand()
}

func (c *cleaner) hand() {
	if len(c.buffer) > 0 {
		c.out(c.buffer)
	}
}

func (c *cleaner) clean(in []byte, last bool) {
	for len(in) > 0 {
		if b := in[0]; b < utf8.RuneSelf {
			if b != 0 {
				c.buffer = append(c.buffer, b)
			}
			in = in[1:]
			continue
		}
		if !last && !utf8.FullRune(in) {
			c.resting = copy(c.rest[:], in)
			return
		}
		r, size := utf8.DecodeRune(in)
		c.buffer = utf8.AppendRune(c.buffer, r) // RuneError is U+FFFD
		in = in[size:]
	}
}
