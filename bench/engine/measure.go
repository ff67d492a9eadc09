package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"mailferry/internal/testkit/linkproxy"
	"mailferry/internal/testkit/process"
)

// result is what one copy took.
type result struct {
	elapsed time.Duration
	cpu     time.Duration // user and system
	memory  int64         // the largest resident set, in bytes
}

// row is a line of the table.
type row struct {
	program   string
	roundTrip time.Duration
	tls       bool
	result    result
}

func run(ctx context.Context, s settings, output io.Writer) error {
	programs, notes, err := findPrograms(ctx, s)
	if err != nil {
		return err
	}
	ends, size, err := startServers(ctx, s)
	if err != nil {
		return err
	}
	defer ends.stop()
	folder, err := os.MkdirTemp("", "mfbench")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(folder)
	authorities, err := joinAuthorities(folder, ends)
	if err != nil {
		return err
	}

	fmt.Fprintf(output, "%d messages, %.1f MiB, Dovecot to Dovecot on this machine, mail_fsync=%s at the destination.\n",
		s.messages, mebibytes(size), s.fsync)
	if s.bandwidth > 0 {
		fmt.Fprintf(output, "Each connection carries %.2f MiB/s in each direction.\n", mebibytes(s.bandwidth))
	}
	if s.compress {
		fmt.Fprintln(output, "The servers announce COMPRESS=DEFLATE.")
	}
	for _, note := range notes {
		fmt.Fprintln(output, note)
	}
	fmt.Fprintln(output)

	var rows []row
	for _, tls := range s.transports {
		for _, roundTrip := range s.roundTrips {
			next, err := measureLink(ctx, s, ends, programs, roundTrip, job{tls: tls, authorities: authorities, folder: folder})
			if err != nil {
				return err
			}
			rows = append(rows, next...)
			if !s.markdown {
				fmt.Fprint(os.Stderr, ".")
			}
		}
	}
	fmt.Fprintln(os.Stderr)
	return printTable(output, rows, s, size)
}

// longCopy is how long a copy takes at least that is not repeated: a slow moment of the
// machine does not change it much.
const longCopy = 10 * time.Second

// measureLink lets every program copy over links of one kind, in turn.
func measureLink(ctx context.Context, s settings, ends *servers, programs []program, roundTrip time.Duration, kind job) ([]row, error) {
	sourcePort, destinationPort := ends.source.Port, ends.destination.Port
	if kind.tls {
		sourcePort, destinationPort = ends.source.TLSPort, ends.destination.TLSPort
	}
	line := linkproxy.Options{Delay: roundTrip / 2, Bandwidth: s.bandwidth}
	source, err := linkproxy.Start(process.Address(sourcePort), line)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	destination, err := linkproxy.Start(process.Address(destinationPort), line)
	if err != nil {
		return nil, err
	}
	defer destination.Close()
	kind.sourcePort, kind.destinationPort = source.Port, destination.Port

	rows := make([]row, len(programs))
	for turn := range s.runs {
		for i, program := range programs {
			if rows[i].result.elapsed > longCopy {
				continue
			}
			result, err := copyOnce(ctx, s, ends, program, kind)
			if err != nil {
				return nil, fmt.Errorf("%s at %v: %w", program.name, roundTrip, err)
			}
			if turn == 0 || result.elapsed < rows[i].result.elapsed {
				rows[i] = row{program: program.name, roundTrip: roundTrip, tls: kind.tls, result: result}
			}
		}
	}
	return rows, nil
}

// copyOnce runs a program on an empty destination and looks that all has arrived.
func copyOnce(ctx context.Context, s settings, ends *servers, program program, j job) (result, error) {
	user, err := ends.newDestination()
	if err != nil {
		return result{}, err
	}
	j.destinationUser = user
	if j.folder, err = os.MkdirTemp(j.folder, program.name); err != nil {
		return result{}, fmt.Errorf("make a folder: %w", err)
	}
	command, err := program.command(j)
	if err != nil {
		return result{}, err
	}
	measured, err := execute(ctx, command)
	if err != nil {
		return result{}, err
	}
	arrived, err := count(ctx, ends.destination, user)
	if err != nil {
		return result{}, fmt.Errorf("count what arrived: %w", err)
	}
	if arrived != s.messages {
		return result{}, fmt.Errorf("%d of %d messages arrived", arrived, s.messages)
	}
	return measured, nil
}

