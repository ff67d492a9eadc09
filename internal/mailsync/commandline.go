package mailsync

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mailferry/internal/imapsync"
)

// errVersion says that the version is asked for, not a run.
var errVersion = errors.New("version")

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
	}, args: args, env: env, options: optionTable()}
	for i := range p.settings.hosts {
		p.settings.hosts[i].timeout = 120 * time.Second
		p.settings.hosts[i].VerifyCertificate = true
	}
	for len(p.args) > 0 {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	for i := range p.settings.hosts {
		if i == 1 && p.settings.justConnect && p.settings.hosts[1].Host == "" {
			break
		}
		if err := p.complete(i); err != nil {
			return nil, err
		}
	}
	if limit := p.settings.appendLimit; limit > 0 && (p.settings.maxSize < 0 || limit < p.settings.maxSize) {
		p.settings.maxSize = limit
	}
	return &p.settings, nil
}

type commandLine struct {
	settings settings
	args     []string
	env      []string
	options  map[string]option
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
	written := strings.ToLower(name)
	name, o, off, ok := lookup(p.options, written)
	switch {
	case !ok:
		if near := similar(p.options, written); near != "" {
			return usage("Unknown option: %s. Did you mean --%s?", written, near)
		}
		return usage("Unknown option: %s", written)
	case off && o.off != "":
		return usage("Option %s is not supported by the built-in engine: %s", written, o.off)
	case o.treatment == refused && !off:
		return usage("Option %s is not supported by the built-in engine: %s", written, o.reason)
	case o.kind != valued && bound:
		return usage("Option %s does not take an argument", written)
	case name == "help":
		return errHelp
	case name == "version":
		return errVersion
	}
	if o.kind == valued && !bound {
		if len(p.args) == 0 {
			return usage("Option %s requires an argument", written)
		}
		value, p.args = p.args[0], p.args[1:]
	}
	switch {
	case o.treatment != used:
		if off {
			name = "no" + name
		}
		p.settings.ignored = append(p.settings.ignored, name)
		return nil
	case o.kind == valued:
		return p.assign(name, value)
	}
	p.set(name, !off)
	return nil
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

func (p *commandLine) set(option string, on bool) {
	s := &p.settings
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
	case i >= 0 && base == "proxyauth":
		s.hosts[i].proxyAuth = on
	case i >= 0 && base == "debugimap":
		s.hosts[i].trace = on
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
	case "subscribeall":
		s.subscribeAll = on
	case "sharedfolders":
		s.sharedFolders = on
	case "skipcrossduplicates":
		s.everyLabel, s.skipCross = !on, on
	case "justconnect":
		s.justConnect = on
	case "justfoldersizes":
		s.justSizes = on
	case "idatefromheader":
		s.dateFromHeader = on
	case "disarmreadreceipts":
		s.disarmReceipts = on
	case "debugimap":
		s.hosts[0].trace, s.hosts[1].trace = on, on
	case "inet4":
		s.network = "tcp4"
	case "inet6":
		s.network = "tcp6"
	}
}

func (p *commandLine) assign(name, value string) error {
	s := &p.settings
	if base, i := side(name); i >= 0 && name != "f1f2" && base != "subfolder" {
		return p.assignSide(base, i, name, value)
	}
	switch name {
	case "timeout":
		for i := range s.hosts {
			if err := p.assignSide("timeout", i, name, value); err != nil {
				return err
			}
		}
	case "f1f2", "f1f2h":
		from, to, ok := strings.Cut(value, "=")
		if !ok || from == "" || to == "" {
			return usage("Option %s needs FOLDER1=FOLDER2, got [%s]", name, value)
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
	case "subfolder1":
		s.subfolder1 = value
	case "subfolder2":
		s.subfolder = value
	case "maxmessagespersecond":
		rate, err := strconv.ParseFloat(value, 64)
		if err != nil || rate < 0 || rate > 1e9 {
			return usage("Option %s needs a number of messages, got [%s]", name, value)
		}
		s.messagesPerSecond = rate
	case "maxbytespersecond", "maxbytesafter", "exitwhenover", "appendlimit", "maxlinelength":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 {
			return usage("Option %s needs a number of bytes, got [%s]", name, value)
		}
		switch name {
		case "maxbytespersecond":
			s.bytesPerSecond = n
		case "maxbytesafter":
			s.bytesBefore = n
		case "exitwhenover":
			s.exitWhenOver = n
		case "appendlimit":
			s.appendLimit = n
		case "maxlinelength":
			s.maxLineLength = n
		}
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
	case "authuser":
		h.authUser = value
	case "authmech":
		switch strings.ToUpper(value) {
		case "PLAIN", "LOGIN":
			p.settings.ignored = append(p.settings.ignored, name+" "+value)
		case "XOAUTH2", "OAUTHBEARER":
			return usage("Option %s: %s is used where --oauthaccesstoken%d gives a token; leave it out", name, value, i+1)
		default:
			return usage("Option %s: the built-in engine signs in by PLAIN or LOGIN, or by an access token, got [%s]", name, value)
		}
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
		return p.assignTLS(h, name, value)
	}
	return nil
}

// assignTLS takes an argument for TLS as IO::Socket::SSL names it.
func (p *commandLine) assignTLS(h *endpoint, name, value string) error {
	switch key, text, _ := strings.Cut(value, "="); key {
	case "SSL_verify_mode":
		if text != "0" && text != "1" {
			return usage("Option %s: SSL_verify_mode is 0 or 1, got [%s]", name, text)
		}
		h.VerifyCertificate = text == "1"
	case "SSL_hostname", "SSL_verifycn_name":
		h.serverName = text
	case "SSL_verifycn_scheme":
		if text == "none" {
			return usage("Option %s: a certificate is either verified or, with SSL_verify_mode=0, not; got [%s]", name, value)
		}
		p.settings.ignored = append(p.settings.ignored, name+" "+key)
	default:
		return usage("Option %s: the built-in engine knows SSL_verify_mode, SSL_hostname and SSL_verifycn_name, and --oldciphers1 and 2, got [%s]", name, key)
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
	if p.settings.justConnect {
		p.security(i)
		return nil
	}
	switch {
	case h.proxyAuth && h.authUser == "":
		return usage("Option proxyauth%s needs --authuser%s, who may act for others", number, number)
	case h.authUser != "" && p.token[i] != "":
		return usage("Option authuser%s does not go with --oauthaccesstoken%s", number, number)
	}
	if h.User == "" {
		return usage("user%s option is mandatory", number)
	}
	p.security(i)
	return p.password(i, number)
}

// security settles how a side is encrypted, and its port.
func (p *commandLine) security(i int) {
	h := &p.settings.hosts[i]
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
}
