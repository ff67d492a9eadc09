package mailsync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"

	"mailferry/internal/imapclient"
)

// Limits of one MULTIAPPEND, of how many of them are in flight, and of what is in flight
// where messages are appended one by one. Over a long line it is what is in flight that
// sets the pace; a batch ends with its folder, so many may be small.
const (
	batchMessages  = 50
	batchBytes     = 4 << 20
	messagesFlying = 200
)

// lastAnswers is how long a run that is told to stop waits for the answers to what it has
// sent: a server goes on storing that, and the next run should find it there.
const lastAnswers = 2 * time.Second

// maxPending is how many fetched messages wait to be sent; those in memory are bounded by
// the hold already, those in files are not.
const maxPending = 256

// maxTries is how often a message is sent anew after a connection broke over it or the
// server was busy.
const maxTries = 4

// errStopped ends the appending of all folders: the destination is full.
var errStopped = errors.New("the destination is full")

// appender stores the messages of a lane's tasks at the destination, those of a folder in
// their order.
type appender struct {
	run     *run
	lane    *lane
	conn    *imapclient.Client
	parcels <-chan *parcel
	tabs    map[*task]*tab

	waiting []*parcel
	// single are parcels to be sent in a command of their own, before those waiting.
	single []*shipment
	flying []*shipment
	// bytes and messages are those in flight.
	bytes    int64
	messages int
	closed   bool
	pace     pace
	// full says that the destination took no more: what is under way is the last. exceeded says that no more is taken, and what
	// was taken is the last.
	full, exceeded bool
}

// tab counts the parcels of a task that have come: those not sent yet, and those not settled.
// ended says that no more will come.
type tab struct {
	unsent, open int
	ended        bool
	// look looks at what was stored. It is sent right behind the last message, so that it
	// costs no round trip, and is worth nothing if a message has to be sent again.
	look *look
	// second is the look right before the first message, and clear says that it is over: messages may be sent.
	second *second
	clear  bool
}

// shipment is one APPEND and the messages in it, all of one task.
type shipment struct {
	task    *task
	parcels []*parcel
	bytes   int64
	command *imapclient.Command[imapclient.AppendData]
	// tries counts how often this single message was sent.
	tries int
}

// all appends until the fetcher has closed the channel and everything is answered. The
// error is a fatal one or errStopped.
func (a *appender) all(ctx context.Context) error {
	for {
		a.send()
		if a.closed && len(a.flying)+len(a.waiting)+len(a.single) == 0 {
			return nil
		}
		if a.full && len(a.flying) == 0 || a.exceeded && len(a.flying)+len(a.waiting)+len(a.single) == 0 {
			return errStopped
		}
		parcels := a.parcels
		rested, stop := a.run.limits.wait()
		if rested != nil || a.exceeded || a.closed || a.full || len(a.waiting) >= maxPending {
			parcels = nil
		}
		var answered <-chan struct{}
		if len(a.flying) > 0 {
			answered = a.flying[0].command.Done()
		}
		select {
		case <-rested:
		case t := <-a.lane.begun:
			a.lookSecond(t)
		case <-a.secondDone():
			if err := a.takeSecond(ctx); err != nil {
				return err
			}
		case p, ok := <-parcels:
			if !ok {
				a.closed = true
				continue
			}
			a.accept(p)
		case <-answered:
			if err := a.settle(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			a.part(context.WithoutCancel(ctx))
			return context.Cause(ctx)
		}
		stop()
	}
}

// part takes the last answers.
func (a *appender) part(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastAnswers)
	defer cancel()
	for len(a.flying) > 0 {
		s := a.flying[0]
		data, err := s.command.Wait(ctx)
		if ctx.Err() != nil || connectionLost(err) {
			return
		}
		a.landed(s)
		for i, p := range s.parcels {
			if err == nil {
				a.stored(p, s.uid(data, i))
			} else {
				p.body.release()
			}
		}
	}
}

// landed notes that a shipment was answered.
func (a *appender) landed(s *shipment) {
	a.flying = a.flying[1:]
	a.bytes -= s.bytes
	a.messages -= len(s.parcels)
}

// uid is what the destination told about a member of a shipment, 0 if nothing.
func (s *shipment) uid(data imapclient.AppendData, member int) uint32 {
	if member < len(data.UIDs) && !changed(data.UIDValidity, s.task.box.UIDValidity) {
		return data.UIDs[member]
	}
	return 0
}

// abandon releases what has not been stored, after an error. Nothing may be in flight any
// more that reads from it.
func (a *appender) abandon() {
	if len(a.flying) > 0 {
		_ = a.conn.Close()
		<-a.conn.Done()
	}
	for _, s := range append(a.flying, a.single...) {
		for _, p := range s.parcels {
			p.body.release()
		}
	}
	for _, p := range a.waiting {
		p.body.release()
	}
}

