package childproc

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Limits are hard limits of a child and of each process that it starts (setrlimit(2)). A zero
// field is no limit.
type Limits struct {
	// Memory is how many bytes of data one process may map for writing (RLIMIT_DATA). Not the
	// address space: Go and Perl reserve much more of that than they use.
	Memory int64 `json:"memory,omitempty"`
	// Files is how many descriptors one process may have open.
	Files int64 `json:"files,omitempty"`
}

// apply sets the limits of a process of the same user; 0 stands for the calling process.
func (l Limits) apply(pid int) error {
	set := func(name string, resource int, limit int64) error {
		var now unix.Rlimit
		if err := unix.Prlimit(pid, resource, nil, &now); err != nil {
			return fmt.Errorf("read the limit of %s: %w", name, err)
		}
		// A limit can be lowered and not raised.
		most := min(uint64(limit), now.Max)
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return fmt.Errorf("limit %s: %w", name, err)
		}
		return nil
	}
	// Passwords must not land in a core dump.
	errs := []error{set("core dumps", unix.RLIMIT_CORE, 0)}
	if l.Files > 0 {
		errs = append(errs, set("descriptors", unix.RLIMIT_NOFILE, l.Files))
	}
	if l.Memory > 0 && !raceDetector {
		errs = append(errs, set("memory", unix.RLIMIT_DATA, l.Memory))
	}
	return errors.Join(errs...)
}
