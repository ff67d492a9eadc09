package compare_test

import (
	"testing"

	"mailferry/internal/mailsync/compare"
	"mailferry/internal/testkit/twins"
)

// entry is a message with its content.
type entry struct {
	message compare.Message
	raw     []byte
}

func (e entry) Message() compare.Message { return e.message }

func entries(messages []twins.Message, size func(raw []byte) int64) (all []entry) {
	for _, m := range messages {
		flags := uint32(0)
		if m.Seen {
			flags = 1
		}
		all = append(all, entry{compare.Message{
			Identity: compare.Identify(m.Raw), Size: size(m.Raw), Date: m.Date.Unix(), Flags: flags,
		}, m.Raw})
	}
	return all
}

func folder(all []entry) compare.Folder {
	return func(i int32) compare.Message { return all[i].message }
}

func contents(all []entry) compare.Contents {
	c := compare.Contents{}
	for i, e := range all {
		d := compare.NewDigest()
		_, _ = d.Write(e.raw)
		c[int32(i)] = d.Content()
	}
	return c
}

// missing compares two folders and settles all that is ambiguous.
func missing(t *testing.T, pair twins.Pair, destination []twins.Message) []int32 {
	t.Helper()
	here := entries(pair.Source, func(raw []byte) int64 { return int64(len(raw)) })
	there := entries(destination, pair.Host.Size)
	d := compare.Folders(here, there)
	for _, c := range d.Ambiguous {
		d.Settle(c, folder(here), folder(there), contents(here), contents(there))
	}
	d.Check(d.Likely, folder(here), folder(there), contents(here), contents(there))
	seen := map[int32]bool{}
	for _, p := range d.Pairs {
		if seen[p.Source] {
			t.Errorf("seed %d: source message %d has two pairs", pair.Seed, p.Source)
		}
		seen[p.Source] = true
	}
	if len(d.Pairs)+len(d.Missing) != len(here) {
		t.Errorf("seed %d: %d pairs and %d missing of %d messages", pair.Seed, len(d.Pairs), len(d.Missing), len(here))
	}
	return d.Missing
}

func TestForAnyTwoFoldersNothingIsLostNothingDoubledAndTheSecondRunIdle(t *testing.T) {
	t.Parallel()
	rounds := uint64(10_000)
	if testing.Short() {
		rounds = 500
	}
	for seed := range rounds {
		pair := twins.New(seed)
		destination := pair.Destination
		for _, i := range missing(t, pair, destination) {
			destination = append(destination, pair.Host.Store(pair.Source[i]))
		}
		var bodies [][]byte
		for _, m := range destination {
			bodies = append(bodies, m.Raw)
		}
		lost, doubled := pair.Compare(bodies)
		if again := missing(t, pair, destination); len(lost)+len(doubled)+len(again) > 0 {
			t.Fatalf("seed %d, host %+v: lost %v, doubled %v, copied again %v", seed, pair.Host, lost, doubled, again)
		}
	}
}
