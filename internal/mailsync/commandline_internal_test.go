package mailsync

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapsync"
)

var minimal = []string{"--host1", "a", "--user1", "u", "--password1", "p", "--host2", "b", "--user2", "v", "--password2", "q"}

func parse(t *testing.T, args ...string) *settings {
	t.Helper()
	s, err := parseCommandLine(append(slices.Clone(minimal), args...), nil)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return s
}

func TestWhatTheServerPassesIsUnderstood(t *testing.T) {
	t.Parallel()
	five, ten := 5, int64(10)
	off := false
	args, err := imapsync.Command{
		Source:      imapsync.Endpoint{Host: "old.example.org", User: "ann", Security: imapsync.TLS, VerifyCertificate: true},
		Destination: imapsync.Endpoint{Host: "new.example.org", User: "bea", Security: imapsync.STARTTLS},
		DryRun:      true,
		Options: imapsync.Options{
			Folders: []string{"A"}, ExcludeFolders: []string{"B"}, Automap: true, RenameFolders: []imapsync.FolderRename{{From: "C", To: "D"}},
			UnderFolder: "Old", MaxAgeDays: &five, MaxSize: &ten, MinSize: &ten, SubscribeAll: true, SyncFlags: &off,
		},
	}.Args()
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseCommandLine(args, imapsync.Environment("p1", "p2"))
	if err != nil {
		t.Fatal(err)
	}
	h := s.hosts
	if h[0].Security != imapsync.TLS || h[0].Port != 993 || !h[0].VerifyCertificate || h[0].password != "p1" ||
		h[1].Security != imapsync.STARTTLS || h[1].Port != 143 || h[1].VerifyCertificate || h[1].password != "p2" {
		t.Errorf("hosts %+v", h)
	}
	if !s.dry || !s.automap || s.renames["C"] != "D" || s.subfolder != "Old" || s.maxAge != 5*24*time.Hour || s.maxSize != 10 || s.minSize != 9 || !s.subscribeAll || s.syncFlags {
		t.Errorf("settings %+v", s)
	}
	if !s.include[0].MatchString("A") || s.include[0].MatchString("AA") || !s.exclude[0].MatchString("B") {
		t.Errorf("patterns %v %v", s.include, s.exclude)
	}
}

func TestOptionsAreReadAsGetoptDoes(t *testing.T) {
	t.Parallel()
	s := parse(t, "-DRY", "--folder=A", "--folder", "-B", "--f1f2", "x=y=z", "--no-resyncflags", "--timeout", "7.5", "--timeout2=3")
	if !s.dry || !slices.Equal(s.folders, []string{"A", "-B"}) || s.renames["x"] != "y=z" || s.syncFlags ||
		s.hosts[0].timeout != 7500*time.Millisecond || s.hosts[1].timeout != 3*time.Second {
		t.Errorf("settings %+v", s)
	}
	if got := parse(t, "--nofoldersizes", "--pidfile=", "--split1", "5", "--sslargs1", "SSL_verifycn_scheme=imap").ignored; !slices.Equal(got, []string{"nofoldersizes", "pidfile", "split1", "sslargs1 SSL_verifycn_scheme"}) {
		t.Errorf("ignored %q", got)
	}
}

func TestSecurityFollowsImapsyncsSwitches(t *testing.T) {
	t.Parallel()
	for want, args := range map[imapsync.Security][][]string{
		imapsync.TLS:      {{}, {"--ssl1"}, {"--ssl1", "--notls1"}, {"--port1=993"}},
		imapsync.STARTTLS: {{"--tls1"}, {"--nossl1", "--tls1"}, {"--nossl1"}, {"--port1=143"}},
		imapsync.NONE:     {{"--nossl1", "--notls1"}},
	} {
		for _, a := range args {
			if got := parse(t, a...).hosts[0].Security; got != want {
				t.Errorf("%q gives %s, want %s", a, got, want)
			}
		}
	}
}

func TestWrongOptionsEndWithTheirName(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"koko": {"--koko"}, "pipemess": {"--pipemess=rm"}, "regexmess": {"--regexmess", "s/a/b/"}, "delete2": {"--delete2"},
		"extra": {"extra"}, "port1": {"--port1=70000"}, "folder": {"--folder"}, "include": {"--include=("}, "dry": {"--dry=yes"},
		"SSL_verify_mode": {"--sslargs2=SSL_verify_mode=7"}, "maxage": {"--maxage=soon"}, "f1f2": {"--f1f2=x"},
	} {
		_, err := parseCommandLine(append(slices.Clone(minimal), args...), nil)
		var wrong *usageError
		if !errors.As(err, &wrong) || wrong.code != imapsync.ExitUsage || !strings.Contains(err.Error(), name) {
			t.Errorf("%q gives %v", args, err)
		}
	}
	for i := 0; i < len(minimal); i += 2 {
		if _, err := parseCommandLine(slices.Delete(slices.Clone(minimal), i, i+2), nil); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(minimal[i], "--")) {
			t.Errorf("without %s: %v", minimal[i], err)
		}
	}
}

func TestPasswordsComeFromOptionFileOrEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("from file\r\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := imapsync.Environment("env1", "env=2")
	s, err := parseCommandLine([]string{"--host1=a", "--user1=u", "--passfile1=" + file, "--host2=b", "--user2=v"}, env)
	if err != nil || s.hosts[0].password != "from file" || s.hosts[1].password != "env=2" {
		t.Errorf("passwords %q %q, %v", s.hosts[0].password, s.hosts[1].password, err)
	}
	_, err = parseCommandLine([]string{"--host1=a", "--user1=u", "--passfile1=" + file + "x", "--host2=b", "--user2=v"}, env)
	var wrong *usageError
	if !errors.As(err, &wrong) || wrong.code != imapsync.ExitNoInput {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestAnAccessTokenTakesThePlaceOfAPassword(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("ya29.from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := parseCommandLine([]string{"--host1=a", "--user1=u", "--oauthaccesstoken1=" + file, "--host2=b", "--user2=v", "--oauthaccesstoken2", "ya29.itself"}, nil)
	if err != nil || s.hosts[0].token != "ya29.from-file" || s.hosts[1].token != "ya29.itself" {
		t.Errorf("tokens %q %q, %v", s.hosts[0].token, s.hosts[1].token, err)
	}
}

func TestHelpNamesEveryOptionThatIsUsed(t *testing.T) {
	t.Parallel()
	for name, o := range optionTable() {
		if o.treatment != used || name == "f1f2h" || name == "help" || strings.HasPrefix(name, "authmech") { // another spelling, itself, and what chooses nothing
			continue
		}
		if base, i := side(name); i >= 0 && name != "f1f2" && base != "subfolder" {
			name = base + "1"
		}
		if !strings.Contains(help, "--"+name) && !strings.Contains(help, "--no"+name) {
			t.Errorf("--%s is not in the help", name)
		}
	}
	var out strings.Builder
	if code := Main(t.Context(), []string{"--host1", "-h", "--help"}, nil, &out, io.Discard); code != 0 || !strings.Contains(out.String(), "--host1 NAME") {
		t.Errorf("--help gives code %d and %q", code, out.String())
	}
}
