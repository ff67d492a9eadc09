package imapscript

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"time"
)

// Habits are peculiarities of a Host that are no faults of its own, as real ones have them.
type Habits struct {
	// IDFirst opens mailboxes only on connections that have sent ID.
	IDFirst bool
	// IDBeforeLogin refuses logins on connections that have not sent ID.
	IDBeforeLogin bool
	// RefusePlain is the answer to AUTHENTICATE PLAIN, such as "NO AUTHENTICATE failed."; "" takes it.
	RefusePlain string
	// Early is asked about each command that comes before the answer to the one before, LOGOUT aside. Refuse and Drop make sense.
	Early func(line string) Action
	// NotConnected says that login number n (from 1 on) is accepted and that each command after it is refused as Microsoft does,
	// with a BYE after the second one where ThenBye is set.
	NotConnected func(n int) bool
	ThenBye      bool
	// CreateAs is the name under which CREATE makes a mailbox, "" for the one asked for.
	CreateAs func(name string) string
	// Same says that two names are those of one mailbox.
	Same func(a, b string) bool
	// OtherUsers and Shared are the prefixes of further namespaces (RFC 2342), each told where it is not empty.
	OtherUsers, Shared string
	// RestlessValidity tells another UIDVALIDITY at each SELECT and EXAMINE.
	RestlessValidity bool
	// SelectToAppend refuses APPEND to the mailbox that is open by EXAMINE.
	SelectToAppend bool
	// OldCiphers speaks TLS 1.2 with RSA key exchange alone, where Knobs.TLS is set.
	OldCiphers bool
}

// oldCiphers changes the server's side of TLS: RSA key exchange needs an RSA key.
func oldCiphers(l *listener) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		l.t.Fatalf("make an RSA key: %v", err)
	}
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: l.Host}, IPAddresses: []net.IP{net.ParseIP(l.Host)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 1), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, certificate, key.Public(), key)
	if err != nil {
		l.t.Fatalf("make an RSA certificate: %v", err)
	}
	if certificate, err = x509.ParseCertificate(der); err != nil {
		l.t.Fatalf("read an RSA certificate: %v", err)
	}
	l.RootCAs.AddCert(certificate)
	l.secure.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	l.secure.MaxVersion = tls.VersionTLS12
	l.secure.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA}
}

// habit does what a habit wants done with a command; false means to go on.
func (s *session) habit(verb, line string) bool {
	s.h.mu.Lock()
	k := s.h.knobs.Habits
	var action Action
	if k.Early != nil && s.early && verb != "LOGOUT" {
		action = k.Early(line)
	}
	s.h.mu.Unlock()
	if s.act(action) {
		return true
	}
	switch verb {
	case "CAPABILITY", "LOGOUT", "LOGIN", "AUTHENTICATE":
	case "ID":
		s.identified = true
	case "SELECT", "EXAMINE":
		if k.IDFirst && !s.identified {
			s.reply("NO " + verb + " Unsafe Login. Please contact the postmaster")
			return true
		}
		fallthrough
	default:
		return s.disconnected(k)
	}
	return false
}

// disconnected refuses a command of a session without a mailbox behind it.
func (s *session) disconnected(k Habits) bool {
	if !s.unconnected {
		return false
	}
	s.reply("BAD User is authenticated but not connected.")
	if s.refusals++; k.ThenBye && s.refusals == 2 {
		s.act(Bye("Connection closed. 14"))
	}
	return true
}

// namespaces are those beside the personal one.
func (k Habits) namespaces(delimiter string) string {
	var told strings.Builder
	for _, prefix := range []string{k.OtherUsers, k.Shared} {
		if prefix == "" {
			told.WriteString(" NIL")
		} else {
			told.WriteString(" ((" + quote(prefix) + " " + quote(delimiter) + "))")
		}
	}
	return told.String()
}

// created is the name under which a mailbox is made.
func (k Habits) created(name string) string {
	if k.CreateAs != nil {
		if other := k.CreateAs(name); other != "" {
			return other
		}
	}
	return name
}

// same says whether two names are those of one mailbox.
func (k Habits) same(a, b string) bool {
	return a == b || strings.EqualFold(a, "INBOX") && strings.EqualFold(b, "INBOX") || k.Same != nil && k.Same(a, b)
}
