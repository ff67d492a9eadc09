package e2e_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"mailferry/internal/apiclient"
	"mailferry/internal/testkit/company"
	"mailferry/internal/testkit/process"
)

// restartable is a server that a company's move may restart.
type restartable struct {
	*setup

	server *server
}

func (r *restartable) Client() *apiclient.Client { return r.server.Client }

func (r *restartable) Restart(context.Context) error {
	r.server.signal(syscall.SIGTERM)
	if code := r.server.wait(); code != 0 {
		return fmt.Errorf("exit code %d", code)
	}
	r.server = r.start()
	return nil
}

// bench/company is the same with figures, on either database.
func TestTwoHundredMailboxesMoveFromOneCSVThroughARestart(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("moves 200 mailboxes: left out by -short")
	}
	company, err := company.Start(t.Context(), company.Options{})
	process.Check(t, err)
	t.Cleanup(company.Stop)
	setup := newSetup(t, "")
	setup.env = append(setup.env, "MAILFERRY_SLOTS=4")
	figures, err := company.Move(t.Context(), &restartable{setup, setup.start()})
	if err != nil {
		t.Errorf("%v\n%s", err, company.Log(4<<10))
	}
	for _, named := range figures.Named {
		t.Logf("%s: %s — %s", named.Mailbox, named.Reason, named.NextStep)
	}
	t.Logf("%+v", figures)
}
