package mailboxcsv

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxid"
)

// Limits of values, in characters. They are those of a job.
const (
	maxName     = 200
	maxUser     = 320
	maxPassword = 1024
	maxFolder   = 1000
	// maxFolders is how many folders one cell may list.
	maxFolders = 200
)

// errorsOfExcel are what a spreadsheet shows where a value that begins with =, + or - was
// taken for a formula.
var errorsOfExcel = []string{
	"#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NULL!", "#NUM!", "#BEZUG!", "#WERT!", "#NV", "#NOM?", "#VALEUR!",
}

// values puts cells into a row.
type values struct {
	row *Row
	// defaults are what the row was before.
	defaults Row
	// given are the fields that a cell gave, right or wrong.
	given map[Field]bool
	// column says whether the file has a column for a field.
	column func(Field) bool
	fail   func(Field, string)
	quiet  bool
}

func (v *values) wrongf(field Field, format string, args ...any) {
	if !v.quiet {
		v.fail(field, fmt.Sprintf(format, args...))
	}
}

// set puts one cell into the row; an empty one leaves the default.
func (v *values) set(field Field, c cell) {
	text := strings.TrimFunc(c.text, blank)
	if text == "" {
		return
	}
	v.given[field] = true
	list := field == Folders || field == FolderPrefixes || field == ExcludeFolders || field == ExcludeFolderPrefixes || field == RenameFolders
	switch {
	case slices.Contains(errorsOfExcel, text):
		v.wrongf(field, "The cell holds an error of the spreadsheet program. Format the column as text and enter the value again.")
		return
	case scientific(text) && field != SourcePassword && field != DestinationPassword && !list:
		v.wrongf(field, "A spreadsheet program has turned a number into its scientific notation, as 1.23E+05. "+
			"Format the column as text and enter the value again.")
		return
	case strings.Contains(text, "\n") && !list:
		v.wrongf(field, "The value contains a line break. Remove it, or look for a quotation mark that is not closed.")
		return
	case strings.ContainsRune(text, utf8.RuneError):
		v.wrongf(field, "A character of the value was lost when the file was saved. Enter it again, and save the file in UTF-8.")
		return
	case strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }):
		v.wrongf(field, "The value contains a control character. Enter it again, or save the file in UTF-8.")
		return
	}
	row := v.row
	switch field {
	case Name:
		v.text(field, &row.Name, text, maxName)
	case DryRun:
		v.truth(field, &row.DryRun, text)
	case Engine:
		v.engine(text)
	case SourceHost:
		v.host(field, &row.Source.Host, text)
	case DestinationHost:
		v.host(field, &row.Destination.Host, text)
	case SourcePort:
		v.port(field, &row.Source.Port, text)
	case DestinationPort:
		v.port(field, &row.Destination.Port, text)
	case SourceSecurity:
		v.security(field, &row.Source, text)
	case DestinationSecurity:
		v.security(field, &row.Destination, text)
	case SourceUser:
		v.text(field, &row.Source.User, text, maxUser)
	case DestinationUser:
		v.text(field, &row.Destination.User, text, maxUser)
	case SourcePassword:
		v.password(field, &row.Source.Password, c)
	case DestinationPassword:
		v.password(field, &row.Destination.Password, c)
	case SourceCertificate:
		v.certificate(field, &row.Source, text)
	case DestinationCertificate:
		v.certificate(field, &row.Destination, text)
	default:
		v.option(field, text)
	}
}

