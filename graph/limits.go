package graph

import (
	"context"
	"fmt"
	"math"
	"time"

	gqlcomplexity "github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/generated"
	"mailferry/graph/model"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// Limits bound what one caller can ask for. A zero field has the default that it names.
type Limits struct {
	// BodyBytes is the size of a POST; 1 MiB.
	BodyBytes int64
	// QueryTokens is the length of a query in tokens, values in variables not counted; 2,000. Validation takes time
	// by its square.
	QueryTokens int
	// QueryDepth is how deep a query may nest; 20.
	QueryDepth int
	// Complexity is the cost of a query: one for each field, times the length of the lists that it is in; 50,000.
	Complexity int
	// AnswerBytes is the size of an answer, or of an event of a subscription, in which a field counts for at least 64
	// bytes; 8 MiB.
	AnswerBytes int64
	// Sockets is how many WebSockets may be open; 2,000.
	Sockets int
	// Strangers is how many of them may be open before connection_init has said who opened them; half. Whoever has
	// signed in by a cookie is none, and not kept out by them.
	Strangers int
	// Subscriptions is how many may run on one socket; 100.
	Subscriptions int
	// MessageBytes is the size of a message from a client on a socket; 64 KiB.
	MessageBytes int64
	// InitTimeout is how long a socket may stay without connection_init; 10 seconds.
	InitTimeout time.Duration
	// WriteTimeout is how long a client may take to read what was sent before its socket is closed; 10 seconds.
	WriteTimeout time.Duration
	// PingInterval is the time between pings; a client that answers none in twice that time is gone; 20 seconds.
	PingInterval time.Duration
}

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	l.Sockets = orElse(l.Sockets, 2_000)
	return Limits{
		BodyBytes:     orElse(l.BodyBytes, 1<<20),
		QueryTokens:   orElse(l.QueryTokens, 2_000),
		QueryDepth:    orElse(l.QueryDepth, 20),
		Complexity:    orElse(l.Complexity, 50_000),
		AnswerBytes:   orElse(l.AnswerBytes, 8<<20),
		Sockets:       l.Sockets,
		Strangers:     orElse(l.Strangers, max(l.Sockets/2, 1)),
		Subscriptions: orElse(l.Subscriptions, 100),
		MessageBytes:  orElse(l.MessageBytes, 64<<10),
		InitTimeout:   orElse(l.InitTimeout, 10*time.Second),
		WriteTimeout:  orElse(l.WriteTimeout, 10*time.Second),
		PingInterval:  orElse(l.PingInterval, 20*time.Second),
	}
}

