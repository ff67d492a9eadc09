package dovecot

import (
	"fmt"
	"path/filepath"

	"mailferry/internal/testkit/maildir"
)

// File is a message as a file in a Maildir.
type File = maildir.File

// WriteInbox puts messages into a user's INBOX past IMAP (see package maildir). It is
// for a server that stores mail as "maildir", and for once per user.
func (s *Server) WriteInbox(user string, files []File) error {
	if s.options.Format != "" && s.options.Format != "maildir" {
		return fmt.Errorf("write messages of user %q: the server stores mail as %s", user, s.options.Format)
	}
	name := "Mail"
	if s.options.Separator == "" || s.options.Separator == "/" {
		name = "Maildir" // see location
	}
	if err := maildir.Write(filepath.Join(s.Home(user), name), files, s.user); err != nil {
		return fmt.Errorf("write messages of user %q: %w", user, err)
	}
	return nil
}
