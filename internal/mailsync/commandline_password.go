package mailsync

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"mailferry/internal/imapsync"
)

// password takes it from the option, a file or the environment, in this order; an access
// token makes it unnecessary.
func (p *commandLine) password(i int, number string) error {
	h := &p.settings.hosts[i]
	if value := p.token[i]; value != "" {
		line, err := firstLine(value)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENAMETOOLONG):
			h.token = value // the token itself, as imapsync takes it
		case err != nil:
			return &usageError{code: imapsync.ExitNoInput, text: fmt.Sprintf("cannot read the access token of host%s: %v", number, err)}
		default:
			h.token = line
		}
		return nil
	}
	if p.hasPass[i] {
		return nil
	}
	if p.passfile[i] != "" {
		line, err := firstLine(p.passfile[i])
		if err != nil {
			return &usageError{code: imapsync.ExitNoInput, text: fmt.Sprintf("cannot read the password file of host%s: %v", number, err)}
		}
		h.password = line
		return nil
	}
	for _, variable := range p.env {
		if value, ok := strings.CutPrefix(variable, "IMAPSYNC_PASSWORD"+number+"="); ok {
			h.password = value
			return nil
		}
	}
	return usage("password%s option is mandatory: give --passfile%s or the variable IMAPSYNC_PASSWORD%s", number, number, number)
}

// firstLine is that of a file, without its end.
func firstLine(path string) (string, error) {
	b, err := os.ReadFile(path)
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), err
}
