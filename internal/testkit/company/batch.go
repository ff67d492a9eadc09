package company

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"mailferry/internal/apiclient"
)

// batch is what the API says of a batch.
type batch struct {
	ID      string
	Summary struct {
		Verified, Checked, CheckFailed int
		Checking                       bool
		Counts                         []statusCount
	}
}

type statusCount struct {
	Status string
	Count  int
}

const batchFields = `id summary { verified checked checkFailed checking counts { status count } }`

func (b batch) count(statuses ...string) int {
	total := 0
	for _, count := range b.Summary.Counts {
		for _, status := range statuses {
			if count.Status == status {
				total += count.Count
			}
		}
	}
	return total
}

func (b batch) ended() bool { return b.count("QUEUED", "RUNNING") == 0 }

// String tells how far the batch is.
func (b batch) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d verified, %d checked, %d of them cannot be moved;", b.Summary.Verified, b.Summary.Checked, b.Summary.CheckFailed)
	for _, count := range b.Summary.Counts {
		if count.Count > 0 {
			fmt.Fprintf(&text, " %d %s", count.Count, count.Status)
		}
	}
	return text.String()
}

// patience is how long the server may have nothing new to say of a batch that is at work.
const patience = 90 * time.Second

// waitBatch waits until a batch is as wanted.
func waitBatch(ctx context.Context, client *apiclient.Client, id, what string, is func(batch) bool) (batch, error) {
	sub, err := client.Subscribe(ctx, `subscription ($id: ID!) { batchChanged(id: $id) { `+batchFields+` } }`, map[string]any{"id": id})
	if err != nil {
		return batch{}, err
	}
	var event struct{ BatchChanged batch }
	if err := follow(ctx, sub, &event, func() bool { return is(event.BatchChanged) }); err != nil {
		return batch{}, fmt.Errorf("the batch did not become %s: %w; it was at %v", what, err, event.BatchChanged)
	}
	return event.BatchChanged, nil
}

// subscribeJobs subscribes to the jobs, for waitSucceeded.
func subscribeJobs(ctx context.Context, client *apiclient.Client) (*apiclient.Subscription, error) {
	return client.Subscribe(ctx, `subscription { jobChanged { id status } }`, nil)
}

// waitSucceeded waits until so many jobs have succeeded since they were subscribed to. Other
// than waitBatch it hears of each at once.
func waitSucceeded(ctx context.Context, sub *apiclient.Subscription, jobs int) error {
	succeeded := map[string]bool{}
	var event struct{ JobChanged struct{ ID, Status string } }
	err := follow(ctx, sub, &event, func() bool {
		if event.JobChanged.Status == "SUCCEEDED" {
			succeeded[event.JobChanged.ID] = true
		}
		return len(succeeded) >= jobs
	})
	if err != nil {
		return fmt.Errorf("%d jobs of %d succeeded: %w", len(succeeded), jobs, err)
	}
	return nil
}

// follow reads events of a subscription into event until enough says so, and closes it.
func follow(ctx context.Context, sub *apiclient.Subscription, event any, enough func() bool) error {
	defer sub.Close()
	impatient := time.AfterFunc(patience, func() { _ = sub.Close() })
	defer impatient.Stop()
	for {
		if err := sub.Next(event); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		if enough() {
			return nil
		}
		impatient.Reset(patience)
	}
}

// do runs a mutation that takes the batch's id.
func do(ctx context.Context, client *apiclient.Client, mutation, id string) error {
	if err := client.Do(ctx, `mutation ($id: ID!) { `+mutation+` { id } }`, map[string]any{"id": id}, nil); err != nil {
		return fmt.Errorf("%s: %w", mutation, err)
	}
	return nil
}

// interruptedRuns counts the runs that were cut off by the end of the server.
func interruptedRuns(ctx context.Context, client *apiclient.Client) (int, error) {
	var answer struct{ JobCounts []statusCount }
	if err := client.Do(ctx, `{ jobCounts { status count } }`, nil, &answer); err != nil {
		return 0, fmt.Errorf("count jobs: %w", err)
	}
	for _, count := range answer.JobCounts {
		if count.Status == "INTERRUPTED" {
			return count.Count, nil
		}
	}
	return 0, errors.New("count jobs: INTERRUPTED is not among the states")
}

// reported is a mailbox in the report of a batch.
type reported struct {
	JobID, Name, Result, NextStep, Reason string
	Verified                              bool
	Copied                                *int64
}

// readReport downloads the report of a batch, in the order of the list.
func readReport(ctx context.Context, client *apiclient.Client, id string) ([]reported, error) {
	answer, err := client.Get(ctx, "/migration/batches/"+id+"/report.json", nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("download the report: %s: %w", answer.Status, err)
	}
	var report struct{ Mailboxes []reported }
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, fmt.Errorf("read the report: %w in %.300s", err, text)
	}
	return report.Mailboxes, nil
}
