package mailsync

import (
	"regexp"
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
	// everyLabel copies a message of Gmail once per label; skipCross leaves out, for any source, messages that an earlier
	// folder had.
	everyLabel, skipCross bool
	// justConnect prints what the servers say before anybody signs in, justSizes how large the folders are.
	justConnect, justSizes bool
	// subfolder1 is the source folder whose hierarchy is copied as if it were the whole.
	subfolder1 string
	// messagesPerSecond and bytesPerSecond bound the average rate, the latter after bytesBefore; 0 for no bound.
	messagesPerSecond           float64
	bytesPerSecond, bytesBefore int64
	// exitWhenOver ends the run once so many bytes are copied, appendLimit bounds maxSize, maxLineLength leaves out messages with
	// a longer line, its end included; 0 for no bound.
	exitWhenOver, appendLimit, maxLineLength int64
	// dateFromHeader gives messages the date of their Date field, disarmReceipts takes the request for a read receipt out of them.
	dateFromHeader, disarmReceipts bool
	// network is tcp4 or tcp6 to use only that, else empty.
	network string
	tempDir string
	ignored []string
}

// endpoint is one side of the command line.
type endpoint struct {
	imapsync.Endpoint

	password string
	// authUser signs in with the password in place of User: with User as authorization identity, or, with proxyAuth, by
	// PROXYAUTH.
	authUser  string
	proxyAuth bool
	// serverName is the name in the server's certificate, empty for Host.
	serverName string
	// trace prints the conversation, secrets masked.
	trace bool
	// token is an OAuth 2.0 access token to sign in with in place of a password.
	token   string
	timeout time.Duration
	// compress says whether to compress (COMPRESS, RFC 4978); nil leaves it to what the
	// link is seen to need.
	compress *bool
	// oldCiphers allows versions and ciphers of TLS that are not safe by today's rules.
	oldCiphers bool
}