// execute runs a command to its end and measures it.
func execute(ctx context.Context, command command) (result, error) {
	var output bytes.Buffer
	process := exec.CommandContext(ctx, command.path, command.args...)
	process.Env = command.environment
	process.Stdout, process.Stderr = &output, &output
	begin := time.Now()
	if err := process.Start(); err != nil {
		return result{}, fmt.Errorf("start: %w", err)
	}
	ended := make(chan struct{})
	memory := make(chan int64, 1)
	go func() { memory <- watchMemory(process.Process.Pid, ended) }()
	err := process.Wait()
	elapsed := time.Since(begin)
	close(ended)
	largest := <-memory
	if err != nil {
		text := output.String()
		return result{}, fmt.Errorf("%w\n%s", err, text[max(0, len(text)-2000):])
	}
	state := process.ProcessState
	return result{elapsed: elapsed, cpu: state.UserTime() + state.SystemTime(), memory: largest}, nil
}

// watchMemory returns the largest resident set that the process had. The kernel
// keeps it, but forgets it with the process, so it is read again and again; what
// the kernel tells afterwards counts the memory of the process that forked as well.
func watchMemory(pid int, ended <-chan struct{}) int64 {
	path := filepath.Join("/proc", strconv.Itoa(pid), "status")
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	var largest int64
	for {
		select {
		case <-ended:
			return largest
		case <-again.C:
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, found := strings.Cut(string(text), "VmHWM:")
		if !found {
			continue
		}
		fields := strings.Fields(rest)
		if kibibytes, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			largest = max(largest, kibibytes<<10)
		}
	}
}

func joinAuthorities(folder string, ends *servers) (string, error) {
	var joined []byte
	for _, file := range []string{ends.source.CAFile, ends.destination.CAFile} {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read an authority: %w", err)
		}
		joined = append(joined, text...)
	}
	path := filepath.Join(folder, "authorities.pem")
	return path, errors.Join(os.WriteFile(path, joined, 0o600))
}

func printTable(output io.Writer, rows []row, s settings, size int64) error {
	head := []string{"round trip", "TLS", "program", "seconds", "messages/s", "MiB/s", "peak MiB", "CPU s", "times imapsync", "of the probe's time"}
	var table *tabwriter.Writer
	if s.markdown {
		table = tabwriter.NewWriter(output, 0, 0, 1, ' ', tabwriter.Debug)
		fmt.Fprintf(output, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
	} else {
		table = tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, strings.Join(head, "\t"))
	}
	for _, r := range rows {
		seconds := r.result.elapsed.Seconds()
		cells := []string{
			fmt.Sprintf("%d ms", r.roundTrip.Milliseconds()),
			map[bool]string{true: "yes", false: "no"}[r.tls],
			r.program,
			fmt.Sprintf("%.2f", seconds),
			fmt.Sprintf("%.0f", float64(s.messages)/seconds),
			fmt.Sprintf("%.2f", mebibytes(size)/seconds),
			fmt.Sprintf("%.0f", mebibytes(r.result.memory)),
			fmt.Sprintf("%.2f", r.result.cpu.Seconds()),
			ratio(rows, r, "imapsync", func(own, other float64) float64 { return other / own }),
			ratio(rows, r, "probe", func(own, other float64) float64 { return own / other }),
		}
		if s.markdown {
			fmt.Fprintf(output, "| %s |\n", strings.Join(cells, " | "))
		} else {
			fmt.Fprintln(table, strings.Join(cells, "\t"))
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the table: %w", err)
	}
	return nil
}

// ratio compares a row with the one of another program over the same link.
func ratio(rows []row, own row, program string, divide func(own, other float64) float64) string {
	for _, other := range rows {
		if other.program == program && other.roundTrip == own.roundTrip && other.tls == own.tls {
			return fmt.Sprintf("%.2f", divide(own.result.elapsed.Seconds(), other.result.elapsed.Seconds()))
		}
	}
	return "-"
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
