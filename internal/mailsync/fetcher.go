package mailsync

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"mailferry/internal/imapclient"
)

// leg is what is to be fetched from one source folder of a task.
type leg struct {
	task   *task
	source int // position in task.target.sources
	todo   []*item
	// late says that these may break connections, and are fetched after all others.
	late bool
	// careful says that the folder is opened before anything is asked for, since a connection broke before it was known to be
	// open; opens counts connections that broke over that.
	careful bool
	opens   int
	// restless says that the folder was seen under another UIDVALIDITY: its messages are looked for anew before they are asked for.
	restless bool
}

// with is the leg with other items.
func (l leg) with(todo []*item, late bool) leg {
	l.todo, l.late = todo, late
	return l
}

// fetcher reads the messages of a lane's tasks from the source and hands them on, folder by
// folder and in their order there.
type fetcher struct {
	run     *run
	lane    *lane
	conn    *imapclient.Client
	parcels chan<- *parcel

	// legs are those waiting, late those that wait for all others; unfinished counts those of each
	// task that are not through.
	legs, late []leg
	unfinished map[*task]int
	// following is a stream begun while the one before it still has answers to come.
	following *stream
	// window is how many bytes the next command asks for at most.
	window int64
	pace   pace
	// stalled counts, by the first message of a command, how often it was refused in passing.
	stalled map[*item]int
	// groups is the number of the latest group of messages that are asked for together, barren how
	// many connections in a row broke over messages without one getting through.
	groups, barren int

	// mu guards trials, which are of messages that did not come at once as told.
	mu     sync.Mutex
	trials map[*item]*trial
}

// all fetches tasks until the lane ends. The error is a fatal one; messages that cannot be
// had are marked.
func (f *fetcher) all(ctx context.Context) error {
	defer f.quiet()
	for {
		s, err := f.next(ctx)
		if s == nil || err != nil {
			return err
		}
		left, err := s.finish(ctx)
		if err != nil {
			return err
		}
		if f.conn.Err() != nil && f.following != nil {
			// It went down with the connection before its turn.
			f.quiet()
			f.legs = append([]leg{f.following.leg()}, f.legs...)
			f.following = nil
		}
		if len(left) > 0 {
			f.again(s, left)
		} else if err := f.finished(ctx, s.task); err != nil {
			return err
		}
	}
}

// again puts what is left of a stream back: at once, or after all others what may break the connection.
func (f *fetcher) again(s *stream, left []*item) {
	var now, later []*item
	for _, it := range left {
		if t := f.trialOf(it); t != nil && t.breaks > 0 || t != nil && t.elsewise && t.seen == nil {
			later = append(later, it)
		} else {
			now = append(now, it)
		}
	}
	f.unfinished[s.task]--
	if len(now) > 0 {
		// Groups come after what is not suspected, the smaller ones last.
		slices.SortStableFunc(now, func(a, b *item) int { return cmp.Compare(f.trialOf(a).number(), f.trialOf(b).number()) })
		f.legs = append([]leg{s.leg().with(now, false)}, f.legs...)
		f.unfinished[s.task]++
	}
	if len(later) > 0 {
		f.late = append(f.late, s.leg().with(later, true))
		f.unfinished[s.task]++
	}
}

// next is the stream to read from now; nil is the end.
func (f *fetcher) next(ctx context.Context) (*stream, error) {
	if s := f.following; s != nil {
		f.following = nil
		return s, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(f.legs) == 0 {
		take := f.lane.next
		if len(f.late) > 0 {
			take = func(context.Context) *task { return f.lane.take() }
		}
		if t := take(ctx); t != nil {
			f.split(t)
		} else {
			f.legs, f.late = f.late, nil
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(f.legs) == 0 {
		return nil, nil
	}
	if f.conn.Err() != nil {
		c, err := f.run.hosts[0].replace(ctx, f.conn)
		if err != nil {
			return nil, err
		}
		f.conn = c
	}
	return f.begin(ctx), nil
}

// lookAhead begins the next stream while the last command of the one before it is being
// answered, so that the source never waits to be asked.
func (f *fetcher) lookAhead(ctx context.Context) {
	if f.following != nil || f.conn.Err() != nil {
		return
	}
	if len(f.legs) == 0 {
		if t := f.lane.take(); t != nil {
			f.split(t)
		}
	}
	if len(f.legs) > 0 {
		f.following = f.begin(ctx)
	}
}

// split makes the legs of a task.
func (f *fetcher) split(t *task) {
	for source := range t.target.sources {
		var todo []*item
		for i := range t.items {
			if it := &t.items[i]; int(it.source) == source && it.state == pending {
				todo = append(todo, it)
			}
		}
		if len(todo) > 0 {
			f.legs = append(f.legs, leg{task: t, source: source, todo: todo})
			f.unfinished[t]++
		}
	}
}

// begin opens the folder of the first leg and asks for its first messages.
func (f *fetcher) begin(ctx context.Context) *stream {
	next := f.legs[0]
	f.legs = f.legs[1:]
	folder := next.task.target.sources[next.source]
	s := &stream{
		fetcher: f, ctx: ctx, task: next.task, source: next.source, late: next.late, all: next.todo,
		careful: next.careful, opens: next.opens,
		restless: next.restless || f.run.hosts[0].restless.Load(),
		byUID:    make(map[uint32]*item, len(next.todo)), validity: next.task.opened[next.source].UIDValidity,
	}
	for _, it := range next.todo {
		s.byUID[it.uid] = it
		if t := f.trialOf(it); t != nil && t.seen != nil {
			s.doubts++
		}
	}
	for _, it := range next.todo {
		if it.size() > f.run.hold.most {
			s.fail(it, classOther, "messages of over "+binary(float64(f.run.hold.most))+" are not copied")
		}
	}
	s.careful = s.careful || s.restless
	s.open = f.conn.Examine(folder.raw)
	s.todo = s.pendingOf(next.todo)
	if !s.careful {
		s.fill()
	}
	return s
}

// finished notes that a leg is through; the last one of a task ends it.
func (f *fetcher) finished(ctx context.Context, t *task) error {
	f.unfinished[t]--
	if f.unfinished[t] > 0 {
		return nil
	}
	delete(f.unfinished, t)
	select {
	case f.parcels <- &parcel{task: t}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// quiet makes sure that a stream whose turn has not come says nothing any more.
func (f *fetcher) quiet() {
	if f.following == nil {
		return
	}
	_ = f.conn.Close()
	<-f.conn.Done()
	f.following.current.release()
	f.following.current = nil
}
