package mailsync

import (
	"slices"
	"strings"
)

// treatment is what the engine does with an option of imapsync.
type treatment int

const (
	used treatment = iota
	// ignored options tune imapsync, or choose what this engine always does: without them the same arrives.
	ignored
	// refused options would change what arrives, and are not here for a reason.
	refused
)

// arity says what an option takes.
type arity int

const (
	// toggle options take nothing, and "no" before their name turns them off.
	toggle arity = iota
	// plain options take nothing and have no "no".
	plain
	// valued options take a value.
	valued
)

// option is how one option of imapsync 2.229, or one of this engine's own, is treated.
type option struct {
	kind      arity
	treatment treatment
	// reason says why it is refused and what to write instead.
	reason string
	// off says why its "no" form is refused; where it is empty the "no" form is treated as the option, except that nobody is
	// refused what is not done anyway.
	off string
}

const (
	nothingDeleted = "nothing is ever deleted, on either side"
	ownTests       = "it is about imapsync itself"
	asItIs         = "messages are copied as they are"
	evaluates      = "it evaluates text"
	readFromServer = "the server is asked for it (NAMESPACE, LIST); leave it out"
	useDates       = "use --maxage, --minage, --maxsize and --minsize"
)

// optionTable is all options of imapsync 2.229, by name in lower case, and this engine's own. Those of a side stand under both
// numbers.
func optionTable() map[string]option {
	t := map[string]option{}
	add := func(o option, names string) {
		for name := range strings.FieldsSeq(names) {
			if base, both := strings.CutSuffix(name, "N"); both {
				t[base+"1"], t[base+"2"] = o, o
			} else {
				t[name] = o
			}
		}
	}
	// What is done.
	add(option{kind: valued}, `hostN portN userN passwordN passfileN oauthaccesstokenN authuserN sslargsN timeout timeoutN
		f1f2 f1f2h folder folderrec include exclude subfolderN maxage minage maxsize minsize appendlimit maxlinelength tmpdir
		maxmessagespersecond maxbytespersecond maxbytesafter exitwhenover authmechN`)
	add(option{}, `sslN tlsN compressN oldciphersN dry justlogin justconnect justfolders justfoldersizes automap resyncflags subscribe
		subscribeall sharedfolders skipcrossduplicates idatefromheader disarmreadreceipts debugimap debugimapN`)
	add(option{kind: plain}, `proxyauthN subscribed inet4 inet6 version help`)
	// What changes nothing.
	add(option{treatment: ignored}, `foldersizes foldersizesatend releasecheck modulesversion log tail pidfilelocking errorsdump
		fastioN keepaliveN usecache cacheaftercopy useuid abletosearch abletosearchN checknoabletosearch checkselectable
		checkfoldersexist checkmessageexists allowsizemismatch skipsize wholeheaderifneeded messageidnodomain uidN id
		showpasswords expungeaftereach create_folder_old filterflags filterbuggyflags flagscase syncflagsaftercopy pipemesscheck
		fixcolonbug exitonload debug debuglist debugcontent debugflags debugdev debugmemory debugfolders debugcgi debugenv debugsig
		debuglabels debugcache debugmaxlinelength debugcrossduplicates dockercontext testsdebug`)
	add(option{kind: plain, treatment: ignored}, `noexclude noregexmess noregexflag nof1f2`)
	add(option{kind: valued, treatment: ignored}, `pidfile logfile logdir emailreportfrom errorsmax buffersize splitN reconnectretryN
		useheader skipheader fetch_hash_set maxsleep folderfirst folderlast debugsleep debugssl sigexit sigreconnect sigignore var`)
	// What this engine always does one way: the other way is refused.
	add(option{treatment: ignored, off: "arrival dates are always kept; --idatefromheader takes those of the Date field"}, "syncinternaldates")
	add(option{treatment: ignored, off: "folders that the destination takes for one are always merged; --exclude the others"}, "mixfolders")
	add(option{treatment: ignored, off: "messages that are there several times are copied as often"}, "syncduplicates")
	add(option{treatment: ignored, off: "names are always converted so that the destination takes them; --f1f2 names a folder otherwise"}, "fixslash2 fixinboxinbox")
	add(option{treatment: ignored, off: "a password is shown by AUTHENTICATE PLAIN or by LOGIN, whichever the server takes; over TLS both are safe"}, "trylogin")
	add(option{treatment: ignored, off: "certificates are verified; --sslargs1 SSL_verify_mode=0 takes any"}, "sslcheck")
	// What is not done.
	refuse := func(k arity, reason, names string) { add(option{kind: k, treatment: refused, reason: reason}, names) }
	refuse(toggle, nothingDeleted, "delete1 delete2 delete2duplicates delete2folders expunge1 expunge2 uidexpunge2")
	refuse(plain, nothingDeleted, "delete1emptyfolders")
	refuse(valued, nothingDeleted, "delete2foldersonly delete2foldersbutnot")
	refuse(valued, "it runs a program over each message", "pipemess")
	refuse(valued, "it runs a program; --maxlinelength leaves such messages out", "maxlinelengthcmd")
	refuse(valued, evaluates+"; "+asItIs, "regexmess")
	refuse(valued, evaluates+"; --maxage, --minage, --maxsize, --minsize and --maxlinelength leave messages out", "skipmess")
	refuse(valued, evaluates+"; flags that the destination does not keep are left out by themselves", "regexflag")
	refuse(valued, evaluates+"; use --f1f2, --subfolder1 or --subfolder2", "regextrans2")
	refuse(valued, "messages are copied whole or not at all; --maxsize leaves large ones out", "truncmess")
	refuse(valued, "messages with short lines cannot be left out", "minmaxlinelength")
	refuse(valued, useDates, "search searchN")
	refuse(valued, readFromServer, "sepN prefixN")
	refuse(toggle, "a Message-ID is not added, "+asItIs+"; messages without one are recognised all the same", "addheader")
	refuse(toggle, "access rights are not copied", "syncacls")
	refuse(toggle, "labels are not copied as labels: each is a folder, and --noskipcrossduplicates copies a message to each", "synclabels resynclabels")
	refuse(toggle, "empty folders are made as well; leave some out with --exclude", "skipemptyfolders")
	refuse(toggle, "values are taken as they are; leave blanks at their ends out", "sanitize")
	refuse(toggle, "use --dry", "dry1")
	refuse(toggle, "use --justconnect", "justbanner")
	refuse(toggle, "use --dry --justfolders", "justautomap justfolderlists")
	refuse(toggle, "the password is shown by AUTHENTICATE PLAIN or LOGIN; use TLS", "authmd5 authmd5N")
	refuse(toggle, "no report is put into a mailbox; the output has it", "emailreportN")
	refuse(valued, "NTLM is not spoken; use PLAIN or LOGIN over TLS, or --oauthaccesstoken1", "domainN")
	refuse(valued, "use --oauthaccesstoken1 or 2 with the token, or a file of it", "oauthdirectN")
	refuse(valued, "TLS 1.2 and newer are spoken; --oldciphers1 or 2 allows older versions", "ssl1_ssl_version ssl2_ssl_version")
	refuse(plain, "write --host1 imap.gmail.com --maxbytespersecond 40000 --maxbytesafter 3000000000 --automap --skipcrossduplicates", "gmail1")
	refuse(plain, "write --host2 imap.gmail.com --maxbytespersecond 20000 --maxbytesafter 1000000000 --automap", "gmail2")
	refuse(plain, "write --host1 outlook.office365.com and --exclude for folders that hold no mail", "office1")
	refuse(plain, "write --host2 outlook.office365.com --maxsize 45000000 --maxmessagespersecond 4 --disarmreadreceipts --maxlinelength 10500", "office2")
	refuse(plain, "write --exclude for folders that hold no mail", "exchange1")
	refuse(plain, "write --maxsize 10000000 --maxmessagespersecond 4 --disarmreadreceipts", "exchange2")
	refuse(plain, "leave it out: separator and prefix are asked for", "domino1 domino2")
	refuse(plain, "end the process with its id; TERM ends it in order", "abort abortbyfile")
	refuse(toggle, ownTests, "tests testslive testslive6 memorystress")
	refuse(valued, ownTests, "testsunit simulong")
	return t
}

