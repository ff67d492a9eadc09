// Package backup writes the SQLite database into one file while a server uses it, and brings such a file back.
//
// A backup file is
//
//	n bytes  the database, as an SQLite file of its own
//	m bytes  the manifest, in JSON
//	8 bytes  m, big-endian
//	32 bytes SHA-256 of all bytes before
//	16 bytes "MAILFERRYBACKUP1"
//
// so that one that was cut anywhere lacks its end, and one in which a bit changed does not fit its checksum. SQLite's
// own tools read the file as it is: they go by the number of pages in the header. The file holds passwords only as
// they are sealed, and no key; the manifest names the keys by their ids.
//
// Postgres has tools of its own for this: see docs/backup.md.
package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// footer ends every backup of this form.
const footer = "MAILFERRYBACKUP1"

const (
	// endSize is the length of what follows the manifest.
	endSize = 8 + sha256.Size + len(footer)
	// maxManifest bounds what is read as a manifest, in bytes.
	maxManifest = 1 << 20
)

// sqliteMagic begins every SQLite file (https://sqlite.org/fileformat.html, section 1.3).
const sqliteMagic = "SQLite format 3\x00"

var (
	// ErrCut is a backup that does not end as one does.
	ErrCut = errors.New("the backup is not complete: it was cut short, or something was appended to it; take it from where it was made once more")
	// ErrChanged is a backup whose checksum is another's.
	ErrChanged = errors.New("the backup is damaged: its checksum does not match what it holds; use another one")
	// ErrNoBackup is a file of another kind.
	ErrNoBackup = errors.New("this is no backup that mailferry backup has written")
)

// Manifest says what a backup holds.
type Manifest struct {
	// Version is that of the program that wrote it.
	Version string `json:"version"`
	// CreatedAt is when, in UTC; what was stored later is not in it.
	CreatedAt time.Time `json:"createdAt"`
	// Size is the length of the database in bytes.
	Size int64 `json:"size"`
	// Migrations are the names of those that its tables have.
	Migrations []string `json:"migrations"`
	// Jobs counts its jobs, Queued and Running those that had not ended.
	Jobs    int64 `json:"jobs"`
	Queued  int64 `json:"queued"`
	Running int64 `json:"running"`
	// Secrets counts its sealed passwords; KeyIDs are the ids of the keys that open them.
	Secrets int64    `json:"secrets"`
	KeyIDs  []string `json:"keyIds"`
}

// seal appends manifest, checksum and footer to a file that holds a database, and forces all of it to disk.
func seal(file *os.File, manifest Manifest) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	manifest.Size = size
	text, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	end := binary.BigEndian.AppendUint64(text, uint64(len(text)))
	sum.Write(end)
	end = append(sum.Sum(end), footer...)
	if _, err := file.Write(end); err != nil {
		return err
	}
	return file.Sync()
}

// Read checks that a backup is complete and unchanged, reading all of it, and returns its manifest. The error is or
// wraps [ErrCut], [ErrChanged] or [ErrNoBackup] where it is the file's fault.
func Read(path string) (Manifest, error) {
	file, err := os.Open(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("read the backup: %w", err)
	}
	defer file.Close()
	manifest, err := read(file)
	if err != nil {
		return Manifest{}, fmt.Errorf("read the backup %s: %w", path, err)
	}
	return manifest, nil
}

func read(file *os.File) (Manifest, error) {
	var manifest Manifest
	info, err := file.Stat()
	if err != nil {
		return manifest, err
	}
	if !info.Mode().IsRegular() {
		return manifest, ErrNoBackup
	}
	start := make([]byte, min(int64(len(sqliteMagic)), info.Size()))
	if _, err := file.ReadAt(start, 0); err != nil {
		return manifest, err
	}
	if len(start) == 0 {
		return manifest, ErrCut
	}
	if !bytes.HasPrefix([]byte(sqliteMagic), start) {
		return manifest, ErrNoBackup
	}
	end := make([]byte, endSize)
	if info.Size() < int64(len(sqliteMagic)+endSize) {
		return manifest, ErrCut
	}
	if _, err := file.ReadAt(end, info.Size()-int64(endSize)); err != nil {
		return manifest, err
	}
	if string(end[endSize-len(footer):]) != footer {
		return manifest, ErrCut
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, info.Size()-int64(endSize)+8)); err != nil {
		return manifest, err
	}
	if !bytes.Equal(sum.Sum(nil), end[8:8+sha256.Size]) {
		return manifest, ErrChanged
	}
	length := binary.BigEndian.Uint64(end)
	if length > maxManifest || int64(length) > info.Size()-int64(endSize) {
		return manifest, ErrChanged
	}
	text := make([]byte, length)
	at := info.Size() - int64(endSize) - int64(length)
	if _, err := file.ReadAt(text, at); err != nil {
		return manifest, err
	}
	if err := json.Unmarshal(text, &manifest); err != nil || manifest.Size != at {
		return manifest, ErrChanged
	}
	return manifest, nil
}
