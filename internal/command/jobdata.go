package command

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mailferry/internal/imapsync"
)

// jobFields are what is asked of every job. With --json they are printed as they come, in the API's names.
const jobFields = `id name status source { host port security user verifyCertificate } destination { host port security user verifyCertificate }
  dryRun engine createdAt startedAt finishedAt queuePosition queueReason exitCode exitReason error
  progress { currentFolder foldersDone foldersTotal messagesDone messagesTotal bytesDone bytesTotal messagesPerSecond bytesPerSecond etaSeconds }
  verified result nextStep logSize canRerun cancelRequestedAt attempt retriesLeft nextTryAt batch { id name } superseded
  waiting { side reason until }`

// jobDetails are what is asked of one job besides.
const jobDetails = `options { folders folderPrefixes excludeFolders excludeFolderPrefixes automap renameFolders { from to } underFolder
    maxAgeDays minAgeDays maxSize minSize onlySubscribed subscribeAll syncFlags }
  report { folders messagesFound messagesCopied messagesSkipped messagesToCopy messagesMissing messagesFailed messagesSurplus bytes seconds
    reconnections verified folderReports { source destination sourceMessages destinationMessages missing surplus }
    missing { folder uid date subject size reason } }
  precheck { checkedAt ok error folders messages bytes biggestMessage quotaFree sizeLimit } rerunOf { id } reruns { id }`

// job is what the tables and sentences need of a job.
type job struct {
	ID, Name, Status    string
	Source, Destination struct {
		Host, User string
		Port       int
	}
	DryRun                           bool
	Engine, Result                   string
	CreatedAt                        time.Time
	StartedAt, FinishedAt, NextTryAt *time.Time
	QueuePosition, ExitCode          *int
	QueueReason, ExitReason          *string
	Error, NextStep                  *string
	Progress                         *imapsync.Progress
	Verified, Superseded             bool
	LogSize                          int64
	Attempt                          int
	Batch                            *struct{ ID, Name string }
	Waiting                          *waiting
	RerunOf                          *struct{ ID string }
	Reruns                           []struct{ ID string }
	Report                           *struct {
		Folders, MessagesFound, MessagesCopied, MessagesSkipped, MessagesToCopy int64
		MessagesMissing, MessagesFailed, MessagesSurplus, Bytes                 int64
		Seconds                                                                 float64
	}
}

type waiting struct {
	Side, Reason string
	Until        *time.Time
}

// ended says whether nothing changes about the job any more.
func (j *job) ended() bool { return j.Status != statusQueued && j.Status != statusRunning }

// The states of a job that mean something here; jobStatuses has all.
const (
	statusQueued    = "QUEUED"
	statusRunning   = "RUNNING"
	statusSucceeded = "SUCCEEDED"
)

func jobStatuses() []string {
	return []string{statusQueued, statusRunning, statusSucceeded, "FAILED", "INTERRUPTED", "CANCELLED"}
}

// jobStatus is a state of jobs as it is typed, in any case.
type jobStatus string

// UnmarshalText takes the API's name of a state.
func (s *jobStatus) UnmarshalText(text []byte) error {
	known := jobStatuses()
	name := strings.ToUpper(string(text))
	if !slices.Contains(known, name) {
		return fmt.Errorf("%q is no status; there are %s", text, strings.ToLower(strings.Join(known, ", ")))
	}
	*s = jobStatus(name)
	return nil
}

func paintOf(status string) paint {
	switch status {
	case statusSucceeded:
		return green
	case statusRunning:
		return cyan
	case "FAILED":
		return red
	case "INTERRUPTED", "CANCELLED":
		return yellow
	default:
		return plain
	}
}

// record is a job or batch as the API gave it, and as it was read.
type record[T any] struct {
	raw json.RawMessage
	is  T
}

// UnmarshalJSON keeps the text beside what is read of it.
func (r *record[T]) UnmarshalJSON(text []byte) error {
	r.raw = slices.Clone(text)
	return json.Unmarshal(text, &r.is)
}

// MarshalJSON is what the API gave.
func (r record[T]) MarshalJSON() ([]byte, error) { return r.raw, nil }

type jobRecord = record[job]

