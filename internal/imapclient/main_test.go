package imapclient_test

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient bounds a test's waits, so that one that goes wrong says where.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// dial connects to a scripted server in clear text and closes the connection when the test ends.
func dial(t *testing.T, server *imapscript.Server, change ...func(*imapclient.Options)) *imapclient.Client {
	t.Helper()
	options := imapclient.Options{Host: server.Host, Port: server.Port, Security: imapclient.None}
	for _, change := range change {
		change(&options)
	}
	c, err := imapclient.Dial(patient(t), options)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-c.Done()
	})
	return c
}
