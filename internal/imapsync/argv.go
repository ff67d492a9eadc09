package imapsync

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ArgumentError says which field of a [Command] cannot be passed to an engine.
type ArgumentError struct {
	// Field is the path of the field in the API's words, as "source.host".
	Field string
	// Reason completes the sentence "the field …".
	Reason string
}

func (e *ArgumentError) Error() string { return e.Field + " " + e.Reason }

// Environment is what carries the two passwords to an engine, to be added to the
// child's environment. Both engines read these variables; neither shows them in the
// list of processes.
func Environment(sourcePassword, destinationPassword string) []string {
	return []string{
		"IMAPSYNC_PASSWORD1=" + sourcePassword,
		"IMAPSYNC_PASSWORD2=" + destinationPassword,
	}
}

// Args is the argv, without the program's name, that makes either engine run the
// command. Each value is bound to its option as --option=value, so that no value is
// ever read as an option of its own. A value that cannot be passed unharmed is
// refused with an [*ArgumentError].
func (c Command) Args() ([]string, error) {
	b := &argvBuilder{perl: c.Perl}
	b.endpoint("source", "1", c.Source)
	b.endpoint("destination", "2", c.Destination)
	// Sizing folders first costs a round trip per folder and, on big folders, minutes;
	// a log file, a mailed report, a shared pid file and the look for a new release
	// have no place in a service.
	b.add("--nofoldersizes", "--noreleasecheck", "--nolog", "--noemailreport1", "--noemailreport2")
	// Perl's Getopt takes no empty value behind an equals sign.
	b.add("--pidfile", "")
	if c.DryRun {
		b.add("--dry")
	}
	b.options(c.Options)
	if b.err != nil {
		return nil, b.err
	}
	return b.args, nil
}

type argvBuilder struct {
	args []string
	err  error
	perl bool
}

func (b *argvBuilder) add(args ...string) { b.args = append(b.args, args...) }

func (b *argvBuilder) refuse(field, reason string) {
	if b.err == nil {
		b.err = &ArgumentError{Field: field, Reason: reason}
	}
}

// clean refuses what an argv cannot carry (NUL) and what would break the line it is
// printed or sent on (CR, LF).
func (b *argvBuilder) clean(field, value string) {
	if strings.ContainsAny(value, "\x00\r\n") {
		b.refuse(field, "must not contain a line break or a NUL character")
	}
}

// word is clean and refuses a leading dash as well: older versions of option parsers
// take such a value for an option.
func (b *argvBuilder) word(field, value string) {
	b.clean(field, value)
	if strings.HasPrefix(value, "-") {
		b.refuse(field, "must not begin with a dash")
	}
}

func (b *argvBuilder) endpoint(field, side string, e Endpoint) {
	switch {
	case e.Host == "":
		b.refuse(field+".host", "must not be empty")
	case strings.ContainsAny(e.Host, " \t"):
		b.refuse(field+".host", "must not contain spaces")
	case e.User == "":
		b.refuse(field+".user", "must not be empty")
	case e.Port < 0 || e.Port > 65535:
		b.refuse(field+".port", "must be between 1 and 65535")
	}
	b.word(field+".host", e.Host)
	b.word(field+".user", e.User)
	port := e.Port
	if port == 0 {
		port = e.Security.DefaultPort()
	}
	b.word(field+".host", e.Address)
	b.add("--host"+side+"="+cmp.Or(e.Address, e.Host), "--port"+side+"="+strconv.Itoa(port), "--user"+side+"="+e.User)
	switch e.Security {
	case TLS, "":
		b.add("--ssl"+side, "--notls"+side)
	case STARTTLS:
		b.add("--nossl"+side, "--tls"+side)
	case NONE:
		b.add("--nossl"+side, "--notls"+side)
		return
	default:
		b.refuse(field+".security", "must be TLS, STARTTLS or NONE")
	}
	// imapsync verifies nothing unless told to. With STARTTLS it does not know for which
	// name either, and would take any valid certificate.
	sslArgument := "--sslargs" + side + "=SSL_"
	if e.VerifyCertificate {
		b.add(sslArgument+"verify_mode=1", sslArgument+"verifycn_scheme=imap", sslArgument+"verifycn_name="+e.Host)
	} else {
		b.add(sslArgument + "verify_mode=0")
	}
	// The name that the server is asked for (RFC 6066, section 3), which an address is not.
	if _, err := netip.ParseAddr(e.Host); err != nil {
		b.add(sslArgument + "hostname=" + e.Host)
	}
}

