package doctor

import (
	"fmt"
	"os/exec"

	"golang.org/x/sys/unix"

	"mailferry/internal/migration"
)

const (
	// littleRoom is what is too little for a night of jobs, noRoom what is as good as none, in bytes.
	littleRoom = 1 << 30
	noRoom     = 8 << 20
)

// Disk looks how much room is left where a folder is; what says what the folder is for.
func Disk(folder, what string) Finding {
	var status unix.Statfs_t
	if err := unix.Statfs(folder, &status); err != nil {
		return finding("disk", Warning, fmt.Sprintf("the room in %s, for %s, is not known: %v", folder, what, err), "")
	}
	free := status.Bavail * uint64(status.Bsize)
	text := fmt.Sprintf("%s are free in %s, for %s", bytes(free), folder, what)
	switch {
	case free < noRoom:
		return finding("disk", Failed, text, "make room: nothing can be stored")
	case free < littleRoom:
		return finding("disk", Warning, text, "make room, as by deleting old jobs, whose logs are the largest part")
	}
	return finding("disk", OK, text, "")
}

// Imapsync looks whether imapsync, the Perl program, is there; waiting is how many jobs that have not ended name it.
func Imapsync(program string, policy migration.EnginePolicy, waiting int) Finding {
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return finding("imapsync", OK, "found at "+path, "")
	case waiting > 0 || policy == migration.ImapsyncEngine:
		return finding("imapsync", Failed, fmt.Sprintf("%s is not there, and %d waiting jobs and MAILFERRY_ENGINE=%s ask for it", program, waiting, policy),
			"install it, name it with MAILFERRY_IMAPSYNC, or choose the built-in engine")
	}
	return finding("imapsync", OK, program+" is not there: jobs run with the built-in engine", "")
}
