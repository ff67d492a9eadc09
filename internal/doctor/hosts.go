package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"mailferry/internal/database"
	"mailferry/internal/imapclient"
	"mailferry/internal/imapsync"
	"mailferry/internal/models"
	"mailferry/internal/netguard"
)

const (
	// maxHosts is how many hosts are asked, hostsAtOnce how many at the same time, hostTime how long one may take.
	maxHosts    = 100
	hostsAtOnce = 4
	hostTime    = 20 * time.Second
)

// Host is where jobs connect to.
type Host struct {
	Host     string
	Port     int
	Security imapsync.Security
	Verify   bool `bun:"verify_certificate"`
}

// HostsInUse are the distinct hosts of jobs that have not ended and of mailboxes of batches whose passwords are kept, and how
// many jobs wait for imapsync.
func HostsInUse(ctx context.Context, db *database.DB) (hosts []Host, imapsyncJobs int, err error) {
	const part = "SELECT %[1]s_host AS host, %[1]s_port AS port, %[1]s_security AS security, %[1]s_verify_certificate AS verify_certificate " +
		"FROM migration_jobs WHERE status IN ('QUEUED', 'RUNNING') OR batch_id IS NOT NULL AND %[1]s_password IS NOT NULL"
	err = db.NewRaw(fmt.Sprintf(part, "source")+" UNION "+fmt.Sprintf(part, "destination")+" ORDER BY host, port").Scan(ctx, &hosts)
	if err != nil {
		return nil, 0, fmt.Errorf("read which hosts are in use: %w", err)
	}
	imapsyncJobs64, err := db.NewSelect().Model((*models.MigrationJob)(nil)).
		Where("engine = ?", models.Imapsync).Where("status IN (?, ?)", models.Queued, models.Running).Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("count the jobs for imapsync: %w", err)
	}
	return hosts, int(imapsyncJobs64), nil
}

// Hosts looks each host up, connects, agrees on TLS and reads the greeting, to addresses that the policy allows alone. It
// signs in nowhere. Config is for tests, nil for the machine's authorities.
func Hosts(ctx context.Context, policy *netguard.Policy, hosts []Host, config *tls.Config) []Finding {
	if len(hosts) == 0 {
		return []Finding{finding("hosts", OK, "no job waits, and no batch is open", "")}
	}
	asked := hosts[:min(len(hosts), maxHosts)]
	found := make([]Finding, len(asked))
	places := make(chan struct{}, hostsAtOnce)
	var all sync.WaitGroup
	for i, host := range asked {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			found[i] = host.look(ctx, policy, config)
		})
	}
	all.Wait()
	if left := len(hosts) - len(asked); left > 0 {
		return slices.Concat(found, []Finding{finding("hosts", Warning, fmt.Sprintf("%d further hosts were not asked", left), "")})
	}
	return found
}

// look asks one host.
func (h Host) look(ctx context.Context, policy *netguard.Policy, config *tls.Config) Finding {
	ctx, cancel := context.WithTimeout(ctx, hostTime)
	defer cancel()
	address := net.JoinHostPort(h.Host, strconv.Itoa(h.Port))
	addresses, err := policy.ResolveAll(ctx, h.Host)
	if err == nil {
		err = policy.CheckHostPort(h.Host, h.Port)
	}
	switch {
	case errors.Is(err, netguard.ErrRefused):
		return finding("host", Failed, address+": "+err.Error(), "correct the name in the jobs, or let jobs connect there")
	case err != nil:
		return finding("host", Failed, address+": "+err.Error(), "see that this machine's name servers answer (/etc/resolv.conf)")
	}
	began := time.Now()
	client, err := imapclient.Dial(ctx, imapclient.Options{
		Host: h.Host, Port: h.Port, Security: imapclient.Security(h.Security), SkipVerify: !h.Verify, TLSConfig: config,
		DialContext: policy.DialContext, ConnectTimeout: hostTime,
	})
	if err != nil {
		return finding("host", Failed, err.Error(), nextStep(err))
	}
	took := time.Since(began).Round(time.Millisecond)
	_ = client.Close()
	text := fmt.Sprintf("%s: %d addresses, greeting after %s", address, len(addresses), took)
	switch {
	case h.Security == imapsync.NONE:
		return finding("host", Warning, text+", without TLS", "passwords and mail pass in clear text: choose TLS if the host has it")
	case !h.Verify:
		return finding("host", Warning, text+", over TLS with a certificate that was not checked", "have the jobs check it if it is valid")
	}
	return finding("host", OK, text+", over TLS with a valid certificate", "")
}

// nextStep says what to do about a host that could not be connected to.
func nextStep(err error) string {
	switch {
	case errors.Is(err, imapclient.ErrTLS):
		return "see that name, port and kind of encryption are right, and the certificate is valid for that name"
	case errors.Is(err, imapclient.ErrBye), errors.Is(err, imapclient.ErrProtocol):
		return "see that it is an IMAP server, and that it takes this machine's connections"
	}
	return "see that the host runs, and that no firewall is between"
}
