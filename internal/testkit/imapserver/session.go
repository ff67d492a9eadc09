package imapserver

import (
	"crypto/tls"
	"strings"
	"testing"

	"mailferry/internal/testkit/imaptalk"
	"mailferry/internal/testkit/process"
)

// Session is a conversation that fails its test and ends with it.
type Session struct {
	*imaptalk.Session

	t testing.TB
}

// Connect connects to a port of loopback; over TLS unless the configuration is nil.
func Connect(t testing.TB, port int, config *tls.Config) *Session {
	t.Helper()
	talk, err := imaptalk.Connect(t.Context(), process.Address(port), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = talk.Close() })
	return &Session{Session: talk, t: t}
}

// Login connects in clear text and signs in.
func Login(t testing.TB, port int, user, password string) *Session {
	t.Helper()
	session := Connect(t, port, nil)
	session.OK("LOGIN " + user + " " + password)
	return session
}

// OK gives a command and its answer, which must be OK.
func (s *Session) OK(command string) string {
	s.t.Helper()
	answer, err := s.Command(command)
	if err != nil {
		s.t.Fatalf("%.80q: %v", command, err)
	}
	return answer
}

// Fails gives a command whose answer must begin with want.
func (s *Session) Fails(command, want string) {
	s.t.Helper()
	if answer, err := s.Command(command); err == nil || !strings.HasPrefix(answer, want) {
		s.t.Errorf("%.80q answers %s, %v, want %s", command, answer, err, want)
	}
}

// OverEachTransport connects in clear text, with STARTTLS and with TLS from the first byte, each
// verified by the server's authority.
func OverEachTransport(t testing.TB, server *Server) map[string]*Session {
	t.Helper()
	verify := &tls.Config{RootCAs: server.CA, ServerName: server.Host, MinVersion: tls.VersionTLS12}
	starttls := Connect(t, server.Port, nil)
	if err := starttls.StartTLS(verify); err != nil {
		t.Fatal(err)
	}
	return map[string]*Session{"clear": Connect(t, server.Port, nil), "STARTTLS": starttls, "TLS": Connect(t, server.TLSPort, verify)}
}

// Lists fails the test unless a mailbox that is created is listed so.
func (s *Session) Lists(mailbox, listed string) {
	s.t.Helper()
	s.OK(`CREATE "` + mailbox + `"`)
	if answer := s.OK(`LIST "" "` + mailbox + `"`); !strings.Contains(answer, listed+"\r\n") {
		s.t.Errorf("LIST answers %s, want %s", answer, listed)
	}
}
