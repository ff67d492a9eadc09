package childproc

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Identity tells this process from every other of this boot of the machine and of the part of it whose
// processes it sees: boot, namespace of process numbers, number, and time of its start. It is empty
// where that cannot be told.
func Identity() string {
	here, err := place()
	if err != nil {
		return ""
	}
	started, err := startTime(os.Getpid())
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %s", here, os.Getpid(), started)
}

// Gone says whether the process with this identity is sure to have ended. It is false for one on
// another machine, or that this process could not see.
func Gone(identity string) bool {
	part := strings.Fields(identity)
	if len(part) != 4 {
		return false
	}
	here, err := place()
	if err != nil || here != part[0]+" "+part[1] {
		return false
	}
	pid, err := strconv.Atoi(part[2])
	if err != nil {
		return false
	}
	started, err := startTime(pid)
	return os.IsNotExist(err) || err == nil && started != part[3]
}

// place is the boot and the namespace that a process number belongs to.
func place() (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(boot)) + " " + namespace, nil
}

// startTime is when a process was started, in ticks since the boot (proc_pid_stat(5), field 22). It
// fails with os.ErrNotExist for one that has ended, also if nobody has waited for it.
func startTime(pid int) (string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return "", fmt.Errorf("/proc/%d/stat is short", pid)
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return "", os.ErrNotExist
	}
	return fields[19], nil
}

// WithEnviron lists the processes whose environment holds this entry, as KEY=value. It sees those of
// the same user.
func WithEnviron(entry string) ([]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return nil, err
	}
	var found []int
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended, or is another user's
		}
		for variable := range bytes.SplitSeq(text, []byte{0}) {
			if string(variable) == entry {
				found = append(found, pid)
				break
			}
		}
	}
	return found, nil
}
