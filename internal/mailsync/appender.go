package mailsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mailferry/internal/imapclient"
)

// lastAnswers is how long a run that is told to stop waits for the answers to what it has
// sent: a server goes on storing that, and the next run should find it there.
const lastAnswers = 2 * time.Second

// maxPending is how many fetched messages wait to be sent; those in memory are bounded by
// the hold already, those in files are not.
const maxPending = 256

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
	// again are batches to be sent anew, before what is waiting. deferred are those to be sent when there is nothing else: what
	// the connection broke over, and what was refused in passing more than once, so that others show whose doing it is.
	again, deferred []*batch
	flying          []*batch
	// most is how many messages a batch has at most.
	most int
	// sends counts the commands sent.
	sends int
	// nearFull says that the destination had no room for all of a batch.
	nearFull bool
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

// batch is one APPEND and the messages in it, all of one task.
type batch struct {
	task    *task
	parcels []*parcel
	bytes   int64
	command *imapclient.Command[imapclient.AppendData]
	// passing is how often it was refused in passing, made how often its folder was made for it, cuts how often the connection
	// broke over it or over what it was part of.
	passing    refusals
	made, cuts int
	// number is that of the command among those sent, refusedAt that of the one that was refused last, 0 if
	// none was.
	number, refusedAt int
	// alone says that nothing else may be under way with it, so that what happens next is its doing.
	alone bool
	// whole is the refused batch that it is a part of, nil for none.
	whole *division
}

// all appends until the fetcher has closed the channel and everything is answered. The
// error is a fatal one or errStopped.
func (a *appender) all(ctx context.Context) error {
	for {
		a.send()
		if a.closed && len(a.flying)+a.unsent() == 0 {
			return nil
		}
		if a.full && len(a.flying) == 0 || a.exceeded && len(a.flying)+a.unsent() == 0 {
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
				if ctx.Err() != nil {
					a.part(context.WithoutCancel(ctx))
				}
				return err
			}
		case <-ctx.Done():
			a.part(context.WithoutCancel(ctx))
			return context.Cause(ctx)
		}
		stop()
	}
}

// unsent is how many batches and messages wait to be sent.
func (a *appender) unsent() int { return len(a.waiting) + len(a.again) + len(a.deferred) }

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

// landed notes that a batch was answered.
func (a *appender) landed(s *batch) {
	a.flying = a.flying[1:]
	a.bytes -= s.bytes
	a.messages -= len(s.parcels)
}

// uid is what the destination told about a member of a batch, 0 if nothing.
func (s *batch) uid(data imapclient.AppendData, member int) uint32 {
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
	for _, s := range slices.Concat(a.flying, a.again, a.deferred) {
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
		a.accounted(s, true)
		a.overtaken(s)
		return nil
	}
	return a.refused(ctx, s, err)
}

// stored notes that the destination has a message.
func (a *appender) stored(p *parcel, uid uint32) {
	p.item.copied = uid
	p.task.mark(p.item, done)
	a.run.copied(p.task, p.item)
	a.learn(p)
	a.settled(p)
}
