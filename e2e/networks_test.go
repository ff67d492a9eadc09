package e2e_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"strings"
	"testing"

	"mailferry/internal/apiclient"
)

func TestForbiddenHostsAndPortsAreRefusedAlike(t *testing.T) {
	t.Parallel()
	setup := newSetup(t, "")
	server := setup.start("MAILFERRY_ALLOWED_NETWORKS=public,private", "MAILFERRY_ALLOWED_PORTS=143,993")
	refusals := func(targets ...target) map[string][]string {
		answers := map[string][]string{}
		for _, target := range targets {
			for _, message := range server.refusals(target) {
				answers[message] = append(answers[message], fmt.Sprintf("%s:%d", target.host, target.port))
			}
		}
		return answers
	}
	forbidden := refusals(
		target{"169.254.169.254", 143}, target{"::1", 993}, target{"0.0.0.0", 143}, target{"::", 143}, target{"127.0.0.1", 143},
		target{"::ffff:127.0.0.1", 143}, target{"::ffff:169.254.169.254", 143}, target{"::ffff:7f00:1", 143}, target{"64:ff9b::7f00:1", 143},
		target{"localhost", 143}, target{"LOCALHOST.", 143}, target{"imap.localhost", 143}, target{"fe80::1", 143}, target{"[::1]", 143},
		target{"imap.example.org", 22}, target{"imap.example.org", 80}, target{"8.8.8.8", 5432}, target{"224.0.0.1", 143},
		target{"１２７.０.０.１", 143}, target{"127。0。0。1", 143}, target{"127.0.0.1.", 143},
	)
	if len(forbidden) != 1 {
		t.Errorf("the refusals differ: %v", forbidden)
	}
	// What no two programs read alike is no address for anybody: the answer is about how it is written, and the same
	// whether the address would be forbidden, allowed, or at a forbidden port.
	unreadable := refusals(
		target{"127.1", 143}, target{"2130706433", 143}, target{"0x7f000001", 143}, target{"0177.0.0.1", 143}, target{"0x7f.0.0.1", 143},
		target{"8.525320", 143}, target{"134744072", 143}, target{"0x08080808", 143}, target{"010.8.8.8", 143}, target{"169.254.43518", 143},
		target{"127.1", 22}, target{"134744072", 22},
	)
	if len(unreadable) != 1 {
		t.Errorf("the refusals of what is no address differ: %v", unreadable)
	}
	for message := range unreadable {
		if !strings.Contains(message, "four decimal numbers") {
			t.Errorf("refused by %q, which does not say how an address is written", message)
		}
	}
	var jobs struct{ Jobs struct{ TotalCount int } }
	server.do(`{ jobs { totalCount } }`, nil, &jobs)
	if jobs.Jobs.TotalCount != 0 {
		t.Errorf("%d refused jobs were created", jobs.Jobs.TotalCount)
	}
}

// A target is where a job is to connect.
type target struct {
	host string
	port int
}

// refusals are the answers to a host wherever one may be given.
func (s *server) refusals(target target) []string {
	s.t.Helper()
	side := map[string]any{"host": target.host, "port": target.port, "security": "NONE", "user": "u", "password": "p"}
	good := map[string]any{"host": "imap.example.org", "user": "u2", "password": "p"}
	var messages []string
	for query, variables := range map[string]map[string]any{
		`mutation($i: CreateJobInput!) { createJob(input: $i) { id } }`:           {"i": map[string]any{"source": side, "destination": good}},
		`mutation($i: [CreateJobInput!]!) { createJobs(inputs: $i) { id } }`:      {"i": []any{map[string]any{"source": good, "destination": side}}},
		`mutation($i: EndpointInput!) { checkEndpoint(input: $i) { ok } }`:        {"i": side},
		`mutation($i: CreateJobInput!) { previewFolders(input: $i) { unknown } }`: {"i": map[string]any{"source": good, "destination": side}},
	} {
		err := s.Do(s.t.Context(), query, variables, nil)
		var refused *apiclient.Error
		if !errors.As(err, &refused) || refused.Code != "BAD_USER_INPUT" || !strings.HasSuffix(refused.Field, "host") {
			s.t.Errorf("%s:%d: %v", target.host, target.port, err)
			continue
		}
		messages = append(messages, refused.Message)
	}
	return messages
}

// What a name stands for shows only when it is looked up, and reads as if there were no such name.
func TestANameThatLeadsToLoopbackIsRefusedWhenItIsUsed(t *testing.T) {
	t.Parallel()
	inside := loopbackName(t)
	setup := newSetup(t, "")
	server := setup.start("MAILFERRY_ALLOWED_NETWORKS=public,private")
	answers := func(name string) map[string]string {
		said := map[string]string{}
		side := map[string]any{"host": name, "port": 143, "security": "NONE", "user": "lines-1-0s@loop", "password": "p"}
		for _, engine := range []string{"BUILTIN", "IMAPSYNC"} {
			other := map[string]any{"host": name, "port": 143, "security": "NONE", "user": "other", "password": "p"}
			ended := server.waitEnd(server.create(map[string]any{"source": side, "destination": other, "engine": engine})[0].ID)
			log := server.download(ended.ID)
			if ended.Status != "FAILED" || ended.Error == nil || strings.Contains(log, "řádek") {
				t.Fatalf("%s: %+v\n%s", engine, ended, log)
			}
			if text := *ended.Error + log; strings.Contains(text, "127.0.") || strings.Contains(text, "::1") {
				t.Errorf("%s: the refusal tells the address: %s", engine, text)
			}
			said[engine] = *ended.Error
		}
		var check struct {
			CheckEndpoint struct {
				OK    bool
				Error *string
			}
		}
		server.do(`mutation($i: EndpointInput!) { checkEndpoint(input: $i) { ok error } }`, map[string]any{"i": side}, &check)
		if check.CheckEndpoint.OK || check.CheckEndpoint.Error == nil {
			t.Fatalf("check: %+v", check)
		}
		said["check"] = *check.CheckEndpoint.Error
		for where, text := range said {
			said[where] = strings.ReplaceAll(text, name, "HOST")
		}
		return said
	}
	forbidden := answers(inside)

	const nowhere = "no-such-host.invalid" // RFC 6761, section 6.4
	_, err := net.DefaultResolver.LookupHost(t.Context(), nowhere)
	if failed, ok := errors.AsType[*net.DNSError](err); !ok || !failed.IsNotFound {
		t.Skipf("no name server says that there is no %s: %v", nowhere, err)
	}
	if unknown := answers(nowhere); !maps.Equal(forbidden, unknown) {
		t.Errorf("a forbidden name reads %q, an unknown one %q", forbidden, unknown)
	}
}

// loopbackName is a name in /etc/hosts, other than localhost, that leads to loopback.
func loopbackName(t *testing.T) string {
	t.Helper()
	hosts, err := os.ReadFile("/etc/hosts")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(hosts)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || !strings.HasPrefix(fields[0], "127.") && fields[0] != "::1" {
			continue
		}
		for _, name := range fields[1:] {
			if name != "localhost" && !strings.HasSuffix(name, ".localhost") && !strings.HasPrefix(name, "#") {
				return name
			}
		}
	}
	t.Skip("no name but localhost leads to loopback on this machine")
	return ""
}
