package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Away says whether an error means that the database cannot be used at this moment: it does not answer, is starting or
// stopping, is locked, read-only or full. What was asked for may work a moment later, and whoever asked did nothing
// wrong. A context that its owner has cancelled is no such error.
func Away(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return awayClass(answer.Code)
	}
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		switch failed.Code() & 0xff { // what is above says where it happened
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
			sqlite3.SQLITE_CANTOPEN:
			return true
		}
		return false
	}
	for _, passing := range []error{
		context.DeadlineExceeded, sql.ErrConnDone, driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// awayClass reads the classes of PostgreSQL's error codes (PostgreSQL documentation, appendix A).
func awayClass(code string) bool {
	const readOnly = "25006" // as on a standby that was a primary
	if code == readOnly || len(code) < 2 {
		return code == readOnly
	}
	switch code[:2] {
	case "08", // connection exceptions
		"53", // no more connections, memory or disk
		"57", // shut down, starting, cancelled
		"58": // errors of the system below
		return true
	}
	return false
}

// IsDuplicate says whether an error is that of a row which a unique index does not allow beside another.
func IsDuplicate(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		return answer.Code == "23505" // unique_violation
	}
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}