// accept takes a parcel in, unless the destination has said that it is too big.
func (a *appender) accept(p *parcel) {
	t := a.tab(p.task)
	if p.item == nil {
		t.ended = true
		a.lookBehind(p.task)
		a.close(p.task)
		return
	}
	if p.task.isThere(p.item) {
		p.body.release()
		return
	}
	if a.run.tooLong(p.body) {
		a.run.leftOut(p.task, p.item, p.body, fmt.Sprintf("line length exceeds maxlinelength %d bytes", a.run.settings.maxLineLength))
		p.body.release()
		return
	}
	if !a.run.limits.take(p.body.size) {
		a.exceeded = true
		a.run.exceed()
		p.body.release()
		return
	}
	t.open++
	if limit := a.run.destination.appendLimit; limit > 0 && p.body.size > limit {
		a.fail(p, classAppend, nil, "the destination takes no message over "+binary(float64(limit)))
		return
	}
	t.unsent++
	a.waiting = append(a.waiting, p)
}

// lookBehind looks at a folder whose last message is on its way.
func (a *appender) lookBehind(t *task) {
	if tab := a.tabs[t]; tab.ended && tab.unsent == 0 && tab.open > 0 && a.conn.Err() == nil {
		tab.look = startLook(a.conn, t, a.conn.Caps().Has("UIDPLUS"))
	}
}

// sendAgain notes that a message is to be sent anew.
func (a *appender) sendAgain(p *parcel) {
	p.task.mark(p.item, pending)
	a.tabs[p.task].unsent++
	a.tabs[p.task].look = nil
}

// settled notes that a parcel is stored or given up.
func (a *appender) settled(p *parcel) {
	p.body.release()
	a.tabs[p.task].open--
	a.close(p.task)
}

// close hands a task on once all of it is settled.
func (a *appender) close(t *task) {
	if tab := a.tabs[t]; tab.ended && tab.open == 0 {
		delete(a.tabs, t)
		t.look = tab.look
		a.lane.done(t)
	}
}

func (a *appender) fail(p *parcel, c class, err error, reason string) {
	a.run.hosts[1].progressed()
	a.run.failItem(p.task, p.item, c, p.body, reasonOf(err, reason))
	a.settled(p)
}

func reasonOf(err error, reason string) string {
	if err != nil {
		return answer(err)
	}
	return reason
}

// batching says whether several messages go with one command.
func (a *appender) batching() bool {
	caps := a.conn.Caps()
	return caps.Has("MULTIAPPEND") && (caps.LiteralPlus() || caps.LiteralMinus())
}

// send sends what the window allows.
func (a *appender) send() {
	if a.full || a.conn.Err() != nil && len(a.flying) > 0 {
		return // settled first
	}
	for a.windowOpen() {
		if len(a.single) > 0 {
			s := a.single[0]
			a.single = a.single[1:]
			a.ship(s)
			continue
		}
		n := a.next()
		if n == 0 {
			return
		}
		s := &shipment{task: a.waiting[0].task, parcels: append([]*parcel(nil), a.waiting[:n]...)}
		a.waiting = append(a.waiting[:0], a.waiting[n:]...)
		a.ship(s)
	}
}

// windowOpen says whether another command may be sent.
func (a *appender) windowOpen() bool {
	if len(a.waiting)+len(a.single) == 0 {
		return false
	}
	caps := a.conn.Caps()
	switch {
	case len(a.flying) == 0:
		return true
	case len(a.single) > 0 || len(a.flying[len(a.flying)-1].parcels) == 1 && a.flying[len(a.flying)-1].tries > 0:
		// A message that failed before goes by itself, so that what happens next is its doing.
		return false
	case a.batching():
		return a.messages < messagesFlying && a.bytes < batchBytes
	case caps.LiteralPlus() || caps.LiteralMinus():
		return len(a.flying) < batchMessages && a.bytes < batchBytes
	}
	return false
}

// next says how many of the waiting messages the next command takes. While one command is
// in flight, messages gather until a batch is full: with a quick server batches stay
// small and nothing waits, with a slow one they grow.
func (a *appender) next() int {
	if !a.tab(a.waiting[0].task).clear {
		return 0
	}
	if !a.batching() || a.waiting[0].body.size > inMemory {
		return 1
	}
	var bytes int64
	n, task := 0, a.waiting[0].task
	for n < len(a.waiting) && n < batchMessages {
		size := a.waiting[n].body.size
		if a.waiting[n].task != task || size > inMemory || n > 0 && bytes+size > batchBytes {
			return n
		}
		bytes += size
		n++
	}
	if n < batchMessages && len(a.flying) > 0 && !a.closed && !a.tabs[task].ended && len(a.waiting) < maxPending {
		return 0
	}
	return n
}

