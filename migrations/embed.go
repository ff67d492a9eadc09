// Package migrations holds the SQL that builds the tables, in one folder per database.
// Files are named NNNN_noun.tx.up.sql, are applied in that order at start, each in a
// transaction of its own, and are never changed once released. Statements are separated
// by a line "--bun:split".
package migrations

import "embed"

// Postgres holds the files of the folder postgres.
//
//go:embed postgres/*.sql
var Postgres embed.FS

// SQLite holds the files of the folder sqlite.
//
//go:embed sqlite/*.sql
var SQLite embed.FS
