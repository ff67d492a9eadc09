package mailsync

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mailferry/internal/imapsync"
)

// imapsyncOptions are those of imapsync 2.229 as its source declares them for Getopt::Long: "dry!", "host1=s", "gmail1".
func imapsyncOptions(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "imapsync-2.229-options.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(b))
}

func TestEveryOptionOfImapsyncIsDoneIgnoredOrRefusedWithAdvice(t *testing.T) {
	t.Parallel()
	table := optionTable()
	declared := imapsyncOptions(t)
	if len(declared) < 200 {
		t.Fatalf("only %d options are listed", len(declared))
	}
	known := map[string]bool{"oldciphers1": true, "oldciphers2": true, "sharedfolders": true} // this engine's own
	for _, spec := range declared {
		name, takes := spec, toggle
		if at := strings.IndexAny(spec, "=!"); at >= 0 {
			name = spec[:at]
		}
		switch {
		case strings.Contains(spec, "="):
			takes = valued
		case !strings.HasSuffix(spec, "!"):
			takes = plain
		}
		canonical, o, off, ok := lookup(table, strings.ToLower(name))
		if !ok || off {
			t.Errorf("--%s is unknown", name)
			continue
		}
		known[canonical] = true
		if (o.kind == valued) != (takes == valued) {
			t.Errorf("--%s takes a value or not: %v, want %v", name, o.kind, takes)
		}
		if o.treatment == refused && o.reason == "" {
			t.Errorf("--%s is refused without a reason", name)
		}
		if takes != toggle {
			continue
		}
		if _, _, _, ok := lookup(table, "no"+strings.ToLower(name)); !ok {
			t.Errorf("--no%s is unknown", name)
		}
	}
	for name := range table {
		if !known[name] && !slices.Contains([]string{"proxyauth1", "proxyauth2"}, name) {
			t.Errorf("--%s is no option of imapsync", name)
		}
	}
}

func TestTheGuideNamesEveryOptionThatIsNotDone(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "sync-options.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, guide, _ := strings.Cut(string(b), "## Refused")
	refusals, ignorances, _ := strings.Cut(guide, "## Ignored")
	for name, o := range optionTable() {
		shown := name
		if base, i := side(name); i == 1 && !strings.Contains(guide, "`--"+name+"`") {
			shown = base + "1"
		}
		place := ignorances
		if o.treatment == refused {
			place = refusals
		}
		if o.treatment != used && !strings.Contains(place, "`--"+shown+"`") || o.off != "" && !strings.Contains(refusals, "`--no"+shown+"`") {
			t.Errorf("--%s is not in its place", name)
		}
	}
}

func TestWhatIsRefusedSaysWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--regextrans2 s/a/b/": "--f1f2", "--search ALL": "--maxage", "--gmail1": "--host1 imap.gmail.com", "--office2": "--maxmessagespersecond 4",
		"--nosyncinternaldates": "always kept", "--nosyncduplicates": "copied as often", "--notrylogin": "PLAIN", "--addheader": "as they are",
		"--authmd51": "use TLS", "--oauthdirect1 x": "--oauthaccesstoken1", "--syncacls": "not copied", "--sep1 .": "leave it out",
		"--authmech1 CRAM-MD5": "PLAIN or LOGIN", "--sslargs1 SSL_ca_file=x": "SSL_verify_mode", "--truncmess 5": "--maxsize", "--delete2": "nothing is ever deleted",
		"--skipemptyfolders": "--exclude", "--dry1": "--dry", "--maxlinelengthcmd fold": "--maxlinelength", "--proxyauth1": "--authuser1",
		"--authuser1 x --oauthaccesstoken1 y": "does not go with",
	} {
		_, err := parseCommandLine(append(slices.Clone(minimal), strings.Fields(args)...), nil)
		var wrong *usageError
		if !errors.As(err, &wrong) || wrong.code != imapsync.ExitUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %q in it", args, err, want)
		}
	}
}

