// Package maildir writes messages into folders of a mail server past IMAP, as a delivery program does: for
// messages that APPEND would refuse or change, and for folders that no client has opened before.
package maildir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mailferry/internal/testkit/process"
)

// File is a message as a file.
type File struct {
	// Raw is what is in the file. To a reader Dovecot shows each line end as CRLF, and
	// NUL as another byte.
	Raw []byte
	// Date becomes the INTERNALDATE.
	Date time.Time
	// Flags are system flags of IMAP; others are left out.
	Flags []string
}

// Make makes a folder of the Maildir form, and the folders above it, for the owner. What is there stays.
func Make(folder string, owner *process.User) error {
	var missing []string
	for above := folder; ; above = filepath.Dir(above) {
		if _, err := os.Stat(above); err == nil || above == filepath.Dir(above) {
			break
		}
		missing = append([]string{above}, missing...)
	}
	for _, name := range []string{"tmp", "new", "cur"} {
		missing = append(missing, filepath.Join(folder, name))
	}
	for _, path := range missing {
		err := os.Mkdir(path, 0o700)
		if err == nil {
			err = owner.Own(path)
		}
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("make the Maildir %s: %w", folder, err)
		}
	}
	return nil
}

// Write puts messages into a folder, which it makes. UIDs follow the order of the files. It is for once per folder.
func Write(folder string, files []File, owner *process.User) error {
	if err := Make(folder, owner); err != nil {
		return err
	}
	for i, file := range files {
		path := filepath.Join(folder, "cur", fmt.Sprintf("%d.M%06dP1.test:2,%s", 1_000_000_000+i, i, letters(file.Flags)))
		err := os.WriteFile(path, file.Raw, 0o600)
		if err == nil {
			err = errors.Join(owner.Own(path), os.Chtimes(path, file.Date, file.Date))
		}
		if err != nil {
			return fmt.Errorf("write a message into %s: %w", folder, err)
		}
	}
	return nil
}

// letters are those of system flags, in the order that Maildir asks for.
func letters(flags []string) string {
	known := map[string]byte{`\Draft`: 'D', `\Flagged`: 'F', `\Answered`: 'R', `\Seen`: 'S', `\Deleted`: 'T'}
	var set [256]bool
	for _, flag := range flags {
		set[known[flag]] = true
	}
	var text []byte
	for _, letter := range []byte("DFRST") {
		if set[letter] {
			text = append(text, letter)
		}
	}
	return string(text)
}