func (v *values) option(field Field, text string) {
	o := &v.row.Options
	switch field {
	case Folders:
		v.folders(field, &o.Folders, text)
	case FolderPrefixes:
		v.folders(field, &o.FolderPrefixes, text)
	case ExcludeFolders:
		v.folders(field, &o.ExcludeFolders, text)
	case ExcludeFolderPrefixes:
		v.folders(field, &o.ExcludeFolderPrefixes, text)
	case RenameFolders:
		v.renames(text)
	case UnderFolder:
		v.text(field, &o.UnderFolder, text, maxFolder)
	case Automap:
		v.truth(field, &o.Automap, text)
	case OnlySubscribed:
		v.truth(field, &o.OnlySubscribed, text)
	case SubscribeAll:
		v.truth(field, &o.SubscribeAll, text)
	case SyncFlags:
		flags := true
		v.truth(field, &flags, text)
		o.SyncFlags = &flags
	case MaxAgeDays:
		number(v, field, &o.MaxAgeDays, text, 1, 36500)
	case MinAgeDays:
		number(v, field, &o.MinAgeDays, text, 0, 36500)
	case MaxSize:
		number(v, field, &o.MaxSize, text, 1, 1<<40)
	case MinSize:
		number(v, field, &o.MinSize, text, 0, 1<<40)
	default:
	}
}

// finish looks at what must be there and is not. What has no column was said already.
func (v *values) finish() {
	for _, side := range []struct {
		name            string
		value, defaults *Side
	}{{source, &v.row.Source, &v.defaults.Source}, {destination, &v.row.Destination, &v.defaults.Destination}} {
		for _, need := range []struct {
			role  role
			value string
		}{{roleHost, side.value.Host}, {roleUser, side.value.User}, {rolePassword, side.value.Password}} {
			field := need.role.of(side.name)
			if need.value == "" && !v.given[field] && v.column(field) {
				v.fail(field, fmt.Sprintf("The %s of the %s is missing. Fill in the cell, or set it for all rows.", need.role, side.name))
			}
		}
		// The default's port belongs to the default's security.
		if cmp.Or(side.value.Security, imapsync.TLS) != cmp.Or(side.defaults.Security, imapsync.TLS) && !v.given[rolePort.of(side.name)] {
			side.value.Port = 0
		}
	}
}

// scientific says whether a value is a number as spreadsheet programs show long ones: 1.23E+05,
// with a comma where that is the decimal sign.
func scientific(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(text), "E")
	if !ok || exponent == "" || exponent[0] != '+' && exponent[0] != '-' {
		return false
	}
	whole, fraction, divided := strings.Cut(strings.Replace(strings.TrimPrefix(mantissa, "-"), ",", ".", 1), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!divided || digits(fraction)) && digits(exponent[1:]) && len(exponent) <= 4
}

// blank is white space, and what text from web pages and spreadsheets has in its place.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

func (v *values) text(field Field, to *string, text string, limit int) {
	switch {
	case utf8.RuneCountInString(text) > limit:
		v.wrongf(field, "The value is too long. It may have %d characters at most.", limit)
	case strings.HasPrefix(text, "-") && field != Name:
		v.wrongf(field, "The value must not begin with a dash.")
	default:
		*to = text
	}
}

// host takes a name in the one spelling that it has. Messages do not repeat it: a password may
// be in the wrong column.
func (v *values) host(field Field, to *string, text string) {
	port := strings.Replace(field.column(), "_host", "_port", 1)
	host, err := mailboxid.Host(text)
	wrong, isPort := errors.AsType[*mailboxid.PortError](err)
	switch {
	case err == nil:
		*to = host
	case isPort && wrong.URL && wrong.Port != "":
		v.wrongf(field, "Give the name of the host alone, without imap:// before it or a path behind it, and the port in a column of its own, %s.", port)
	case isPort && wrong.URL:
		v.wrongf(field, "Give the name of the host alone, without imap:// before it or a path behind it.")
	case isPort:
		v.wrongf(field, "Give the port in a column of its own, %s.", port)
	case strings.Contains(text, "@"):
		v.wrongf(field, "This is an address of mail. Give the name of the server, as imap.example.org.")
	default:
		v.wrongf(field, "%s", sentence(err.Error()))
	}
}

func (v *values) port(field Field, to *int, text string) {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		v.wrongf(field, "The port must be a whole number from 1 to 65535. Leave it empty for the usual one.")
		return
	}
	*to = port
}