func (b *argvBuilder) options(o Options) {
	// Each selection is an anchored regular expression with every metacharacter
	// quoted: unlike --folder and --folderrec, which take a name literally, it can
	// name both spellings of a folder, and it cannot begin with a dash.
	b.patterns("options.folders", "--include=", o.Folders, `\z`)
	b.patterns("options.folderPrefixes", "--include=", o.FolderPrefixes, "")
	if o.OnlySubscribed {
		if len(o.Folders)+len(o.FolderPrefixes) > 0 {
			b.refuse("options.onlySubscribed", "cannot be combined with a list of folders")
		}
		b.add("--subscribed")
	}
	b.patterns("options.excludeFolders", "--exclude=", o.ExcludeFolders, `\z`)
	b.patterns("options.excludeFolderPrefixes", "--exclude=", o.ExcludeFolderPrefixes, "")
	if o.Automap {
		b.add("--automap")
	}
	renamed := map[string]bool{}
	for i, r := range o.RenameFolders {
		field := fmt.Sprintf("options.renameFolders[%d]", i)
		if renamed[r.From] {
			b.refuse(field+".from", "is given another name already: a folder goes to one place")
		}
		renamed[r.From] = true
		b.folder(field+".from", r.From)
		b.folder(field+".to", r.To)
		if strings.Contains(r.From, "=") {
			b.refuse(field+".from", "must not contain an equals sign")
		}
		b.add("--f1f2=" + rawFolder(r.From) + "=" + rawFolder(r.To))
	}
	if o.UnderFolder != "" {
		b.folder("options.underFolder", o.UnderFolder)
		if strings.HasPrefix(o.UnderFolder, "/") || strings.Contains(o.UnderFolder, "//") {
			// Servers refuse such names, and engines then make up others.
			b.refuse("options.underFolder", "must not begin with a slash, nor have two in a row")
		}
		if b.perl && !plainFolder(o.UnderFolder) {
			b.refuse("options.underFolder", "may have only letters from A to Z, digits, spaces inside and -_./ for imapsync: "+
				"choose such a name, or the built-in engine")
		}
		b.add("--subfolder2=" + rawFolder(o.UnderFolder))
	}
	b.ages(o)
	b.sizes(o)
	if o.SubscribeAll {
		b.add("--subscribeall")
	}
	if o.SyncFlags != nil && !*o.SyncFlags {
		b.add("--noresyncflags")
	}
}

func (b *argvBuilder) folder(field, name string) {
	if name == "" {
		b.refuse(field, "must not be empty")
	}
	b.word(field, name)
}

// plainFolder says whether imapsync leaves a name for --subfolder2 as it is: it silently
// drops every other character, so that Früher, which travels as Fr&APw-her, would become
// FrAPw-her.
func plainFolder(name string) bool {
	if strings.Trim(name, " ") != name {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c != '/' && c != '.' && c != '-' && c != ' ' && !isWord(c) {
			return false
		}
	}
	return true
}

func (b *argvBuilder) patterns(field, option string, names []string, end string) {
	for i, name := range names {
		field := fmt.Sprintf("%s[%d]", field, i)
		if name == "" {
			b.refuse(field, "must not be empty")
		}
		b.clean(field, name)
		b.add(option + folderPattern(name) + end)
	}
}

func (b *argvBuilder) ages(o Options) {
	if o.MaxAgeDays == nil && o.MinAgeDays == nil {
		return
	}
	if o.MaxAgeDays != nil {
		if *o.MaxAgeDays < 1 {
			b.refuse("options.maxAgeDays", "must be at least 1")
		}
		b.add("--maxage=" + strconv.Itoa(*o.MaxAgeDays))
	}
	if o.MinAgeDays != nil {
		if *o.MinAgeDays < 0 {
			b.refuse("options.minAgeDays", "must not be negative")
		}
		if o.MaxAgeDays != nil && *o.MinAgeDays >= *o.MaxAgeDays {
			b.refuse("options.minAgeDays", "must be less than maxAgeDays")
		}
		b.add("--minage=" + strconv.Itoa(*o.MinAgeDays))
	}
	// By default imapsync asks the server to search by the Date header, which the
	// sender wrote; without search it goes by the arrival date.
	b.add("--noabletosearch")
}

func (b *argvBuilder) sizes(o Options) {
	if o.MaxSize != nil {
		if *o.MaxSize < 1 {
			b.refuse("options.maxSize", "must be at least 1")
		}
		b.add("--maxsize=" + strconv.FormatInt(*o.MaxSize, 10))
	}
	if o.MinSize != nil {
		if *o.MinSize < 0 {
			b.refuse("options.minSize", "must not be negative")
		}
		if o.MaxSize != nil && *o.MinSize > *o.MaxSize {
			b.refuse("options.minSize", "must not exceed maxSize")
		}
		// A message of exactly this size is skipped, other than one of the largest size.
		if *o.MinSize > 0 {
			b.add("--minsize=" + strconv.FormatInt(*o.MinSize-1, 10))
		}
	}
}

// folderPattern is an expression, for Perl and for RE2 alike, that matches names
// beginning with the given one, in the spelling that servers list (modified UTF-7) or
// in the UTF-8 that some list instead.
func folderPattern(name string) string {
	if strings.EqualFold(name, "INBOX") {
		return `\A(?i:INBOX)`
	}
	raw := rawFolder(name)
	if raw == name {
		if !strings.Contains(name, "&") {
			return `\A` + quoteMeta(raw)
		}
		name = DecodeFolder(name)
	}
	return `\A(?:` + quoteMeta(raw) + "|" + quoteMeta(name) + ")"
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// quoteMeta puts a backslash before each ASCII character that is not a letter, a
// digit or an underscore. Bytes past ASCII have no meaning in an expression.
func quoteMeta(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < 0x80 && !isWord(c) {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
