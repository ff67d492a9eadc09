package process

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// User is a user of this machine to run a server as. A nil *User stands for the
// user of this process.
type User struct {
	Name  string
	Group string
	UID   uint32
	GID   uint32
}

// Unprivileged returns the first of the named users that exists when this
// process is root's, and nil, which stands for itself, when it is not.
func Unprivileged(names ...string) (*User, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range names {
		found, err := lookup(name)
		if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
			continue
		}
		return found, err
	}
	return nil, fmt.Errorf("run as another user than root: none of %q exists", names)
}

// NameAndGroup returns the names to put into a server's configuration: the
// user's, or those of the user of this process.
func (u *User) NameAndGroup() (name, group string, err error) {
	if u != nil {
		return u.Name, u.Group, nil
	}
	current, err := user.Current()
	if err != nil {
		return "", "", fmt.Errorf("look up the current user: %w", err)
	}
	primary, err := user.LookupGroupId(current.Gid)
	if err != nil {
		return "", "", fmt.Errorf("look up the current group: %w", err)
	}
	return current.Username, primary.Name, nil
}

// Credential is what runs a program as the user; nil for the user of this process.
func (u *User) Credential() *syscall.Credential {
	if u == nil {
		return nil
	}
	return &syscall.Credential{Uid: u.UID, Gid: u.GID}
}

// Own makes the user the owner of files.
func (u *User) Own(paths ...string) error {
	if u == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(u.UID), int(u.GID)); err != nil {
			return fmt.Errorf("hand over to %s: %w", u.Name, err)
		}
	}
	return nil
}

func lookup(name string) (*User, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	group, err := user.LookupGroupId(found.Gid)
	if err != nil {
		return nil, fmt.Errorf("look up the group of %s: %w", name, err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the id of %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("read the group id of %s: %w", name, err)
	}
	return &User{Name: name, Group: group.Name, UID: uint32(uid), GID: uint32(gid)}, nil
}
