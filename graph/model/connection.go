// Package model holds the types of the API that no other package makes: pages of jobs, and the inputs whose passwords
// are not sealed yet. What is in generated.go follows schema.graphqls.
package model

import (
	"mailferry/internal/migration"
	"mailferry/internal/models"
)

// JobConnection is a page of jobs. Its total is counted only when it is asked for.
type JobConnection struct {
	Edges    []*JobEdge
	PageInfo PageInfo
	// Filter is what the page was asked with.
	Filter migration.Filter
}

// JobEdge is a job in a page.
type JobEdge struct {
	Cursor string
	Node   *models.MigrationJob
}
