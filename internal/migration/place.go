package migration

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"mailferry/internal/mailboxid"
	"mailferry/internal/models"
)

// Place is where a waiting job stands.
type Place struct {
	// Position is how many jobs start before it, and 1: among those that may start by the
	// rule of the queue, if all that are ahead started one after the other. 0 if something
	// keeps it from starting; Reason then says what, in a sentence.
	Position int64
	Reason   string
}

const (
	// placesKnown is how many waiting jobs have places counted.
	placesKnown = 20_000
	// placesAge is how old counted places may be where nothing here has changed: another
	// server may have changed something.
	placesAge = time.Second
)

// places are the places of all waiting jobs, counted for one moment. A page of jobs asks for
// each of its rows.
type places struct {
	mu      sync.Mutex
	counted time.Time
	// changes is the number of changes that were known when they were counted.
	changes int64
	byJob   map[int64]standing
}

// standing is a job's position, or what keeps it.
type standing struct {
	position int64
	obstacle obstacle
}

// QueuePlace is a waiting job's place in the queue; nil if the job does not wait.
func (s *Service) QueuePlace(ctx context.Context, job *models.MigrationJob) (*Place, error) {
	if job.Status != models.Queued {
		return nil, nil //nolint:nilnil // no place is an answer, not a fault
	}
	stands, err := s.standing(ctx, job.ID)
	if stands == nil || err != nil {
		return nil, err
	}
	if stands.obstacle.kind == obstacleNone {
		return &Place{Position: stands.position}, nil
	}
	return &Place{Reason: stands.obstacle.sentence(job)}, nil
}

// standing finds a job among the counted places and counts anew where that is needed; nil if
// it has left the queue.
func (s *Service) standing(ctx context.Context, id int64) (*standing, error) {
	p := &s.places
	p.mu.Lock()
	defer p.mu.Unlock()
	now, changes := s.now(), s.events.Version()
	stands, known := p.byJob[id]
	if !known || p.changes != changes || now.Sub(p.counted) > placesAge || now.Before(p.counted) {
		byJob, err := s.countPlaces(ctx, now)
		if err != nil {
			return nil, err
		}
		p.byJob, p.counted, p.changes = byJob, now, changes
		if stands, known = byJob[id]; !known && len(byJob) < placesKnown {
			return nil, nil //nolint:nilnil // it left the queue since it was read
		}
	}
	if !known {
		stands.obstacle.kind = obstacleFar
	}
	return &stands, nil
}

func (s *Service) countPlaces(ctx context.Context, now time.Time) (map[int64]standing, error) {
	l, err := readLine(ctx, s.db, now)
	if err != nil {
		return nil, err
	}
	var waiting []contender
	if err := contenders(s.db, &waiting).Where("job.status = ?", models.Queued).Limit(placesKnown).Scan(ctx); err != nil {
		return nil, fmt.Errorf("count places in the queue: %w", err)
	}
	byJob := make(map[int64]standing, len(waiting))
	position := int64(0)
	for i := range waiting {
		job := &waiting[i]
		stands := standing{obstacle: l.obstacle(job)}
		if stands.obstacle.kind == obstacleNone {
			position++
			stands.position = position
			l.admit(job)
		}
		byJob[job.ID] = stands
	}
	return byJob, nil
}

// sentence says what keeps a job, for people.
func (o obstacle) sentence(job *models.MigrationJob) string {
	switch o.kind {
	case obstacleNone:
	case obstaclePaused:
		return "Its batch is paused. Resume the batch to let it start."
	case obstacleTime:
		return timeSentence(job)
	case obstaclePause:
		return o.pause.sentence()
	case obstacleMailbox:
		return fmt.Sprintf("Job %d writes to the same mailbox. This one starts after it.", o.job)
	case obstacleSource:
		return fullSentence("source", job.Source.Host, job.SourceLimit)
	case obstacleDestination:
		return fullSentence("destination", job.Destination.Host, job.DestinationLimit)
	case obstacleFar:
		return fmt.Sprintf("More than %d jobs wait before it.", placesKnown)
	}
	return ""
}

func timeSentence(job *models.MigrationJob) string {
	if job.NotBefore == nil {
		return "Its time has not come." // it has changed since it was read
	}
	at := job.NotBefore.UTC().Format(time.RFC3339)
	if w := job.Waiting; w != nil {
		return fmt.Sprintf("The %s's host %s has asked for a pause (it said %q). The job goes on at %s.",
			strings.ToLower(string(w.Side)), mailboxid.Readable(hostOf(job, w.Side)), w.Reason, at)
	}
	return fmt.Sprintf("Try %d may start at %s, since the run before it failed for a reason that may pass.", job.Attempt, at)
}

func hostOf(job *models.MigrationJob, side models.Side) string {
	if side == models.Destination {
		return job.Destination.Host
	}
	return job.Source.Host
}

func fullSentence(side, host string, limit *int) string {
	n := 0
	if limit != nil {
		n = *limit
	}
	return fmt.Sprintf("As many jobs as its batch allows (%d) use the %s's host %s, or start before it. This one starts after one of them.",
		n, side, mailboxid.Readable(host))
}
