package imapscript_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// connect dials a host without logging in.
func connect(t *testing.T, host *imapscript.Host, security imapclient.Security) (*imapclient.Client, error) {
	t.Helper()
	options := imapclient.Options{Host: host.Host, Port: host.Port, Security: security}
	if security == imapclient.TLS {
		options.TLSConfig = host.ClientTLS()
	}
	c, err := imapclient.Dial(patient(t), options)
	if err == nil {
		t.Cleanup(func() {
			_ = c.Close()
			<-c.Done()
		})
	}
	return c, err
}

// login dials a host and logs in.
func login(t *testing.T, host *imapscript.Host) *imapclient.Client {
	t.Helper()
	c, err := connect(t, host, imapclient.None)
	if err == nil {
		err = c.Login(patient(t), "anna", "secret")
	}
	if err != nil {
		t.Fatalf("login: %v", err)
	}
	return c
}