func TestWhatIsNotDoneAnywayMayBeTurnedOff(t *testing.T) {
	t.Parallel()
	want := []string{"nosyncacls", "nodelete2", "noexpunge1", "noaddheader", "noskipemptyfolders", "noemailreport1", "noregexmess", "noid", "nodelete1"}
	args := []string{"--nosyncacls", "--nodelete2", "--noexpunge1", "--noaddheader", "--noskipemptyfolders", "--noemailreport1", "--noregexmess", "--no-id", "--nodelete"}
	if got := parse(t, args...).ignored; !slices.Equal(got, want) {
		t.Errorf("ignored %q, want %q", got, want)
	}
	s := parse(t, "--dry", "--nodry", "--justfoldersizes", "--nojustfoldersizes", "--skipcrossduplicates", "--noskipcrossduplicates",
		"--idatefromheader", "--noidatefromheader", "--disarmreadreceipts", "--nodisarmreadreceipts", "--debugimap", "--nodebugimap2")
	if s.dry || s.justSizes || s.skipCross || !s.everyLabel || s.dateFromHeader || s.disarmReceipts || !s.hosts[0].trace || s.hosts[1].trace {
		t.Errorf("settings %+v", s)
	}
}

func TestATypoGetsTheOptionThatIsNearest(t *testing.T) {
	t.Parallel()
	for typo, want := range map[string]string{
		"--dyr": "--dry", "--automapp": "--automap", "--subfoler2=x": "--subfolder2", "--nofoldersize": "--nofoldersizes", "--passw1=x": "", "--usr1=x": "--user1",
		"--exclud=x": "--exclude", "--maxmessagepersecond=2": "--maxmessagespersecond", "--justfolder": "--justfolders", "--skipcross": "--skipcrossduplicates", "--xyzzyxyzzy": "",
	} {
		_, err := parseCommandLine(append(slices.Clone(minimal), typo), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "Unknown option: ") {
			t.Errorf("%s gives %v", typo, err)
		} else if want != "" && !strings.HasSuffix(err.Error(), "Did you mean "+want+"?") {
			t.Errorf("%s gives %v, want %s", typo, err, want)
		}
	}
}

func TestCertificatesAreVerifiedUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	s := parse(t, "--sslargs2", "SSL_verify_mode=0", "--sslargs1=SSL_verifycn_name=mx.example.org")
	if !s.hosts[0].VerifyCertificate || s.hosts[0].serverName != "mx.example.org" || s.hosts[1].VerifyCertificate {
		t.Errorf("hosts %+v", s.hosts)
	}
}

func TestTheAverageRateStaysWithinBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		copied := func(s settings, count int, size int64) time.Duration {
			began = time.Now()
			l := newLimits(&s, time.Now)
			for range count {
				if over, stop := l.wait(); over != nil {
					<-over
					stop()
				}
				l.take(size)
			}
			return time.Since(began)
		}
		for name, c := range map[string]struct {
			settings settings
			want     time.Duration
		}{
			"none":                  {settings{}, 0},
			"messages":              {settings{messagesPerSecond: 4}, 25 * time.Second},
			"bytes":                 {settings{bytesPerSecond: 1000}, 100 * time.Second},
			"bytes after some":      {settings{bytesPerSecond: 1000, bytesBefore: 50_000}, 50 * time.Second},
			"the lower one of both": {settings{messagesPerSecond: 4, bytesPerSecond: 1000}, 100 * time.Second},
		} {
			if took := copied(c.settings, 101, 1000); took != c.want {
				t.Errorf("%s: 101 messages of 1,000 bytes took %v, want %v", name, took, c.want)
			}
		}
	})
}

func TestTheLongestLineIsMeasuredWithItsEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": 0, "abc": 3, "abc\r\n": 5, "a\nabcdef\nb": 7, "a\n\n\n": 2} {
		for split := range len(text) + 1 {
			m := lineMeter{}
			_, _ = m.Write([]byte(text[:split]))
			_, _ = m.Write([]byte(text[split:]))
			if got := max(m.longest, m.current); got != want {
				t.Errorf("%q cut at %d: %d, want %d", text, split, got, want)
			}
		}
	}
}
