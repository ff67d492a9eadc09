package mailsync

import (
	"context"
	"fmt"
	"strings"

	"mailferry/internal/imapclient"
)

// pageMessages is how many messages a page has where the host says nothing about it.
const pageMessages = 500

// limit is how many messages a command may be about, 0 if the host sets no limit (RFC 9738).
func (c *completion) limit() int {
	if c.n.told.Limit > 0 {
		return int(c.n.told.Limit)
	}
	limit, _ := c.n.conn.Caps().MessageLimit()
	return limit
}

// together is how many messages one question is about at most.
func (c *completion) together() int {
	if limit := c.limit(); limit > 0 {
		return min(limit, askedTogether)
	}
	return askedTogether
}

// paged reads a folder page by page: where the host limits how many messages a command is about, or
// where it has a way for it (PARTIAL, RFC 9394).
func (c *completion) paged(ctx context.Context) error {
	caps := c.n.conn.Caps()
	switch limit := c.limit(); {
	case caps.Has("PARTIAL"):
		return c.partial(ctx)
	case limit == 0:
		return nil
	case c.n.conn.UIDOnly():
		return c.downwards(ctx)
	case c.n.told.Limit > 0 || connectionLost(c.n.refusal):
		// The newest are read already, if the connection did not break.
		last := c.n.index.announced - c.n.index.read()
		if connectionLost(c.n.refusal) {
			last = c.n.index.announced
		}
		return c.ask(ctx, c.gaps(nil, last))
	}
	return nil
}

// partial reads pages from the newest message to the oldest.
func (c *completion) partial(ctx context.Context) error {
	size := pageMessages
	if limit := c.limit(); limit > 0 {
		size = min(limit, pageMessages)
	}
	for first := 1; !c.over() && first <= c.n.index.announced; {
		pages := make([]*inquiry, 0, questionsFlying)
		for from := first; len(pages) < questionsFlying && from <= c.n.index.announced; from += size {
			page, options := c.inquire(portion{}, c.n.items(identityFields), size)
			options.Partial = fmt.Sprintf("-%d:-%d", from, from+size-1)
			page.command = c.n.conn.Fetch(imapclient.From(1), options)
			pages = append(pages, page)
		}
		done := 0
		for _, page := range pages {
			told, refusal := c.wait(ctx, page)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if again, fatal := c.x.again(ctx, c.side, refusal); fatal != nil {
				return fatal
			} else if again {
				break // and those after it
			}
			if connectionLost(refusal) {
				c.breaks++
				return c.reopen(ctx)
			}
			done++
			c.counted(told)
		}
		c.n.index.tidy()
		first += done * size
	}
	return nil
}

// downwards reads from the lowest UID known down, a limit's worth at a time.
func (c *completion) downwards(ctx context.Context) error {
	for !c.over() && c.n.index.lowest() > 1 {
		lowest := c.n.index.lowest()
		told, refusal := c.wait(ctx, c.send(portion{}, nil, imapclient.Between(1, lowest-1)...))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if again, fatal := c.x.again(ctx, c.side, refusal); fatal != nil {
			return fatal
		} else if again {
			continue
		}
		c.n.index.tidy()
		if connectionLost(refusal) {
			c.breaks++
			if err := c.reopen(ctx); err != nil {
				return err
			}
		} else {
			c.counted(told)
		}
		if c.n.index.lowest() == lowest {
			return nil
		}
	}
	return nil
}

// noteHiddenMail says where a host is known to show a part of a folder only. Without UIDONLY (RFC 9586) such a
// host gives no way to what it hides, and no sign of it either: what it announces is the part.
func (r *run) noteHiddenMail(ctx context.Context) {
	for i, h := range r.hosts {
		a := [2]*account{r.source, r.destination}[i]
		if said := h.server(ctx); hidesMail(h.endpoint.Host, h.greeting+" "+said["vendor"]+" "+said["name"], a.caps) {
			r.out.linef("%s: note: this host shows programs no more than the newest 10,000 messages or so of a folder, and counts only these. "+
				"Older mail there is neither seen nor copied; for Yahoo and AOL the hosts export.imap.mail.yahoo.com and export.imap.aol.com show more.", h.name())
		}
	}
}

// hidesMail says whether a host is known by its name or by what it says of itself to show a part of a folder only.
func hidesMail(host, said string, caps imapclient.Caps) bool {
	host, said = strings.ToLower(strings.TrimSuffix(host, ".")), strings.ToLower(said)
	under := func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }
	known := under("aol.com") || under("yahoodns.net") || strings.Contains("."+host, ".yahoo.") ||
		strings.Contains(said, "yahoo") || strings.Contains(said, "y!imap") || strings.Contains(said, "aol.com")
	return known && !strings.HasPrefix(host, "export.") && !wantsUIDOnly(caps)
}

// wantsUIDOnly says whether UIDONLY is the way past a limit of the host's.
func wantsUIDOnly(caps imapclient.Caps) bool {
	_, limited := caps.MessageLimit()
	return limited && caps.Has("UIDONLY") && (caps.Has("ENABLE") || caps.Has("IMAP4REV2"))
}