// alias gives the name under which an option stands that has another spelling.
func alias(name string) string {
	switch name {
	case "delete", "expunge":
		return name + "1"
	case "subscribe_all", "modules_version", "tests_debug":
		return strings.ReplaceAll(name, "_", "")
	case "ipv4", "ipv6":
		return "inet" + name[3:]
	case "h":
		return "help"
	}
	return name
}

// lookup finds an option by its name in lower case. off says that it is the "no" form.
func lookup(options map[string]option, name string) (canonical string, o option, off, ok bool) {
	find := func(name string) (string, option, bool) {
		name = alias(name)
		o, ok := options[name]
		return name, o, ok
	}
	if canonical, o, ok = find(name); ok {
		return canonical, o, false, true
	}
	for _, prefix := range []string{"no-", "no"} {
		if rest, cut := strings.CutPrefix(name, prefix); cut {
			if canonical, o, ok = find(rest); ok && o.kind == toggle {
				return canonical, o, true, true
			}
		}
	}
	return "", option{}, false, false
}

// similar names the option that an unknown one was most likely meant to be, empty if none is near.
func similar(options map[string]option, name string) string {
	const worst = 3 * 3 // two letters; of options equally near those that are done come first
	best, least := "", worst
	names := make([]string, 0, 2*len(options))
	for known, o := range options {
		names = append(names, known)
		if o.kind == toggle {
			names = append(names, "no"+known)
		}
	}
	slices.Sort(names)
	for _, known := range names {
		d := editDistance(name, known)
		if len(name) >= 4 && strings.HasPrefix(known, name) {
			d = min(d, 1)
		}
		_, o, _, _ := lookup(options, known)
		if cost := 3*d + int(o.treatment); cost < least && d < len(name)/2+1 {
			best, least = known, cost
		}
	}
	return best
}

// editDistance counts the letters to insert, delete, replace or swap with the next to get from one word to another.
func editDistance(a, b string) int {
	before, above := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(b)]
}
