package dovecot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// File is a message as a file in a Maildir.
type File struct {
	// Raw is what is in the file. To a reader Dovecot shows each line end as CRLF, and
	// NUL as another byte.
	Raw []byte
	// Date becomes the INTERNALDATE.
	Date time.Time
	// Flags are system flags of IMAP; others are left out.
	Flags []string
}

// WriteInbox puts messages into a user's INBOX past IMAP, as a delivery program does: for
// messages that APPEND would refuse or change. UIDs follow the order of the files. It is
// for a server that stores mail as "maildir", and for once per user.
func (s *Server) WriteInbox(user string, files []File) error {
	if s.options.Format != "" && s.options.Format != "maildir" {
		return fmt.Errorf("write messages of user %q: the server stores mail as %s", user, s.options.Format)
	}
	name := "Mail"
	if s.options.Separator == "" || s.options.Separator == "/" {
		name = "Maildir" // see location
	}
	maildir := filepath.Join(s.Home(user), name)
	for _, folder := range []string{s.Path("mail"), s.Home(user), maildir, filepath.Join(maildir, "tmp"), filepath.Join(maildir, "new"), filepath.Join(maildir, "cur")} {
		err := os.Mkdir(folder, 0o700)
		if err == nil {
			err = s.user.Own(folder)
		}
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("write messages of user %q: %w", user, err)
		}
	}
	for i, file := range files {
		path := filepath.Join(maildir, "cur", fmt.Sprintf("%d.M%06dP1.test:2,%s", 1_000_000_000+i, i, maildirFlags(file.Flags)))
		err := os.WriteFile(path, file.Raw, 0o600)
		if err == nil {
			err = errors.Join(s.user.Own(path), os.Chtimes(path, file.Date, file.Date))
		}
		if err != nil {
			return fmt.Errorf("write messages of user %q: %w", user, err)
		}
	}
	return nil
}

// maildirFlags are the letters of system flags, in the order that Maildir asks for.
func maildirFlags(flags []string) string {
	letters := map[string]byte{`\Draft`: 'D', `\Flagged`: 'F', `\Answered`: 'R', `\Seen`: 'S', `\Deleted`: 'T'}
	var set [256]bool
	for _, flag := range flags {
		set[letters[flag]] = true
	}
	var text []byte
	for _, letter := range []byte("DFRST") {
		if set[letter] {
			text = append(text, letter)
		}
	}
	return string(text)
}
