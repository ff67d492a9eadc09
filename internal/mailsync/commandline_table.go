package mailsync

// treatment is what the engine does with an option of imapsync.
type treatment int

const (
	used treatment = iota
	// ignored options only tune imapsync or choose what this engine always does.
	ignored
)

// switches are options without a value; each can be turned off with "no" before it.
var switches = map[string]treatment{
	"ssl1": used, "ssl2": used, "tls1": used, "tls2": used,
	"compress1": used, "compress2": used, "oldciphers1": used, "oldciphers2": used,
	"dry": used, "justlogin": used, "justfolders": used, "automap": used,
	"resyncflags": used, "subscribed": used, "subscribe": used,
	"subscribeall": used, "subscribe_all": used, "sharedfolders": used, "skipcrossduplicates": used,

	"foldersizes": ignored, "foldersizesatend": ignored, "releasecheck": ignored,
	"modulesversion": ignored, "modules_version": ignored, "log": ignored, "tail": ignored,
	"pidfilelocking": ignored, "emailreport1": ignored, "emailreport2": ignored,
	"errorsdump": ignored, "fastio1": ignored, "fastio2": ignored,
	"keepalive1": ignored, "keepalive2": ignored,
	"syncinternaldates": ignored, "usecache": ignored, "cacheaftercopy": ignored, "useuid": ignored,
	"abletosearch": ignored, "abletosearch1": ignored, "abletosearch2": ignored,
	"checkselectable": ignored, "checkfoldersexist": ignored, "checknoabletosearch": ignored,
	"checkmessageexists": ignored, "mixfolders": ignored, "addheader": ignored, "id": ignored,
	"allowsizemismatch": ignored, "skipsize": ignored, "sslcheck": ignored, "syncduplicates": ignored,
	"filterflags": ignored, "filterbuggyflags": ignored, "flagscase": ignored, "syncflagsaftercopy": ignored,
	"wholeheaderifneeded": ignored, "messageidnodomain": ignored, "fixslash2": ignored, "fixinboxinbox": ignored,
	"showpasswords": ignored, "trylogin": ignored, "expungeaftereach": ignored, "create_folder_old": ignored,
	"debug": ignored, "debugimap": ignored, "debugimap1": ignored, "debugimap2": ignored,
	"debugflags": ignored, "debugfolders": ignored, "debugcontent": ignored, "debugmemory": ignored,
	"inet4": ignored, "ipv4": ignored, "inet6": ignored, "ipv6": ignored, "exitonload": ignored,
}

// valued are options that take a value.
var valued = map[string]treatment{
	"host1": used, "host2": used, "port1": used, "port2": used, "user1": used, "user2": used,
	"password1": used, "password2": used, "passfile1": used, "passfile2": used,
	"oauthaccesstoken1": used, "oauthaccesstoken2": used,
	"sslargs1": used, "sslargs2": used, "timeout": used, "timeout1": used, "timeout2": used,
	"f1f2": used, "folder": used, "folderrec": used, "include": used, "exclude": used, "subfolder2": used,
	"maxage": used, "minage": used, "maxsize": used, "minsize": used, "tmpdir": used,

	"pidfile": ignored, "logfile": ignored, "logdir": ignored, "emailreportfrom": ignored, "errorsmax": ignored,
	"buffersize": ignored, "split1": ignored, "split2": ignored, "reconnectretry1": ignored, "reconnectretry2": ignored,
	"useheader": ignored, "skipheader": ignored, "fetch_hash_set": ignored, "maxsleep": ignored,
	"folderfirst": ignored, "folderlast": ignored, "debugsleep": ignored, "debugssl": ignored,
	"sigexit": ignored, "sigreconnect": ignored, "sigignore": ignored, "authmech1": ignored, "authmech2": ignored,
}

// refused options of imapsync would change what is copied, and are not here for a reason.
var refused = map[string]string{
	"pipemess":            "it runs a program over each message",
	"regexmess":           "it rewrites messages",
	"skipmess":            "it evaluates an expression over each message",
	"regexflag":           "it evaluates text",
	"regextrans2":         "it evaluates text; use --f1f2 or --subfolder2",
	"delete":              "nothing is ever deleted",
	"delete1":             "nothing is ever deleted",
	"delete2":             "nothing is ever deleted",
	"expunge":             "nothing is ever deleted",
	"expunge1":            "nothing is ever deleted",
	"expunge2":            "nothing is ever deleted",
	"uidexpunge2":         "nothing is ever deleted",
	"delete1emptyfolders": "nothing is ever deleted",
	"delete2folders":      "nothing is ever deleted",
	"delete2duplicates":   "nothing is ever deleted",
	"search":              "use --maxage, --minage, --maxsize and --minsize",
	"search1":             "use --maxage, --minage, --maxsize and --minsize",
	"search2":             "use --maxage, --minage, --maxsize and --minsize",
	"truncmess":           "messages are copied whole or not at all",
	"maxlinelengthcmd":    "it runs a program",
}