func orElse[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Costs of fields that read the database or a log, and the lengths assumed of lists that take no argument.
const (
	costOfRead     = 5
	costOfRow      = 5
	costOfMutation = 10
	costOfSummary  = 20
	assumedList    = 10
	// assumedReport is the length assumed of the lists in a report. Most are empty; one of a large mailbox has thousands.
	assumedReport = 100
	// logBytesPerCost is how many bytes of log cost as much as one field.
	logBytesPerCost = 256
)

// complexity counts the lengths of lists, which gqlgen does not do by itself: as they are asked for, or else as they
// usually are. What they really are counts when they are read, see bounded.
func complexity() generated.ComplexityRoot {
	var c generated.ComplexityRoot
	c.Query.Jobs = func(child int, first *int, _ *string, _ *migration.Filter) int {
		return costOfRead + times(orDefault(first, defaultPage), costOfRow+child)
	}
	c.Query.Job = func(child int, _ int64) int { return costOfRead + child }
	c.JobConnection.TotalCount = func(child int) int { return costOfRead + child }
	c.Query.Batches = func(child int, first *int, _ *string) int {
		return costOfRead + times(orDefault(first, defaultPage), costOfRow+child)
	}
	c.Query.Batch = func(child int, _ int64) int { return costOfRead + child }
	c.Batch.Summary = func(child int) int { return costOfSummary + child }
	c.Batch.Jobs = func(child int, first *int, _ *string, _ []models.JobStatus) int {
		return costOfRead + times(orDefault(first, defaultPage), costOfRow+child)
	}
	c.Job.Batch = func(child int) int { return costOfRead + child }
	c.Query.JobCounts = func(child int, _ *string, _ *bool) int { return costOfRead + times(assumedList, child) }
	c.Query.ImportTemplate = func(child int) int { return costOfRead + child }
	c.BatchSummary.Counts = func(child int) int { return times(assumedList, child) }
	c.Runner.Running = func(child int) int { return costOfRead + times(assumedList, costOfRow+child) }
	c.Job.Reruns = func(child int) int { return costOfRead + times(assumedList, costOfRow+child) }
	c.Job.Report = func(child int) int { return costOfRow + child }
	c.Report.FolderReports = func(child int) int { return costOfRead + times(assumedReport, child) }
	c.Report.Missing = func(child int) int { return costOfRead + times(assumedReport, child) }
	c.SyncOptions.RenameFolders = func(child int) int { return times(assumedList, child) }
	c.FolderPreview.Folders = func(child int) int { return times(assumedReport, child) }
	c.ImportResult.Rows = func(child int) int { return times(assumedReport, child) }
	c.ImportResult.Errors = func(child int) int { return times(assumedReport, child) }
	c.Job.RerunOf = func(child int) int { return costOfRead + child }
	c.Job.QueuePosition = func(child int) int { return costOfRead + child }
	c.Job.Log = func(child int, _ int64, limit *int) int {
		return costOfRead + child + max(orDefault(limit, defaultLogLimit), 0)/logBytesPerCost
	}
	c.Mutation.CreateJobs = func(child int, inputs []*model.CreateJobInput) int {
		return times(len(inputs), costOfMutation+child)
	}
	return c
}

// times multiplies and stays at the largest number instead of running over. A negative length is refused later, by
// the resolver.
func times(n, cost int) int {
	n = max(n, 1)
	if cost > math.MaxInt32/n {
		return math.MaxInt32
	}
	return n * cost
}

// shape refuses operations that nest too deep, that fragments blow up beyond all measure, mutations of more than one
// field, and more than one subscription. It must come before anything else that walks through fragments, such as
// costLimit: each fragment that spreads the next one twice doubles their way.
type shape struct{ depth, size int }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = shape{}

func (shape) ExtensionName() string { return "Shape" }

func (shape) Validate(graphql.ExecutableSchema) error { return nil }

func (s shape) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	fragments := make(measures)
	whole := fragments.of(op.Operation.SelectionSet)
	switch {
	case whole.depth > s.depth:
		return refuse(fmt.Sprintf("The query nests deeper than %d levels.", s.depth))
	case whole.fields > s.size:
		return refuse(fmt.Sprintf("The query asks for too much at once: with its fragments written out it has more than %d fields. "+
			"Ask for fewer fields.", s.size))
	case op.Operation.Operation != ast.Query && whole.roots > 1:
		return refuse("One request may carry one mutation or subscription.")
	}
	return nil
}

func refuse(message string) *gqlerror.Error {
	return apierror.Refuse(apierror.CodeBadInput, message)
}

// measure is the extent of a selection with all its fragments written out.
type measure struct {
	fields int // fields on all levels; never more than math.MaxInt32
	roots  int // fields on the first level; never more than math.MaxInt32
	depth  int // levels
}

// measures are those of the fragments met so far, each measured once. Validation has made sure that they do not go
// round in a circle.
type measures map[*ast.FragmentDefinition]measure

func (m measures) of(set ast.SelectionSet) measure {
	var whole measure
	for _, selection := range set {
		var part measure
		switch s := selection.(type) {
		case *ast.Field:
			below := m.of(s.SelectionSet)
			part = measure{fields: below.fields + 1, roots: 1, depth: below.depth + 1}
		case *ast.InlineFragment:
			part = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition == nil {
				continue
			}
			known, ok := m[s.Definition]
			if !ok {
				known = m.of(s.Definition.SelectionSet)
				m[s.Definition] = known
			}
			part = known
		}
		whole.fields = min(whole.fields+part.fields, math.MaxInt32)
		whole.roots = min(whole.roots+part.roots, math.MaxInt32)
		whole.depth = max(whole.depth, part.depth)
	}
	return whole
}

// costLimit refuses operations that cost too much. It is not gqlgen's own, whose package brings a dependency along.
type costLimit struct {
	schema graphql.ExecutableSchema
	limit  int
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = costLimit{}

func (costLimit) ExtensionName() string { return "CostLimit" }

func (costLimit) Validate(graphql.ExecutableSchema) error { return nil }

func (c costLimit) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	ofSchema, _ := op.Stats.GetExtension(introspectionCost).(int)
	cost := ofSchema + gqlcomplexity.Calculate(ctx, c.schema, op.Operation, op.Variables)
	if cost > c.limit {
		return refuse(fmt.Sprintf("The query asks for too much at once: it costs %d, and at most %d is answered. "+
			"Ask for fewer fields or shorter lists.", cost, c.limit))
	}
	return nil
}
