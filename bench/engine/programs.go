package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	imapsynctest "mailferry/internal/testkit/imapsync"
	"mailferry/internal/testkit/process"
)

// job is one copy to make.
type job struct {
	sourcePort, destinationPort int
	destinationUser             string
	tls                         bool
	authorities                 string // a PEM file with both servers' authorities
	folder                      string // a temporary folder, empty
}

// program makes a copy: command gives what to run.
type program struct {
	name    string
	command func(job) (command, error)
}

type command struct {
	path        string
	args        []string
	environment []string
}

// findPrograms returns the named programs that are on this machine, and a note for
// each that is not.
func findPrograms(ctx context.Context, s settings) (found []program, notes []string, err error) {
	for _, name := range s.programs {
		switch name {
		case "builtin":
			binary, err := filepath.Abs(s.binary)
			if err != nil {
				return nil, nil, fmt.Errorf("find %s: %w", s.binary, err)
			}
			if _, err := os.Stat(binary); err != nil {
				return nil, nil, fmt.Errorf("find the built-in engine (make build): %w", err)
			}
			found = append(found, program{name, builtin(binary)})
		case "imapsync":
			imapsync, err := imapsynctest.Find(ctx)
			if err != nil {
				notes = append(notes, err.Error())
				continue
			}
			found = append(found, program{name, imapsyncCommand(imapsync.Path)})
			notes = append(notes, "imapsync is "+imapsync.Version)
		case "mbsync":
			path, err := process.FindProgram("mbsync", "isync")
			if err != nil {
				notes = append(notes, err.Error())
				continue
			}
			found = append(found, program{name, mbsync(path)})
		case "probe":
			self, err := os.Executable()
			if err != nil {
				return nil, nil, fmt.Errorf("find this program: %w", err)
			}
			found = append(found, program{name, probe(self)})
		default:
			return nil, nil, fmt.Errorf("-programs: %q is none of builtin, imapsync, mbsync, probe", name)
		}
	}
	return found, notes, nil
}

// options are imapsync's, which the built-in engine takes as well.
func options(j job) []string {
	args := []string{
		"--host1", "127.0.0.1", "--port1", strconv.Itoa(j.sourcePort), "--user1", sourceUser,
		"--host2", "127.0.0.1", "--port2", strconv.Itoa(j.destinationPort), "--user2", j.destinationUser,
		"--nofoldersizes", "--noreleasecheck", "--nolog",
	}
	if j.tls {
		return append(args, "--ssl1", "--ssl2", "--sslargs1", "SSL_verify_mode=1", "--sslargs2", "SSL_verify_mode=1")
	}
	return append(args, "--nossl1", "--notls1", "--nossl2", "--notls2")
}

func environment(j job) []string {
	return append(os.Environ(), "IMAPSYNC_PASSWORD1="+password, "IMAPSYNC_PASSWORD2="+password, "SSL_CERT_FILE="+j.authorities)
}

func builtin(path string) func(job) (command, error) {
	return func(j job) (command, error) {
		return command{path: path, args: append([]string{"sync"}, options(j)...), environment: environment(j)}, nil
	}
}

func imapsyncCommand(path string) func(job) (command, error) {
	return func(j job) (command, error) {
		return command{path: path, args: append(options(j), "--pidfile", "", "--tmpdir", j.folder), environment: environment(j)}, nil
	}
}

// mbsync reads a file, and keeps its state in a folder. It compares certificates with names alone.
func mbsync(path string) func(job) (command, error) {
	return func(j job) (command, error) {
		account := func(name, user string, port int) string {
			ssl := "SSLType None\nAuthMechs LOGIN\n"
			if j.tls {
				ssl = "SSLType IMAPS\nCertificateFile " + j.authorities + "\n"
			}
			return fmt.Sprintf("IMAPStore %s\nHost localhost\nPort %d\nUser %s\nPass %s\n%s\n", name, port, user, password, ssl)
		}
		config := "FSync no\n\n" + account("source", sourceUser, j.sourcePort) + account("destination", j.destinationUser, j.destinationPort) +
			"Channel copy\nFar :source:\nNear :destination:\nPatterns *\nCreate Near\nSync PullNew\nCopyArrivalDate yes\nSyncState " + j.folder + "/\n"
		file := filepath.Join(j.folder, "mbsyncrc")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			return command{}, fmt.Errorf("configure mbsync: %w", err)
		}
		return command{path: path, args: []string{"-c", file, "copy"}, environment: os.Environ()}, nil
	}
}

func probe(path string) func(job) (command, error) {
	return func(j job) (command, error) {
		args := []string{probeCommand, strconv.Itoa(j.sourcePort), strconv.Itoa(j.destinationPort), j.destinationUser}
		return command{path: path, args: args, environment: append(os.Environ(), authoritiesVariable+"="+tlsFile(j))}, nil
	}
}

func tlsFile(j job) string {
	if j.tls {
		return j.authorities
	}
	return ""
}
