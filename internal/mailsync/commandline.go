package mailsync

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mailferry/internal/imapsync"
)

// settings are what the command line asks for.
type settings struct {
	hosts     [2]endpoint
	dry       bool
	justLogin bool
	// justFolders creates and subscribes folders and copies no message.
	justFolders bool
	automap     bool
	renames     map[string]string // source name as given -> destination name
	folders     []string
	foldersRec  []string
	include     []*regexp.Regexp
	exclude     []*regexp.Regexp
	subfolder   string
	subscribed  bool
	// subscribe carries the source's subscriptions over, subscribeAll subscribes to all.
	subscribe, subscribeAll bool
	// maxAge and minAge are counted back from the start of the run, 0 for no limit.
	maxAge, minAge time.Duration
	// maxSize and minSize are bounds, -1 for none. As with imapsync (whose manual says
	// otherwise of the first) a message of exactly maxSize is copied, one of minSize not.
	maxSize, minSize int64
	syncFlags        bool
	// sharedFolders copies folders of other users and shared ones, too.
	sharedFolders bool
	// everyLabel copies a message of Gmail once per label.
	everyLabel bool
	tempDir    string
	ignored    []string
}

// endpoint is one side of the command line.
type endpoint struct {
	imapsync.Endpoint

	password string
	// token is an OAuth 2.0 access token to sign in with in place of a password.
	token   string
	timeout time.Duration
	// compress says whether to compress (COMPRESS, RFC 4978); nil leaves it to what the
	// link is seen to need.
	compress *bool
	// oldCiphers allows versions and ciphers of TLS that are not safe by today's rules.
	oldCiphers bool
}

// errHelp says that the options are asked for, not a run.
var errHelp = errors.New("help")

// usageError ends a run before it begins; code is EX_USAGE or EX_NOINPUT.
type usageError struct {
	code int
	text string
}

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error {
	return &usageError{code: imapsync.ExitUsage, text: fmt.Sprintf(format, args...)}
}