// ship sends one command.
func (a *appender) ship(s *shipment) {
	messages := make([]imapclient.AppendMessage, len(s.parcels))
	s.bytes = 0
	wait := false
	for i, p := range s.parcels {
		p.task.mark(p.item, sent)
		s.bytes += p.body.size
		// A refusal should come before the upload of something big.
		wait = wait || p.body.size > inMemory
		messages[i] = a.message(p)
	}
	a.run.hosts[1].watch(&a.pace, a.conn)
	a.bytes += s.bytes
	a.messages += len(s.parcels)
	s.command = a.conn.MultiAppend(s.task.target.raw, messages, imapclient.AppendOptions{Wait: wait})
	a.flying = append(a.flying, s)
	a.tabs[s.task].unsent -= len(s.parcels)
	a.lookBehind(s.task)
}

// message describes a message as the destination can keep it.
func (a *appender) message(p *parcel) imapclient.AppendMessage {
	flags := keepable(a.run.flags.flags(p.item.flags), p.task.box)
	date := ""
	if p.item.date != noDate {
		date = imapclient.FormatInternalDate(time.Unix(p.item.date, 0).UTC())
	}
	if p.plain {
		flags = systemFlags(flags)
		if t := time.Unix(p.item.date, 0).UTC(); t.Year() < 1970 || t.Year() > 2037 {
			date = ""
		}
	}
	if date == "" || a.run.settings.dateFromHeader {
		date = cmp.Or(sentDate(p.body), date)
	}
	message := imapclient.AppendMessage{Flags: flags, InternalDate: date, Size: p.body.size, Body: p.body.reader()}
	if a.run.settings.disarmReceipts {
		message.Body, message.Size = disarmed(p.body)
	}
	return message
}

// strange says whether a message has something that plain leaves out.
func (a *appender) strange(p *parcel) bool {
	flags := keepable(a.run.flags.flags(p.item.flags), p.task.box)
	year := time.Unix(p.item.date, 0).UTC().Year()
	return len(systemFlags(flags)) < len(flags) || p.item.date != noDate && (year < 1970 || year > 2037)
}

func systemFlags(flags []string) []string {
	var kept []string
	for _, flag := range flags {
		switch flag {
		case `\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`:
			kept = append(kept, flag)
		}
	}
	return kept
}

// sentDate is the date that the sender wrote, as an INTERNALDATE, empty if it makes no
// sense. It stands in for an arrival date that the source does not know.
func sentDate(b *body) string {
	t, err := mail.ParseDate(headerField(b.head(64<<10), "Date"))
	if err != nil || t.Year() < 1970 || t.Year() > 2037 {
		return ""
	}
	return imapclient.FormatInternalDate(t)
}

// settle takes the answer to the oldest command.
func (a *appender) settle(ctx context.Context) error {
	s := a.flying[0]
	data, err := s.command.Wait(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if connectionLost(err) {
		return a.resolve(ctx)
	}
	a.landed(s)
	if err == nil {
		a.run.hosts[1].progressed()
		for i, p := range s.parcels {
			a.stored(p, s.uid(data, i))
		}
		return nil
	}
	if len(s.parcels) > 1 {
		// All or none: find out which of them it was, one by one.
		for _, p := range s.parcels {
			a.sendAgain(p)
			a.single = append(a.single, &shipment{task: p.task, parcels: []*parcel{p}, tries: 1})
		}
		return nil
	}
	return a.refused(ctx, s, err)
}

// stored notes that the destination has a message.
func (a *appender) stored(p *parcel, uid uint32) {
	p.item.copied = uid
	p.task.mark(p.item, done)
	a.run.copied(p.task, p.item)
	a.settled(p)
}

// refused decides about a single message that was answered NO or BAD.
func (a *appender) refused(ctx context.Context, s *shipment, err error) error {
	p := s.parcels[0]
	again := func() error {
		a.sendAgain(p)
		s.tries++
		a.single = append([]*shipment{s}, a.single...)
		return nil
	}
	busy := imapclient.Throttled(err) || errors.Is(err, imapclient.CodeInUse) || errors.Is(err, imapclient.CodeUnavailable)
	switch {
	case imapclient.OverQuota(err):
		a.fail(p, classOverQuota, err, "")
		a.full = true
		return nil
	case busy && s.tries < maxTries:
		a.run.out.linef("Host2: %s; waiting before sending again", answer(err))
		if err := a.run.hosts[1].pause(ctx, err, s.tries); err != nil {
			p.task.mark(p.item, pending)
			a.single = append([]*shipment{s}, a.single...)
			return err
		}
		return again()
	case errors.Is(err, imapclient.CodeTryCreate) && s.tries < 2:
		_, createErr := a.conn.Create(p.task.target.raw).Wait(ctx)
		if createErr == nil || errors.Is(createErr, imapclient.CodeAlreadyExists) {
			return again()
		}
	case !p.plain && a.strange(p) && !errors.Is(err, imapclient.CodeTooBig):
		p.plain = true
		return again()
	}
	c := classAppend
	if infected(err) {
		c = classVirus
	}
	a.fail(p, c, err, "")
	return nil
}
