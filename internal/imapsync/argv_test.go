package imapsync_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mailferry/internal/imapsync"
)

func command() imapsync.Command {
	return imapsync.Command{
		Source:      imapsync.Endpoint{Host: "old.example.org", Port: 993, Security: imapsync.TLS, User: "ann", VerifyCertificate: true},
		Destination: imapsync.Endpoint{Host: "new.example.org", Security: imapsync.STARTTLS, User: "ann@example.org"},
	}
}

func TestArgvNamesBothEndpointsAndKeepsTheServiceClean(t *testing.T) {
	t.Parallel()
	c := command()
	c.DryRun = true
	got, err := c.Args()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"--host1=old.example.org", "--port1=993", "--user1=ann", "--ssl1", "--notls1", "--sslargs1=SSL_verify_mode=1",
		"--sslargs1=SSL_verifycn_scheme=imap", "--sslargs1=SSL_verifycn_name=old.example.org", "--sslargs1=SSL_hostname=old.example.org",
		"--host2=new.example.org", "--port2=143", "--user2=ann@example.org", "--nossl2", "--tls2", "--sslargs2=SSL_verify_mode=0",
		"--sslargs2=SSL_hostname=new.example.org",
		"--nofoldersizes", "--noreleasecheck", "--nolog", "--noemailreport1", "--noemailreport2", "--pidfile", "", "--dry",
	}
	if !slices.Equal(got, want) {
		t.Errorf("argv %q\nwant %q", got, want)
	}
	c.Source.Security, c.Source.Port = imapsync.NONE, 0
	got, err = c.Args()
	if err != nil || !slices.Equal(got[:5], []string{"--host1=old.example.org", "--port1=143", "--user1=ann", "--nossl1", "--notls1"}) {
		t.Errorf("argv in clear text %q, %v", got, err)
	}
}

// An address that was looked up before is connected to; the certificate is still that of the name.
func TestArgvPinsTheAddressAndVerifiesTheName(t *testing.T) {
	t.Parallel()
	c := command()
	c.Source.Address = "192.0.2.7"
	c.Destination.Host = "2001:db8::1"
	got, err := c.Args()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--host1=192.0.2.7", "--sslargs1=SSL_verifycn_name=old.example.org", "--sslargs1=SSL_hostname=old.example.org", "--host2=2001:db8::1"} {
		if !slices.Contains(got, want) {
			t.Errorf("argv %q lacks %s", got, want)
		}
	}
	if slices.Contains(got, "--sslargs2=SSL_hostname=2001:db8::1") {
		t.Error("a server is asked for by its address")
	}
}

func TestEveryOptionReachesArgv(t *testing.T) {
	t.Parallel()
	off := false
	c := command()
	c.Options = imapsync.Options{
		Folders: []string{"R&D", "Été"}, FolderPrefixes: []string{"Archive/"}, ExcludeFolders: []string{"inbox"}, ExcludeFolderPrefixes: []string{"-Spam"},
		Automap: true, RenameFolders: []imapsync.FolderRename{{From: "Gelöscht", To: "INBOX.Trash"}}, UnderFolder: "Old",
		MaxAgeDays: new(30), MinAgeDays: new(2), MaxSize: new(int64(100)), MinSize: new(int64(10)), SubscribeAll: true, SyncFlags: &off,
	}
	got, err := c.Args()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`--include=\A(?:R\&\-D|R\&D)\z`, `--include=\A(?:\&AMk\-t\&AOk\-|Été)\z`, `--include=\AArchive\/`, `--exclude=\A(?i:INBOX)\z`, `--exclude=\A\-Spam`,
		"--automap", "--f1f2=Gel&APY-scht=INBOX.Trash", "--subfolder2=Old", "--maxage=30", "--minage=2", "--noabletosearch",
		"--maxsize=100", "--minsize=9", "--subscribeall", "--noresyncflags",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("argv has no %q: %q", want, got)
		}
	}
}

func TestFolderPatternsMatchTheNameAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"INBOX", "a.b", "a+b(c)[d]{e}", `back\slash`, "$x@y", "R&D", "Été/été", "tail ", "-x", "^a$", "a|b", "#c", "%d*"} {
		c := command()
		c.Options.Folders = []string{name}
		args, err := c.Args()
		if err != nil {
			t.Fatal(err)
		}
		pattern, _ := strings.CutPrefix(args[len(args)-1], "--include=")
		re, err := regexp.Compile(pattern)
		if err != nil {
			t.Fatalf("%q gives %q: %v", name, pattern, err)
		}
		for _, spelling := range []string{name, imapsync.EncodeFolder(name)} {
			if !re.MatchString(spelling) {
				t.Errorf("%q for folder %q does not match %q", pattern, name, spelling)
			}
			if re.MatchString(spelling+"x") || re.MatchString("x"+spelling) || re.MatchString(spelling+"\n") {
				t.Errorf("%q for folder %q matches more than it", pattern, name)
			}
		}
	}
}