// parseCommandLine reads imapsync's options as Getopt::Long does: one or two dashes, any
// case, the value after "=" or as the next word, "no" before a switch to turn it off.
func parseCommandLine(args, env []string) (*settings, error) {
	p := &commandLine{settings: settings{
		renames: map[string]string{}, subscribe: true, syncFlags: true, maxSize: -1, minSize: -1,
	}, args: args, env: env}
	for i := range p.settings.hosts {
		p.settings.hosts[i].timeout = 120 * time.Second
	}
	for len(p.args) > 0 {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	for i := range p.settings.hosts {
		if err := p.complete(i); err != nil {
			return nil, err
		}
	}
	return &p.settings, nil
}

type commandLine struct {
	settings settings
	args     []string
	env      []string
	ssl, tls [2]*bool
	passfile [2]string
	hasPass  [2]bool
	token    [2]string // a file's name or the token itself
}

// next takes one option off the arguments.
func (p *commandLine) next() error {
	word := p.args[0]
	p.args = p.args[1:]
	name := strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-")
	if name == word || name == "" {
		return usage("Found an extra argument: [%s]", word)
	}
	name, value, bound := strings.Cut(name, "=")
	name = strings.ToLower(name)
	if name == "help" || name == "h" {
		return errHelp
	}
	if option, on, ok := findSwitch(name); ok {
		if bound {
			return usage("Option %s does not take an argument", name)
		}
		return p.set(option, on)
	}
	kind, ok := valued[name]
	if !ok {
		if reason, ok := refused[strings.TrimPrefix(name, "no")]; ok {
			return usage("Option %s is not supported by the built-in engine: %s", name, reason)
		}
		return usage("Unknown option: %s", name)
	}
	if !bound {
		if len(p.args) == 0 {
			return usage("Option %s requires an argument", name)
		}
		value, p.args = p.args[0], p.args[1:]
	}
	if kind == ignored {
		p.settings.ignored = append(p.settings.ignored, name)
		return nil
	}
	return p.assign(name, value)
}

// side takes the 1 or 2 off the end of an option's name.
func side(name string) (base string, index int) {
	switch {
	case strings.HasSuffix(name, "1"):
		return name[:len(name)-1], 0
	case strings.HasSuffix(name, "2"):
		return name[:len(name)-1], 1
	}
	return name, -1
}

func findSwitch(name string) (option string, on, ok bool) {
	if _, ok := switches[name]; ok {
		return name, true, true
	}
	for _, prefix := range []string{"no-", "no"} {
		if rest, cut := strings.CutPrefix(name, prefix); cut {
			if _, ok := switches[rest]; ok {
				return rest, false, true
			}
		}
	}
	return "", false, false
}

func (p *commandLine) set(option string, on bool) error {
	s := &p.settings
	if switches[option] == ignored {
		if !on {
			option = "no" + option
		}
		s.ignored = append(s.ignored, option)
		return nil
	}
	base, i := side(option)
	switch {
	case i >= 0 && base == "ssl":
		p.ssl[i] = &on
	case i >= 0 && base == "tls":
		p.tls[i] = &on
	case i >= 0 && base == "compress":
		s.hosts[i].compress = &on
	case i >= 0 && base == "oldciphers":
		s.hosts[i].oldCiphers = on
	}
	switch option {
	case "dry":
		s.dry = on
	case "justlogin":
		s.justLogin = on
	case "justfolders":
		s.justFolders = on
	case "automap":
		s.automap = on
	case "resyncflags":
		s.syncFlags = on
	case "subscribed":
		s.subscribed = on
	case "subscribe":
		s.subscribe = on
	case "subscribeall", "subscribe_all":
		s.subscribeAll = on
	case "sharedfolders":
		s.sharedFolders = on
	case "skipcrossduplicates":
		s.everyLabel = !on
	}
	return nil
}

func (p *commandLine) assign(name, value string) error {
	s := &p.settings
	if base, i := side(name); i >= 0 && base != "f1f" && base != "subfolder" {
		return p.assignSide(base, i, name, value)
	}
	switch name {
	case "timeout":
		for i := range s.hosts {
			if err := p.assignSide("timeout", i, name, value); err != nil {
				return err
			}
		}
	case "f1f2":
		from, to, ok := strings.Cut(value, "=")
		if !ok || from == "" || to == "" {
			return usage("Option f1f2 needs FOLDER1=FOLDER2, got [%s]", value)
		}
		s.renames[from] = to
	case "folder":
		s.folders = append(s.folders, value)
	case "folderrec":
		s.foldersRec = append(s.foldersRec, value)
	case "include", "exclude":
		re, err := regexp.Compile(value)
		if err != nil {
			return usage("Option %s: %v", name, err)
		}
		if name == "include" {
			s.include = append(s.include, re)
		} else {
			s.exclude = append(s.exclude, re)
		}
	case "subfolder2":
		s.subfolder = value
	case "tmpdir":
		s.tempDir = value
	case "maxage", "minage":
		days, err := strconv.ParseFloat(value, 64)
		if err != nil || days < 0 || days > 1e5 {
			return usage("Option %s needs a number of days, got [%s]", name, value)
		}
		age := time.Duration(days * 24 * float64(time.Hour))
		if name == "maxage" {
			s.maxAge = age
		} else {
			s.minAge = age
		}
	case "maxsize", "minsize":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 {
			return usage("Option %s needs a number of bytes, got [%s]", name, value)
		}
		if name == "maxsize" {
			s.maxSize = n
		} else {
			s.minSize = n
		}
	}
	return nil
}

func (p *commandLine) assignSide(base string, i int, name, value string) error {
	h := &p.settings.hosts[i]
	switch base {
	case "host":
		h.Host = value
	case "user":
		h.User = value
	case "password":
		h.password, p.hasPass[i] = value, true
	case "passfile":
		p.passfile[i] = value
	case "oauthaccesstoken":
		p.token[i] = value
	case "port":
		port, err := strconv.Atoi(value)
		if err != nil || port < 1 || port > 65535 {
			return usage("Option %s needs a port between 1 and 65535, got [%s]", name, value)
		}
		h.Port = port
	case "timeout":
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil || seconds <= 0 || seconds > 1e6 {
			return usage("Option %s needs a number of seconds, got [%s]", name, value)
		}
		h.timeout = time.Duration(seconds * float64(time.Second))
	case "sslargs":
		switch key, mode, _ := strings.Cut(value, "="); {
		case key == "SSL_verify_mode" && (mode == "0" || mode == "1"):
			h.VerifyCertificate = mode == "1"
		case key == "SSL_verify_mode":
			return usage("Option %s: SSL_verify_mode is 0 or 1, got [%s]", name, mode)
		default:
			p.settings.ignored = append(p.settings.ignored, name+" "+key)
		}
	}
	return nil
}

// complete fills in what was not said of a side: its security, port and password.
func (p *commandLine) complete(i int) error {
	h := &p.settings.hosts[i]
	number := strconv.Itoa(i + 1)
	if h.Host == "" {
		return usage("host%s option is mandatory", number)
	}
	if h.User == "" {
		return usage("user%s option is mandatory", number)
	}
	on := func(b *bool) bool { return b != nil && *b }
	switch {
	case on(p.ssl[i]):
		h.Security = imapsync.TLS
	case on(p.tls[i]):
		h.Security = imapsync.STARTTLS
	case p.ssl[i] != nil && p.tls[i] != nil:
		h.Security = imapsync.NONE
	case p.ssl[i] != nil && h.Port != 993:
		// Clear text only where both were turned off.
		h.Security = imapsync.STARTTLS
	case h.Port == 143:
		h.Security = imapsync.STARTTLS
	default:
		h.Security = imapsync.TLS
	}
	if h.Port == 0 {
		h.Port = h.Security.DefaultPort()
	}
	return p.password(i, number)
}

// password takes it from the option, a file or the environment, in this order; an access
// token makes it unnecessary.
func (p *commandLine) password(i int, number string) error {
	h := &p.settings.hosts[i]
	if value := p.token[i]; value != "" {
		line, err := firstLine(value)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENAMETOOLONG):
			h.token = value // the token itself, as imapsync takes it
		case err != nil:
			return &usageError{code: imapsync.ExitNoInput, text: fmt.Sprintf("cannot read the access token of host%s: %v", number, err)}
		default:
			h.token = line
		}
		return nil
	}
	if p.hasPass[i] {
		return nil
	}
	if p.passfile[i] != "" {
		line, err := firstLine(p.passfile[i])
		if err != nil {
			return &usageError{code: imapsync.ExitNoInput, text: fmt.Sprintf("cannot read the password file of host%s: %v", number, err)}
		}
		h.password = line
		return nil
	}
	for _, variable := range p.env {
		if value, ok := strings.CutPrefix(variable, "IMAPSYNC_PASSWORD"+number+"="); ok {
			h.password = value
			return nil
		}
	}
	return usage("password%s option is mandatory: give --passfile%s or the variable IMAPSYNC_PASSWORD%s", number, number, number)
}

// firstLine is that of a file, without its end.
func firstLine(path string) (string, error) {
	b, err := os.ReadFile(path)
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), err
}
