package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/migrate"

	"mailferry/migrations"
)

// ErrNewer is a database that a newer version has migrated.
var ErrNewer = errors.New("the database was made by a newer version of Mailferry: start that version, or restore a backup from before the upgrade")

// CheckVersion fails with [ErrNewer] if the database knows migrations that this binary does not. It
// changes nothing.
func (db *DB) CheckVersion(ctx context.Context) error {
	known, err := db.knownMigrations()
	if err != nil {
		return err
	}
	applied, err := db.appliedMigrations(ctx)
	if err != nil {
		return err
	}
	var unknown []string
	for _, name := range applied {
		if !slices.ContainsFunc(known.Sorted(), func(m migrate.Migration) bool { return m.Name == name }) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%w (the %s has the migrations %s, which this version does not know)", ErrNewer, db.name, strings.Join(unknown, ", "))
	}
	return nil
}

func (db *DB) knownMigrations() (*migrate.Migrations, error) {
	files, err := db.migrationFiles()
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return discover(files)
}

func discover(files fs.FS) (*migrate.Migrations, error) {
	known := migrate.NewMigrations()
	if err := known.Discover(files); err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return known, nil
}

// appliedMigrations are the names in bun's table; none where there is no table yet.
func (db *DB) appliedMigrations(ctx context.Context) ([]string, error) {
	columns, err := columns(ctx, db.DB)
	if err != nil {
		return nil, fmt.Errorf("look at the tables of the %s: %w", db.name, err)
	}
	if len(columns["bun_migrations"]) == 0 {
		return nil, nil
	}
	var names []string
	if err := db.NewRaw("SELECT name FROM bun_migrations ORDER BY name").Scan(ctx, &names); err != nil {
		return nil, fmt.Errorf("read which migrations the %s has: %w", db.name, err)
	}
	return names, nil
}

// checkSchema fails if a table or column that the migrations make is not there, as after a restore of
// a part: each query that needs it would fail later, in the middle of something.
func (db *DB) checkSchema(ctx context.Context) error {
	want, err := wantedColumns(ctx)
	if err != nil {
		return fmt.Errorf("find out which tables there must be: %w", err)
	}
	have, err := columns(ctx, db.DB)
	if err != nil {
		return fmt.Errorf("look at the tables of the %s: %w", db.name, err)
	}
	var lacks []string
	for table, names := range want {
		if len(have[table]) == 0 {
			lacks = append(lacks, "the table "+table)
			continue
		}
		for _, name := range names {
			if !slices.Contains(have[table], name) {
				lacks = append(lacks, "the column "+name+" of the table "+table)
			}
		}
	}
	if len(lacks) > 0 {
		slices.Sort(lacks)
		return fmt.Errorf("the %s lacks %s, although its migrations count as applied: restore a complete backup", db.name, strings.Join(lacks, ", "))
	}
	return nil
}

// wantedColumns are those that the migrations make. Both databases have the same.
func wantedColumns(ctx context.Context) (_ map[string][]string, err error) {
	sqlDB, err := sql.Open("sqlite", "file::memory:")
	if err != nil {
		return nil, err
	}
	// Each connection would have a database of its own.
	sqlDB.SetMaxOpenConns(1)
	empty := bun.NewDB(sqlDB, sqlitedialect.New())
	defer func() { err = errors.Join(err, empty.Close()) }()
	files, err := fs.Sub(migrations.SQLite, "sqlite")
	if err != nil {
		return nil, err
	}
	known, err := discover(files)
	if err != nil {
		return nil, err
	}
	migrator := migrate.NewMigrator(empty, known)
	if err := migrator.Init(ctx); err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx); err != nil {
		return nil, err
	}
	return columns(ctx, empty)
}

// columns are the names of the columns of each table.
func columns(ctx context.Context, db *bun.DB) (map[string][]string, error) {
	query := "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
	if db.Dialect().Name() != sqlitedialect.New().Name() {
		// What the search path shows, whatever its schema is called.
		query = "SELECT c.relname AS table_name, a.attname AS column_name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid " +
			"WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND pg_table_is_visible(c.oid)"
	}
	var rows []struct{ TableName, ColumnName string }
	if err := db.NewRaw(query).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make(map[string][]string)
	for _, row := range rows {
		found[row.TableName] = append(found[row.TableName], row.ColumnName)
	}
	return found, nil
}
