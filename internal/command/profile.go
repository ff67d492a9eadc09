package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// profiles are the servers that somebody has logged in to, as a file of that person's that nobody else can read.
type profiles struct {
	path string

	// Current is the name of the one that commands use which name none; empty where there is none.
	Current string `json:"current,omitempty"`
	// Profiles are the servers by the names given to them.
	Profiles map[string]profile `json:"profiles"`
}

// profile is a server and a token for it.
type profile struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	// ClearText says that the token may go to another machine without TLS.
	ClearText bool `json:"clearText,omitempty"`
}

// profileFile is where profiles are kept: mailferry/profiles.json in $XDG_CONFIG_HOME or else ~/.config, as
// os.UserConfigDir has it. It is "" where neither is known, as for a service.
func profileFile(con Console) (string, error) {
	folder := con.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		home := con.Getenv("HOME")
		if home == "" {
			return "", nil
		}
		folder = filepath.Join(home, ".config")
	}
	if !filepath.IsAbs(folder) {
		return "", fmt.Errorf("XDG_CONFIG_HOME is %q, and has to be a whole path", folder)
	}
	return filepath.Join(folder, "mailferry", "profiles.json"), nil
}

// readProfiles reads the file; that there is none is no error.
func readProfiles(con Console) (*profiles, error) {
	path, err := profileFile(con)
	if err != nil {
		return nil, err
	}
	p := &profiles{path: path, Profiles: map[string]profile{}}
	if path == "" {
		return p, nil
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return nil, fmt.Errorf("read your profiles: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read your profiles: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others on this machine can read the tokens in %s: run chmod 600 on it, and revoke them if somebody did", path)
	}
	if err := json.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("read your profiles: %s is not what mailferry login wrote (%w): mend it or remove it", path, err)
	}
	return p, nil
}

// write replaces the file as a whole, so that one that is read meanwhile is never half of it.
func (p *profiles) write() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("keep your profiles: %w", err)
		}
	}()
	if p.path == "" {
		return errors.New("neither XDG_CONFIG_HOME nor HOME is set: nobody knows where your settings are")
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return err
	}
	// CreateTemp makes it 0600.
	file, err := os.CreateTemp(filepath.Dir(p.path), ".profiles-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), p.path)
}

// get is the profile of a name, the current one for "".
func (p *profiles) get(name string) (string, profile, error) {
	if name == "" {
		name = p.Current
	}
	if found, ok := p.Profiles[name]; ok {
		return name, found, nil
	}
	if name == "" {
		return "", profile{}, exitf(ExitRefused, "you are not logged in to any server: mailferry login URL")
	}
	known := slices.Sorted(maps.Keys(p.Profiles))
	if len(known) == 0 {
		return "", profile{}, exitf(ExitRefused, "there is no profile %s, nor any other: mailferry login URL --profile=%s makes it", name, name)
	}
	return "", profile{}, exitf(ExitRefused, "there is no profile %s; there are %q", name, known)
}

// of is the profile of a server, the current one first; "" if there is none.
func (p *profiles) of(url string) (string, profile) {
	if current, ok := p.Profiles[p.Current]; ok && current.URL == url {
		return p.Current, current
	}
	for _, name := range slices.Sorted(maps.Keys(p.Profiles)) {
		if p.Profiles[name].URL == url {
			return name, p.Profiles[name]
		}
	}
	return "", profile{}
}
