package imapclient

import "time"

// watch is the watchdog: it ends the connection when a deadline has passed.
func (c *Client) watch() {
	ticker := time.NewTicker(c.options.tick())
	defer ticker.Stop()
	for {
		select {
		case <-c.dying:
			return
		case <-ticker.C:
			if late := c.overdue(time.Now()); late != nil {
				c.kill(late)
				return
			}
		}
	}
}

// tick is how often deadlines are looked at: a tenth of the shortest, between 5 milliseconds and 5 seconds.
func (o Options) tick() time.Duration {
	shortest := 50 * time.Second
	for _, timeout := range []time.Duration{o.ProgressTimeout, o.CommandTimeout, o.AppendTimeout} {
		if timeout > 0 {
			shortest = min(shortest, timeout)
		}
	}
	return max(shortest/10, 5*time.Millisecond)
}

// overdue says which deadline has passed, nil when none has. Time in which callbacks or a body's reader hold the
// connection does not count.
func (c *Client) overdue(now time.Time) *ConnectionError {
	since, waiting := c.meter.quiet()
	if !waiting || c.feeding.Load() {
		return nil
	}
	if late := c.swallowedReply(now.Sub(c.meter.start.Add(since))); late != nil {
		return late
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return nil
	}
	oldest := c.pending[0]
	progress, command := c.options.ProgressTimeout, c.options.CommandTimeout
	if oldest.isAppend {
		command = c.options.AppendTimeout
		if oldest.written {
			progress = max(progress, command)
		}
	}
	if oldest.fetch != nil && oldest.fetch.options.Patience > 0 && progress > 0 {
		progress = min(progress, oldest.fetch.options.Patience)
	}
	quietSince := latest(c.meter.start.Add(since), c.busy)
	if progress > 0 && now.Sub(quietSince) >= progress {
		return c.timeout("no byte for "+progress.String(), oldest)
	}
	if command > 0 && oldest.written && now.Sub(latest(oldest.since, c.lastHeld())) >= command {
		return c.timeout("no reply for "+command.String(), oldest)
	}
	return c.dripping(oldest, command)
}

// lastHeld is when a callback last gave the reader back.
func (c *Client) lastHeld() time.Time { return c.meter.start.Add(time.Duration(c.held.Load())) }

func (c *Client) timeout(what string, cmd *command) *ConnectionError {
	return &ConnectionError{Kind: ErrTimeout, Address: c.options.address(), Text: what + ", waiting for " + cmd.name}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
