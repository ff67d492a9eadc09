package database_test

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/uptrace/bun"
	"golang.org/x/sys/unix"

	"mailferry/internal/database"
	databasetest "mailferry/internal/testkit/database"
)

func TestAFullDiskIsNamedAndForgottenOnceThereIsRoom(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=24m,mode=0700"); err != nil {
		t.Skipf("a small file system cannot be mounted (needs root): %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
	db := databasetest.Open(t, database.Config{DataDir: folder})
	if trouble := db.Trouble(); trouble != "" {
		t.Fatalf("at first: %s", trouble)
	}
	filler := filepath.Join(folder, "filler")
	file, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for {
		if _, err := file.Write(block); err != nil {
			break
		}
	}
	_ = file.Close()
	write := func(size int) error {
		return db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
			_, err := db.ExecContext(ctx, "INSERT INTO sessions (token_hash, data, expires_at) VALUES (?, zeroblob(?), '2026-01-01 00:00:00+00:00')", rand.Text(), size)
			return err
		})
	}
	if err := write(4 << 20); err == nil || !database.Away(err) {
		t.Errorf("a write to a full disk: %v", err)
	}
	if trouble := db.Trouble(); !strings.Contains(trouble, "disk of the data folder is full") {
		t.Errorf("trouble %q", trouble)
	}
	if stats := db.Stats(); stats.FailedWrites == 0 || stats.Errors == 0 {
		t.Errorf("nothing was counted: %+v", stats)
	}
	if free, ok := db.FreeDisk(); !ok || free > 1<<20 {
		t.Errorf("free %d, %t", free, ok)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := write(1 << 10); err != nil {
		t.Fatalf("once there is room: %v", err)
	}
}

func TestARefusedStatementIsCountedAndNoTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(ctx context.Context, db bun.IDB) error {
			_, err := db.ExecContext(ctx, "INSERT INTO no_such_table VALUES (1)")
			return err
		})
		if err == nil {
			t.Fatal("accepted")
		}
		if stats := db.Stats(); stats.Errors == 0 || stats.FailedWrites != 0 || db.Trouble() != "" {
			t.Errorf("%+v, trouble %q", stats, db.Trouble())
		}
	})
}
