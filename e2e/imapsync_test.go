package e2e_test

import (
	"strings"
	"testing"

	"mailferry/internal/testkit/dovecot"
	imapsynctest "mailferry/internal/testkit/imapsync"
)

// imapsync connects to the address that was checked, and takes only a certificate for the name: with STARTTLS it would
// by itself take one for any name.
func TestImapsyncIsPinnedToTheCheckedAddressAndVerifiesTheName(t *testing.T) {
	t.Parallel()
	program := imapsynctest.Need(t)
	other := loopbackName(t)
	dovecot := dovecot.New(t, dovecot.Options{})
	dovecot.AddUser("a@example.org", "secret-a", 0)
	dovecot.AddUser("b@example.org", "secret-b", 0)
	setup := newSetup(t, "")
	server := setup.start(imapsynctest.PathVariable+"="+program.Path, "SSL_CERT_FILE="+dovecot.CAFile)
	for _, c := range []struct {
		host, security, status string
		port                   int
	}{
		{"localhost", "TLS", "SUCCEEDED", dovecot.TLSPort},
		{"localhost", "STARTTLS", "SUCCEEDED", dovecot.Port},
		{other, "TLS", "FAILED", dovecot.TLSPort},
		{other, "STARTTLS", "FAILED", dovecot.Port},
	} {
		side := func(user, password string) map[string]any {
			return map[string]any{"host": c.host, "port": c.port, "security": c.security, "user": user, "password": password}
		}
		ended := server.waitEnd(server.create(map[string]any{
			"source": side("a@example.org", "secret-a"), "destination": side("b@example.org", "secret-b"), "engine": "IMAPSYNC",
		})[0].ID)
		log := server.download(ended.ID)
		if ended.Status != c.status || !strings.Contains(log, "127.0.0.1") {
			t.Errorf("%s by %s: %+v\n%s", c.host, c.security, ended, tailOf(log, 4000))
		}
	}
}

// imapsync counts as missing what it was told to leave out.
func TestImapsyncMovesWhatIsNotTooLargeAndIsDone(t *testing.T) {
	t.Parallel()
	program := imapsynctest.Need(t)
	source, destination := mailboxPair(t, 40, 3)
	input := move(source, destination, "IMAPSYNC")
	input["options"] = map[string]any{"minSize": 1500, "maxSize": 12000}
	server := newSetup(t, "").start(imapsynctest.PathVariable + "=" + program.Path)
	ended := server.waitEnd(server.create(input)[0].ID)
	log := server.download(ended.ID)
	if !strings.Contains(log, "exceeds maxsize limit") || !strings.Contains(log, "smaller than minsize") {
		t.Fatalf("nothing was left out:\n%s", tailOf(log, 4000))
	}
	if ended.Status != "SUCCEEDED" || !ended.Verified || ended.Report.MessagesMissing != 0 {
		t.Errorf("the job ended as %+v with the report %+v\n%s", ended, ended.Report, tailOf(log, 4000))
	}
}
