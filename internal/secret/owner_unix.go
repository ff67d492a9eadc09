//go:build unix

package secret

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// foreignOwner refuses what belongs to somebody else than this process's user or root, who could open it to others.
func foreignOwner(path string, info fs.FileInfo) error {
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok || status.Uid == 0 || int(status.Uid) == os.Geteuid() || os.Geteuid() == 0 {
		return nil
	}
	return fmt.Errorf("%s belongs to the user %d, who is neither root nor the one that this server runs as (%d)", path, status.Uid, os.Geteuid())
}
