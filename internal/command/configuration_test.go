package command_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"mailferry/internal/command"
)

func TestDefaultsAreAUsableConfiguration(t *testing.T) {
	t.Parallel()
	c := command.Defaults()
	parsed, err := c.Parse(command.Console{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Slots != 2 || c.Addr != "127.0.0.1:8080" || c.LogLevel != slog.LevelInfo {
		t.Errorf("defaults: %d slots, address %s, level %s", c.Slots, c.Addr, c.LogLevel)
	}
	if parsed.Network.Ports() != "143,993" {
		t.Errorf("ports %s", parsed.Network.Ports())
	}
}

func TestEveryFaultOfTheConfigurationIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	certificate := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(certificate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := map[string]func(c *command.Configuration){
		"MAILFERRY_SLOTS: 0":               func(c *command.Configuration) { c.Slots = 0 },
		"MAILFERRY_MAX_CHECKS: -1":         func(c *command.Configuration) { c.MaxChecks = -1 },
		"MAILFERRY_MAX_SOCKETS: 0":         func(c *command.Configuration) { c.MaxSockets = 0 },
		"MAILFERRY_MAX_SUBSCRIPTIONS: -5":  func(c *command.Configuration) { c.MaxSubscriptions = -5 },
		"MAILFERRY_MAX_BODY: 0":            func(c *command.Configuration) { c.MaxBody = 0 },
		"MAILFERRY_MAX_MESSAGE: 1 ":        func(c *command.Configuration) { c.MaxMessage = 1 },
		"MAILFERRY_MAX_QUERY_TOKENS: 0":    func(c *command.Configuration) { c.MaxQueryTokens = 0 },
		"MAILFERRY_MAX_QUERY_DEPTH: 0":     func(c *command.Configuration) { c.MaxQueryDepth = 0 },
		"MAILFERRY_MAX_QUERY_COST: 0":      func(c *command.Configuration) { c.MaxQueryCost = 0 },
		"MAILFERRY_RETRY_PAUSE: -1m0s":     func(c *command.Configuration) { c.RetryPause = -60e9 },
		"MAILFERRY_SESSION_LIFETIME: 0s":   func(c *command.Configuration) { c.SessionLifetime = 0 },
		"MAILFERRY_ENGINE: \"perl\"":       func(c *command.Configuration) { c.Engine = "perl" },
		"MAILFERRY_ADDR: \"localhost\"":    func(c *command.Configuration) { c.Addr = "localhost" },
		"MAILFERRY_ALLOWED_NETWORKS: \"x":  func(c *command.Configuration) { c.AllowedNetworks = "public,x" },
		"MAILFERRY_ALLOWED_PORTS: \"0\"":   func(c *command.Configuration) { c.AllowedPorts = "0" },
		"MAILFERRY_ALLOWED_ORIGINS: \"a\"": func(c *command.Configuration) { c.AllowedOrigins = []string{"a"} },
		"MAILFERRY_PUBLIC_URL: \"ftp":      func(c *command.Configuration) { c.PublicURL = "ftp://x" },
		"MAILFERRY_TRUSTED_PROXIES: \"y\"": func(c *command.Configuration) { c.TrustedProxies = []string{"y"} },
		"MAILFERRY_PROXY_USERS: needs":     func(c *command.Configuration) { c.ProxyUsers = []string{"info"} },
		"MAILFERRY_TLS_KEY: is needed":     func(c *command.Configuration) { c.TLSCert = certificate },
		"MAILFERRY_PPROF_ADDR: \":6060\"":  func(c *command.Configuration) { c.PprofAddr = ":6060" },
		"MAILFERRY_LOG_FORMAT: \"xml\"":    func(c *command.Configuration) { c.LogFormat = "xml" },
		"DATABASE_URL: must be":            func(c *command.Configuration) { c.DatabaseURL = "mysql://user:hunter2@host/db" },
	}
	all := command.Defaults()
	for sentence, change := range wrong {
		change(&all)
		alone := command.Defaults()
		change(&alone)
		_, err := alone.Parse(command.Console{})
		if err == nil || !strings.HasPrefix(err.Error(), sentence) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line that begins with %q", err, sentence)
		}
	}
	_, err := all.Parse(command.Console{Environ: []string{"MAILFERRY_ENCRYPTION_KEY=short"}})
	if err == nil {
		t.Fatal("accepted")
	}
	for sentence := range wrong {
		if !strings.Contains(err.Error(), sentence) {
			t.Errorf("%q is not named among all faults:\n%v", sentence, err)
		}
	}
	if !strings.Contains(err.Error(), "MAILFERRY_ENCRYPTION_KEY: ") {
		t.Errorf("the key is not named:\n%v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error repeats a password:\n%v", err)
	}
}

func TestTheLogTakesTheFormAndLevelAskedFor(t *testing.T) {
	t.Parallel()
	c := command.Defaults()
	c.LogFormat, c.LogLevel = "json", slog.LevelWarn
	var out bytes.Buffer
	logger := c.Logger(&out)
	logger.Info("quiet")
	logger.Warn("loud")
	if text := out.String(); !strings.HasPrefix(text, "{") || strings.Contains(text, "quiet") || !strings.Contains(text, `"msg":"loud"`) {
		t.Errorf("log: %s", text)
	}
}

// flags are those of the server, as the command line has them.
func flags(t *testing.T, c *command.Configuration) *kong.Node {
	t.Helper()
	parser, err := kong.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model.Node
}

func TestEveryMistypedValueOfTheEnvironmentIsNamed(t *testing.T) {
	t.Parallel()
	var c command.Configuration
	err := command.CheckEnvironment(flags(t, &c), command.Console{Environ: []string{
		"MAILFERRY_SLOTS=two", "MAILFERRY_RETRY_PAUSE=1", "MAILFERRY_METRICS_OPEN=perhaps", "MAILFERRY_LOG_LEVEL=loud",
		"MAILFERRY_MAX_CHECKS=3", "MAILFERRY_ADDR=127.0.0.1:0",
	}})
	want := []string{
		`MAILFERRY_SLOTS: "two" is not a whole number`,
		`MAILFERRY_RETRY_PAUSE: "1" is not a length of time, as 90s or 24h`,
		`MAILFERRY_METRICS_OPEN: "perhaps" is not true or false`,
		`MAILFERRY_LOG_LEVEL: "loud" is not debug, info, warn or error`,
	}
	if err == nil {
		t.Fatal("accepted")
	}
	for _, sentence := range want {
		if !strings.Contains(err.Error(), sentence) {
			t.Errorf("not named: %s; error:\n%v", sentence, err)
		}
	}
	if strings.Count(err.Error(), "\n") != len(want)-1 {
		t.Errorf("error:\n%v", err)
	}
	if c.MaxChecks != 3 || c.Addr != "127.0.0.1:0" || c.MaxSockets != 2000 {
		t.Errorf("values that are fine, and defaults, are not there: %+v", c)
	}
}

func TestUnknownVariablesAreNamedWithTheNearestThatThereIs(t *testing.T) {
	t.Parallel()
	got := command.UnknownVariables(flags(t, &command.Configuration{}), command.Console{Environ: []string{
		"MAILFERRY_SLOT=3", "MAILFERRY_ALLOWED_PORT=143", "MAILFERRY_XYZZY=1", "MAILFERRY_SLOTS=2", "MAILFERRY_API_TOKEN=x", "PATH=/bin", "MAILFERRY_SLOT=4",
	}})
	want := []string{
		"the environment has MAILFERRY_ALLOWED_PORT, which Mailferry does not know: did you mean MAILFERRY_ALLOWED_PORTS?",
		"the environment has MAILFERRY_SLOT, which Mailferry does not know: did you mean MAILFERRY_SLOTS?",
		"the environment has MAILFERRY_XYZZY, which Mailferry does not know",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sentences:\n%s", strings.Join(got, "\n"))
	}
}