// page is a page of a connection of the API.
type page[T any] struct {
	Edges    []struct{ Node T }
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

// pageSize is how many are asked for at a time.
const pageSize = 100

// listJobs reads jobs, newest first, up to so many; 0: all.
func (s *server) listJobs(ctx context.Context, filter map[string]any, limit int) ([]jobRecord, error) {
	const query = `query ($first: Int, $after: String, $filter: JobFilter) { jobs(first: $first, after: $after, filter: $filter) {
  edges { node { ` + jobFields + ` } } pageInfo { hasNextPage endCursor } } }`
	jobs := []jobRecord{}
	variables := map[string]any{"filter": filter}
	for {
		variables["first"] = pageSize
		if limit > 0 {
			variables["first"] = min(pageSize, limit-len(jobs))
		}
		var answer struct{ Jobs page[jobRecord] }
		if err := s.do(ctx, query, variables, &answer); err != nil {
			return nil, err
		}
		for _, edge := range answer.Jobs.Edges {
			jobs = append(jobs, edge.Node)
		}
		if !answer.Jobs.PageInfo.HasNextPage || limit > 0 && len(jobs) >= limit {
			return jobs, nil
		}
		variables["after"] = answer.Jobs.PageInfo.EndCursor
	}
}

// findJob is the job of an id or of a name that only one has; later runs of a mailbox stand for those before them.
func (s *server) findJob(ctx context.Context, named string) (*jobRecord, error) {
	if isID(named) {
		var answer struct{ Job *jobRecord }
		query := `query ($id: ID!) { job(id: $id) { ` + jobFields + jobDetails + ` } }`
		if err := s.do(ctx, query, map[string]any{"id": named}, &answer); err != nil || answer.Job != nil {
			return answer.Job, err
		}
	}
	found, err := s.listJobs(ctx, map[string]any{"search": named, "superseded": false}, 0)
	if err != nil {
		return nil, err
	}
	if found, err = s.latest(ctx, named, found); err != nil {
		return nil, err
	}
	id, err := only("job", named, found, func(j job) (string, string) { return j.ID, j.Name })
	if err != nil {
		return nil, err
	}
	return s.findJob(ctx, id)
}

// maxTwins is how many jobs of one name are looked at for which repeats which.
const maxTwins = 20

// latest leaves out jobs of the name that another one of the name repeats.
func (s *server) latest(ctx context.Context, named string, found []jobRecord) ([]jobRecord, error) {
	twins := slices.DeleteFunc(slices.Clone(found), func(r jobRecord) bool { return r.is.Name != named })
	if len(twins) < 2 || len(twins) > maxTwins {
		return found, nil
	}
	repeated := map[string]bool{}
	for _, twin := range twins {
		var answer struct{ Job *job }
		if err := s.do(ctx, `query ($id: ID!) { job(id: $id) { rerunOf { id } } }`, map[string]any{"id": twin.is.ID}, &answer); err != nil {
			return nil, err
		}
		if answer.Job != nil && answer.Job.RerunOf != nil {
			repeated[answer.Job.RerunOf.ID] = true
		}
	}
	return slices.DeleteFunc(twins, func(r jobRecord) bool { return repeated[r.is.ID] }), nil
}

// isID says whether a word can be an id: a number.
func isID(word string) bool {
	return word != "" && len(word) <= 19 && strings.Trim(word, "0123456789") == ""
}

// only is the id of the one that has the name.
func only[T any](kind, named string, found []record[T], of func(T) (id, name string)) (string, error) {
	var ids, near []string
	for _, r := range found {
		id, name := of(r.is)
		if name == named {
			ids = append(ids, id)
		} else if len(near) < 3 {
			near = append(near, fmt.Sprintf("%s (%s)", id, name))
		}
	}
	switch {
	case len(ids) == 1 && ids[0] != named:
		return ids[0], nil
	case len(ids) > 1:
		more := ""
		if len(ids) > 5 {
			ids, more = ids[:5], " …"
		}
		return "", exitf(ExitRefused, "several %s have the name %s: say which by its id, %s%s", plural(kind), named, strings.Join(ids, ", "), more)
	case len(near) > 0:
		return "", exitf(ExitRefused, "there is no %s %s; did you mean %s?", kind, named, strings.Join(near, ", "))
	default:
		return "", exitf(ExitRefused, "there is no %s %s: mailferry %s list says which there are", kind, named, kind)
	}
}

func plural(kind string) string {
	if kind == "batch" {
		return "batches"
	}
	return kind + "s"
}
