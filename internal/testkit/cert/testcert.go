// Package cert makes certificates for test servers: an authority that lives
// as long as the process, and one certificate for loopback signed by it, so that a
// client can be tested with verification on.
package cert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Pair is a server's certificate with the authority that signed it.
type Pair struct {
	// Authority is the authority's certificate, Certificate the server's, Key the
	// server's private key; each PEM.
	Authority, Certificate, Key []byte
	// Pool holds the authority: RootCAs of a client that verifies.
	Pool *x509.CertPool
	// TLS is the server's certificate and key for a server written in Go.
	TLS tls.Certificate
}

// New makes a certificate for the names; without any, for localhost, 127.0.0.1
// and ::1. It is valid from an hour ago for a day.
func New(names ...string) (*Pair, error) {
	if len(names) == 0 {
		names = []string{"localhost", "127.0.0.1", "::1"}
	}
	from := time.Now().Add(-time.Hour)
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the authority's key: %w", err)
	}
	authority := &x509.Certificate{
		SerialNumber:          big.NewInt(from.UnixNano()),
		Subject:               pkix.Name{CommonName: fmt.Sprintf("Mailferry test authority %d", from.UnixNano())},
		NotBefore:             from,
		NotAfter:              from.AddDate(0, 0, 1),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	authorityDER, err := x509.CreateCertificate(rand.Reader, authority, authority, authorityKey.Public(), authorityKey)
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}

	// As it was made, with the id of its key, by which others find it.
	authority, err = x509.ParseCertificate(authorityDER)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}

	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the server's key: %w", err)
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(from.UnixNano() + 1),
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    from,
		NotAfter:     from.AddDate(0, 0, 1),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			server.IPAddresses = append(server.IPAddresses, ip)
		} else {
			server.DNSNames = append(server.DNSNames, name)
		}
	}
	serverDER, err := x509.CreateCertificate(rand.Reader, server, authority, serverKey.Public(), authorityKey)
	if err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return nil, fmt.Errorf("encode the server's key: %w", err)
	}

	pair := &Pair{
		Authority:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authorityDER}),
		Certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: serverDER}),
		Key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
		Pool:        x509.NewCertPool(),
	}
	pair.Pool.AppendCertsFromPEM(pair.Authority)
	pair.TLS, err = tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		return nil, fmt.Errorf("load the server's certificate: %w", err)
	}
	return pair, nil
}
