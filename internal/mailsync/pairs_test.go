package mailsync_test

import (
	"fmt"
	"strings"
	"testing"

	"mailferry/internal/testkit/imapscript"
	"mailferry/internal/testkit/twins"
)

// TestForAnyTwoMailboxesNothingIsLostNothingDoubledAndTheSecondRunIdle copies random pairs of folders, many in one run. A pair
// that fails is made again by its seed, see twins.New.
func TestForAnyTwoMailboxesNothingIsLostNothingDoubledAndTheSecondRunIdle(t *testing.T) {
	t.Parallel()
	const together = 250
	rounds := 10_000
	if testing.Short() || raceDetector {
		rounds = together
	}
	for first := 0; first < rounds; first += together {
		pairs := map[string]twins.Pair{}
		var names []string
		from, to := between(t, imapscript.Knobs{}, imapscript.Knobs{
			Keep: func(folder string, m imapscript.Message) imapscript.Message {
				pair, known := pairs[folder]
				if !known {
					return m
				}
				stored := pair.Host.Store(twins.Message{Raw: m.Body})
				if m.Body = stored.Raw; pair.Host.Undated {
					m.InternalDate = stored.Date.Format("_2-Jan-2006 15:04:05 -0700")
				}
				return m
			},
			Size: func(m imapscript.Message) int64 {
				seed, ok := twins.Seed(m.Body)
				if !ok {
					return int64(len(m.Body))
				}
				return pairs[fmt.Sprintf("pair%d", seed)].Host.Size(m.Body)
			},
		})
		for n := range together {
			pair := twins.New(uint64(first + n))
			name := fmt.Sprintf("pair%d", pair.Seed)
			names, pairs[name] = append(names, name), pair
			from.Mailbox(name).Add(scripted(pair.Source)...)
			to.Mailbox(name).Add(scripted(pair.Destination)...)
		}
		o := move(t, from, to)
		if r := o.report(t); o.code != 0 || !r.Verified {
			t.Fatalf("seeds from %d on: exit code %d, report %+v; output:\n%s", first, o.code, r, tail(o.output))
		}
		for _, name := range names {
			var held [][]byte
			for _, m := range to.Mailbox(name).Messages() {
				held = append(held, m.Body)
			}
			if lost, doubled := pairs[name].Compare(held); len(lost)+len(doubled) > 0 {
				t.Errorf("seed %d, host %+v: lost %v, doubled %v", pairs[name].Seed, pairs[name].Host, lost, doubled)
			}
		}
		again := move(t, from, to)
		if r := again.report(t); r.MessagesCopied > 0 || again.code != 0 {
			t.Fatalf("seeds from %d on: the second run ends with %d and copies:\n%s", first, again.code, copies(again.output))
		}
		from.Stop()
		to.Stop()
	}
}

func scripted(messages []twins.Message) (all []imapscript.Message) {
	for _, m := range messages {
		var flags []string
		if m.Seen {
			flags = []string{`\Seen`}
		}
		all = append(all, imapscript.Message{Flags: flags, InternalDate: m.Date.Format("_2-Jan-2006 15:04:05 -0700"), Body: m.Raw})
	}
	return all
}

// copies are the lines of an output that tell of messages copied.
func copies(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		if strings.Contains(line, " copied to ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