func TestValuesThatCouldBecomeOptionsAreRefusedByField(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*imapsync.Command){
		"source.host":                   func(c *imapsync.Command) { c.Source.Host = "--pipemess=x" },
		"source.user":                   func(c *imapsync.Command) { c.Source.User = "a\r\nb" },
		"source.port":                   func(c *imapsync.Command) { c.Source.Port = 65536 },
		"source.security":               func(c *imapsync.Command) { c.Source.Security = "SSL" },
		"destination.host":              func(c *imapsync.Command) { c.Destination.Host = "" },
		"destination.user":              func(c *imapsync.Command) { c.Destination.User = "-oProxy" },
		"options.folders[1]":            func(c *imapsync.Command) { c.Options.Folders = []string{"A", "B\x00"} },
		"options.excludeFolders[0]":     func(c *imapsync.Command) { c.Options.ExcludeFolders = []string{""} },
		"options.renameFolders[0].from": func(c *imapsync.Command) { c.Options.RenameFolders = []imapsync.FolderRename{{From: "a=b", To: "c"}} },
		"options.renameFolders[0].to":   func(c *imapsync.Command) { c.Options.RenameFolders = []imapsync.FolderRename{{From: "a", To: "-c"}} },
		"options.renameFolders[1].from": func(c *imapsync.Command) {
			c.Options.RenameFolders = []imapsync.FolderRename{{From: "a", To: "b"}, {From: "a", To: "c"}}
		},
		"options.underFolder":              func(c *imapsync.Command) { c.Options.UnderFolder = "-x" },
		"options.minAgeDays":               func(c *imapsync.Command) { c.Options.MinAgeDays, c.Options.MaxAgeDays = new(9), new(9) },
		"options.maxSize":                  func(c *imapsync.Command) { c.Options.MaxSize = new(int64(0)) },
		"options.minSize":                  func(c *imapsync.Command) { c.Options.MinSize, c.Options.MaxSize = new(int64(9)), new(int64(8)) },
		"options.onlySubscribed":           func(c *imapsync.Command) { c.Options.OnlySubscribed, c.Options.Folders = true, []string{"A"} },
		"options.excludeFolderPrefixes[0]": func(c *imapsync.Command) { c.Options.ExcludeFolderPrefixes = []string{"a\nb"} },
	} {
		c := command()
		change(&c)
		args, err := c.Args()
		var refused *imapsync.ArgumentError
		if !errors.As(err, &refused) || refused.Field != field || args != nil {
			t.Errorf("%s: argv %q, error %v", field, args, err)
		}
	}
}

func TestAFolderToPutEverythingUnderIsAName(t *testing.T) {
	t.Parallel()
	for name, right := range map[string]bool{"Old": true, "Old/2024": true, "Old/": true, "/Old": false, "/": false, "Old//2024": false} {
		c := command()
		c.Options.UnderFolder = name
		_, err := c.Args()
		if refused, ok := errors.AsType[*imapsync.ArgumentError](err); right && err != nil || !right && (!ok || refused.Field != "options.underFolder") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAFolderThatImapsyncWouldMisspellIsRefusedForIt(t *testing.T) {
	t.Parallel()
	for name, plain := range map[string]bool{
		"Old mail/2024_v.1-x": true, "Früher": false, "Fr&APw-her": false, "R&D": false, " Old": false, "Old+": false, "a:b": false,
	} {
		for _, perl := range []bool{true, false} {
			c := command()
			c.Options.UnderFolder, c.Perl = name, perl
			_, err := c.Args()
			var refused *imapsync.ArgumentError
			if isRefused := errors.As(err, &refused) && refused.Field == "options.underFolder"; isRefused != (perl && !plain) {
				t.Errorf("%q, for imapsync: %v, gives %v", name, perl, err)
			}
		}
	}
}

func TestFolderNamesSurviveModifiedUTF7(t *testing.T) {
	t.Parallel()
	for plain, encoded := range map[string]string{
		"INBOX": "INBOX", "R&D": "R&-D", "Projets été": "Projets &AOk-t&AOk-", "台北": "&U,BTFw-", "😀": "&2D3eAA-", "a\tb": "a&AAk-b",
	} {
		if got := imapsync.EncodeFolder(plain); got != encoded {
			t.Errorf("EncodeFolder(%q) = %q, want %q", plain, got, encoded)
		}
		if got := imapsync.DecodeFolder(encoded); got != plain {
			t.Errorf("DecodeFolder(%q) = %q, want %q", encoded, got, plain)
		}
	}
	for _, raw := range []string{"R&D", "été", "&AOk", "&!!-", "&2D0-"} {
		if got := imapsync.DecodeFolder(raw); got != raw {
			t.Errorf("DecodeFolder(%q) = %q, want it unchanged", raw, got)
		}
	}
}

func FuzzFolderName(f *testing.F) {
	f.Add("Projets été&-")
	f.Fuzz(func(t *testing.T, name string) {
		name = strings.ToValidUTF8(strings.ReplaceAll(name, "\uFFFD", ""), "")
		if got := imapsync.DecodeFolder(imapsync.EncodeFolder(name)); got != name {
			t.Fatalf("%q came back as %q", name, got)
		}
		imapsync.DecodeFolder("&" + name)
	})
}
