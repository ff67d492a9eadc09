package graph

import (
	"math"

	"mailferry/graph/generated"
	"mailferry/graph/model"
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

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