func (v *values) security(field Field, to *Side, text string) {
	switch fold(text) {
	case "tls", "ssl", "ssltls", "tlsssl", "imaps", "yes", "true", "1", "ja", "oui":
		to.Security = imapsync.TLS
	case "starttls":
		to.Security = imapsync.STARTTLS
	case "none", "plain", "cleartext", "plaintext", "keine", "aucune":
		to.Security = imapsync.NONE
	default:
		// "no" is not enough: without encryption everybody on the way reads the password.
		v.wrongf(field, "Write TLS, STARTTLS or NONE; empty stands for TLS.")
	}
}

// password takes a value as it is. Spaces at its ends belong to it only if quotes say so.
func (v *values) password(field Field, to *string, c cell) {
	switch {
	case !c.quoted && strings.TrimFunc(c.text, blank) != c.text:
		v.wrongf(field, "The password begins or ends with a space. Remove it, or put the password in quotation marks if it belongs there.")
	case utf8.RuneCountInString(c.text) > maxPassword:
		v.wrongf(field, "The password is too long. It may have %d characters at most.", maxPassword)
	case strings.Contains(c.text, "\n"):
		v.wrongf(field, "The password contains a line break. Remove it.")
	default:
		*to = c.text
	}
}

func (v *values) certificate(field Field, to *Side, text string) {
	verify := !to.AnyCertificate
	v.truth(field, &verify, text)
	to.AnyCertificate = !verify
}

func (v *values) truth(field Field, to *bool, text string) {
	value, ok := wordsOfTruth[fold(text)]
	if !ok {
		v.wrongf(field, "Write yes or no.")
		return
	}
	*to = value
}

func (v *values) engine(text string) {
	switch fold(text) {
	case "builtin", "mailferry":
		v.row.Engine = "BUILTIN"
	case "imapsync":
		v.row.Engine = "IMAPSYNC"
	case "auto", "default":
		v.row.Engine = ""
	default:
		v.wrongf(Engine, "Write BUILTIN or IMAPSYNC; empty stands for the server's choice.")
	}
}

func number[T int | int64](v *values, field Field, to **T, text string, least, most T) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < int64(least) || n > int64(most) {
		v.wrongf(field, "Write a whole number from %d to %d, in digits alone.", least, most)
		return
	}
	value := T(n)
	*to = &value
}

// list takes a cell apart at bars and line breaks.
func (v *values) list(field Field, text string) ([]string, bool) {
	var names []string
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '|' || r == '\n' }) {
		if name = strings.TrimFunc(name, blank); name == "" {
			continue
		}
		if utf8.RuneCountInString(name) > maxFolder || len(names) == maxFolders {
			v.wrongf(field, "Give %d folders at most, divided by |, each with %d characters at most.", maxFolders, maxFolder)
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

func (v *values) folders(field Field, to *[]string, text string) {
	if names, ok := v.list(field, text); ok {
		*to = names
	}
}

func (v *values) renames(text string) {
	names, ok := v.list(RenameFolders, text)
	if !ok {
		return
	}
	renames := make([]imapsync.FolderRename, 0, len(names))
	for _, name := range names {
		from, to, ok := strings.Cut(name, "=")
		from, to = strings.TrimFunc(from, blank), strings.TrimFunc(to, blank)
		if !ok || from == "" || to == "" {
			v.wrongf(RenameFolders, "Write old name=new name, and | between several.")
			return
		}
		renames = append(renames, imapsync.FolderRename{From: from, To: to})
	}
	v.row.Options.RenameFolders = renames
}

// argument takes an engine's refusal of a value apart.
func argument(err error) (path, reason string) {
	var refused *imapsync.ArgumentError
	if !errors.As(err, &refused) {
		return "", "cannot be used"
	}
	path, _, _ = strings.Cut(refused.Field, "[")
	return path, refused.Reason
}
