package mailsync

import (
	"context"
	"errors"
	"slices"

	"mailferry/internal/imapclient"
)

// division is a refused batch that is sent anew in parts, to find out which of its messages it was.
type division struct {
	// size is how many messages it had, parts how many of its parts are not answered for good.
	size, parts int
	// explained says that a message or the time of its sending was the reason.
	explained bool
}

// accounted notes that a part of a refused batch is stored or given up; fine says that nothing was wrong with it. A batch that
// is refused although each part of it is taken was too large for the server.
func (a *appender) accounted(b *batch, fine bool) {
	if b.whole == nil {
		return
	}
	b.whole.parts--
	b.whole.explained = b.whole.explained || !fine
	if b.whole.parts == 0 && !b.whole.explained {
		a.most = max(1, min(a.most, b.whole.size/2))
	}
}

// resend has a batch sent anew, before what is waiting.
func (a *appender) resend(b *batch) {
	for _, p := range b.parcels {
		a.sendAgain(p)
	}
	a.again = append(a.again, b)
}

// deferBatch has a batch sent anew when there is nothing else to send.
func (a *appender) deferBatch(b *batch) {
	for _, p := range b.parcels {
		a.sendAgain(p)
	}
	a.deferred = append(a.deferred, b)
}

// refused decides about a batch that was answered NO or BAD.
func (a *appender) refused(ctx context.Context, b *batch, err error) error {
	b.refusedAt = b.number
	again, end := a.run.hosts[1].passingFor(&b.passing, err)
	if end != nil {
		a.resend(b)
		return end
	}
	if again && b.whole != nil {
		b.whole.explained = true
	}
	switch {
	case again && b.passing.times > 1 && len(b.parcels) == 1:
		a.deferBatch(b)
		return nil
	case again && (len(b.parcels) == 1 || imapclient.AboutAccount(err)):
		a.resend(b)
		return nil
	case errors.Is(err, imapclient.CodeTryCreate) && b.made < 2:
		made, err := a.makeAgain(ctx, b)
		if made || err != nil {
			return err
		}
	}
	switch {
	case len(b.parcels) == 1:
		a.refusedMessage(b, err)
	case imapclient.OverQuota(err):
		a.nearlyFull(b)
	default:
		a.divide(b)
	}
	return nil
}

// overtaken tells batches refused in passing that one sent after them over the same connection, which the server carried out
// after it had refused them, got through.
func (a *appender) overtaken(by *batch) {
	for _, b := range slices.Concat(a.again, a.deferred, a.flying) {
		if b.refusedAt > 0 && b.refusedAt < by.number && (b.refusedAt == b.number || by.number < b.number) {
			b.passing.overtaken = true
		}
	}
}

// nearlyFull goes on after a batch that was refused since there is no room for all of it: its messages are sent one by one
// until one is refused, so that what has room arrives and nothing more is uploaded in vain. Other batches wait meanwhile.
func (a *appender) nearlyFull(b *batch) {
	if a.nearFull {
		a.resend(b)
		return
	}
	a.nearFull = true
	var single []*batch
	for _, p := range b.parcels {
		a.sendAgain(p)
		single = append(single, &batch{task: b.task, parcels: []*parcel{p}, alone: true})
	}
	a.again = append(single, a.again...)
}

// makeAgain makes a folder that is gone, and has the batch sent anew. The error is the end of the run.
func (a *appender) makeAgain(ctx context.Context, b *batch) (made bool, _ error) {
	q := ask(func() *imapclient.Command[struct{}] { return a.conn.Create(b.task.target.raw) })
	q.send()
	ok, err := a.run.hosts[1].answered(ctx, q)
	if err != nil && !connectionLost(err) {
		a.resend(b)
		return false, err
	}
	if !ok && !errors.Is(q.err, imapclient.CodeAlreadyExists) && err == nil {
		return false, nil
	}
	b.made++
	a.resend(b)
	return true, nil
}

// divide has the halves of a refused batch sent anew. All or none of it was stored, and the answer does not say which message it
// was; halves find it in as many round trips as the number of messages has binary digits.
func (a *appender) divide(b *batch) {
	if b.whole == nil {
		b.whole = &division{size: len(b.parcels), parts: 1}
	}
	b.whole.parts++
	middle := (len(b.parcels) + 1) / 2
	for _, parcels := range [][]*parcel{b.parcels[:middle], b.parcels[middle:]} {
		a.resend(&batch{task: b.task, parcels: parcels, passing: b.passing, made: b.made, cuts: b.cuts, whole: b.whole})
	}
}

// refusedMessage decides about a single message that was refused for good.
func (a *appender) refusedMessage(b *batch, err error) {
	p := b.parcels[0]
	if imapclient.OverQuota(err) {
		a.fail(p, classOverQuota, err, "")
		a.full = true
		return
	}
	if a.plainer(p, err) {
		if b.whole != nil {
			b.whole.explained = true
		}
		a.resend(b)
		return
	}
	a.accounted(b, false)
	c := classAppend
	if infected(err) {
		c = classVirus
	}
	a.fail(p, c, err, "")
}
