package imapsync

// Security is the protection of the connection to an IMAP server.
type Security string

const (
	// TLS is implicit TLS from the first byte (RFC 8314, section 3), port 993.
	TLS Security = "TLS"
	// STARTTLS begins in clear text and must be upgraded before the login (RFC 3501,
	// section 6.2.1), port 143. A server that does not offer it is refused.
	STARTTLS Security = "STARTTLS"
	// NONE is clear text throughout, port 143.
	NONE Security = "NONE"
)

// DefaultPort is the port that IMAP servers use for this kind of protection.
func (s Security) DefaultPort() int {
	if s == TLS || s == "" {
		return 993
	}
	return 143
}

// Endpoint is one side of a job, without its password. The zero Security means TLS
// and the zero Port means the default port of the Security.
type Endpoint struct {
	Host              string
	Port              int
	Security          Security
	User              string
	VerifyCertificate bool
	// Address, if there is one, is connected to in place of Host, which the
	// certificate must be for all the same: an address that was looked up and allowed
	// before. Only imapsync is told; the built-in engine checks by itself.
	Address string
}

// FolderRename sends one source folder to a destination folder of another name. Both
// names are whole names as the servers write them, with their own separators.
type FolderRename struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Options are the choices of a job beyond its endpoints. The zero value is the
// default: every folder, every message, flags kept in step on a rerun. It is stored
// as JSON in the job's options column.
type Options struct {
	// Folders are exact names of the source folders to copy; empty with empty
	// FolderPrefixes means all.
	Folders []string `json:"folders,omitempty"`
	// FolderPrefixes select each source folder whose name begins with one of them.
	FolderPrefixes []string `json:"folderPrefixes,omitempty"`
	// ExcludeFolders are exact names of source folders to leave out; they win over
	// the folders selected above.
	ExcludeFolders []string `json:"excludeFolders,omitempty"`
	// ExcludeFolderPrefixes leave out each source folder whose name begins with one
	// of them.
	ExcludeFolderPrefixes []string `json:"excludeFolderPrefixes,omitempty"`
	// Automap sends special folders (Sent, Drafts, Junk, Trash, Archive) to the
	// destination's folder of the same purpose, by SPECIAL-USE (RFC 6154) or by name.
	Automap bool `json:"automap,omitempty"`
	// RenameFolders win over Automap.
	RenameFolders []FolderRename `json:"renameFolders,omitempty"`
	// UnderFolder puts everything under this destination folder, special folders as well:
	// Automap has no effect beside it, RenameFolders have.
	UnderFolder string `json:"underFolder,omitempty"`
	// MaxAgeDays copies only messages younger than this, in days.
	MaxAgeDays *int `json:"maxAgeDays,omitempty"`
	// MinAgeDays copies only messages older than this, in days.
	MinAgeDays *int `json:"minAgeDays,omitempty"`
	// MaxSize copies only messages of at most this size, in bytes.
	MaxSize *int64 `json:"maxSize,omitempty"`
	// MinSize copies only messages of at least this size, in bytes.
	MinSize *int64 `json:"minSize,omitempty"`
	// OnlySubscribed copies only the folders that the source account is subscribed to.
	OnlySubscribed bool `json:"onlySubscribed,omitempty"`
	// SubscribeAll subscribes the destination account to every folder copied; false
	// carries over the source's subscriptions.
	SubscribeAll bool `json:"subscribeAll,omitempty"`
	// SyncFlags, nil for true, brings the flags of messages that are already at the
	// destination in step with the source.
	SyncFlags *bool `json:"syncFlags,omitempty"`
}

// Command is one run of an engine. Its two endpoints are given without passwords;
// these travel in the child's environment, see [Environment].
type Command struct {
	Source, Destination Endpoint
	DryRun              bool
	Options             Options
	// Perl says that it is for imapsync itself, which can do less than the built-in engine:
	// what it would get wrong is refused.
	Perl bool
}
