package events_test

import (
	"context"
	"errors"
	"testing"

	"mailferry/internal/events"
	"mailferry/internal/models"
)

func TestASlowReaderGetsTheNewestEventOfEachJob(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	subscription := hub.Jobs(nil)
	defer subscription.Close()
	for _, kind := range []events.Kind{events.Created, events.Changed, events.Progressed, events.Ended} {
		hub.PublishJob(kind, &models.MigrationJob{ID: 1})
		hub.PublishJob(events.Created, &models.MigrationJob{ID: 2})
	}
	for id, kind := range map[int64]events.Kind{1: events.Ended, 2: events.Created} {
		only := hub.Jobs(&id)
		hub.PublishJob(kind, &models.MigrationJob{ID: id})
		if event, err := only.Next(t.Context()); err != nil || event.Job.ID != id || event.Kind != kind {
			t.Errorf("of job %d %+v is told, %v", id, event, err)
		}
		only.Close()
	}
	version := int64(0)
	for _, id := range []int64{1, 2} {
		event, err := subscription.Next(t.Context())
		if err != nil || event.Job.ID != id || event.Version <= 8 {
			t.Errorf("in the place of job %d %+v is told, %v", id, event, err)
		}
		version = max(version, event.Version)
	}
	if version != hub.Version() {
		t.Errorf("the last event has version %d, the hub %d", version, hub.Version())
	}
	nothing := errors.New("nothing more is told")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(nothing)
	if event, err := subscription.Next(ctx); !errors.Is(err, nothing) {
		t.Errorf("%+v is told as well, %v", event, err)
	}
}

func TestAStateThatWasReadGivesWayToAnEvent(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	subscription := hub.Jobs(nil)
	defer subscription.Close()
	hub.PublishJob(events.Deleted, &models.MigrationJob{ID: 1, Deleted: true})
	subscription.Present(&models.MigrationJob{ID: 1})
	subscription.Present(&models.MigrationJob{ID: 2})
	if event, err := subscription.Next(t.Context()); err != nil || event.Kind != events.Deleted || !event.Job.Deleted {
		t.Errorf("%+v is told, %v", event, err)
	}
	if event, err := subscription.Next(t.Context()); err != nil || event.Kind != events.Present || event.Job.ID != 2 {
		t.Errorf("%+v is told, %v", event, err)
	}
}

func TestABatchIsToldOfItsJobsAndNoOthers(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	mine, other := hub.Batch(1), hub.Batch(2)
	defer mine.Close()
	defer other.Close()
	batch := int64(1)
	hub.PublishJob(events.Ended, &models.MigrationJob{ID: 7, BatchID: &batch})
	if err := mine.Next(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.Next(ctx); err == nil {
		t.Error("another batch is told of the job")
	}
	hub.PublishBatch(2)
	if err := other.Next(t.Context()); err != nil {
		t.Error(err)
	}
}
