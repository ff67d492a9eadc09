// Package models holds the tables as Bun sees them, and their enums. It reads and writes
// nothing by itself: internal/migration owns what may happen to a row.
package models
