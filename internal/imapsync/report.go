package imapsync

// MaxMissing is the number of missing messages that a [Report] names; further ones
// are counted in MessagesMissing only.
const MaxMissing = 1000

// Report is what a run came to, read from its statistics.
type Report struct {
	// Folders is the number of source folders gone through.
	Folders int64 `json:"folders"`
	// MessagesFound is the number of source messages that were to be copied or were
	// found in place.
	MessagesFound  int64 `json:"messagesFound"`
	MessagesCopied int64 `json:"messagesCopied"`
	// MessagesSkipped were at the destination already, or were left out on purpose.
	MessagesSkipped int64 `json:"messagesSkipped"`
	// MessagesToCopy are those that a dry run would have copied; 0 for any other run.
	MessagesToCopy int64 `json:"messagesToCopy,omitempty"`
	// MessagesMissing are source messages that are not at the destination at the end; 0
	// for a dry run, which was not to bring any.
	MessagesMissing int64 `json:"messagesMissing"`
	// MessagesFailed could not be read or were refused by the destination.
	MessagesFailed int64 `json:"messagesFailed"`
	// MessagesSurplus is the sum of the folders' Surplus.
	MessagesSurplus int64 `json:"messagesSurplus,omitempty"`
	// Bytes is the size of the messages copied.
	Bytes         int64   `json:"bytes"`
	Seconds       float64 `json:"seconds"`
	Reconnections int64   `json:"reconnections"`
	// Verified says that both sides were compared after the copy and nothing is
	// missing. It is never true for a dry run.
	Verified bool `json:"verified"`
	// Empty says that there was no folder to go through, so that nothing was compared.
	Empty bool `json:"empty,omitempty"`
	// FolderReports has one entry per folder in the order of the run; only the
	// built-in engine gives them.
	FolderReports []FolderReport `json:"folderReports,omitempty"`
	// Missing names at most [MaxMissing] missing messages.
	Missing []MissingMessage `json:"missing,omitempty"`
}

// FolderReport compares one source folder with the destination folder it went to.
// Names are as people read them (decoded from modified UTF-7).
type FolderReport struct {
	Source              string `json:"source"`
	Destination         string `json:"destination"`
	SourceMessages      int64  `json:"sourceMessages"`
	DestinationMessages int64  `json:"destinationMessages"`
	Missing             int64  `json:"missing"`
	// Surplus is how many messages the destination has under Message-IDs (or, without one, Date, From, To and Subject) of source
	// messages, beyond those that the source has: copied twice, delivered there as well, or other versions.
	Surplus int64 `json:"surplus,omitempty"`
}

// MissingMessage is a source message that is not at the destination.
type MissingMessage struct {
	Folder string `json:"folder"`
	UID    uint32 `json:"uid"`
	// Date is the arrival date as the source states it, empty if unknown.
	Date    string `json:"date,omitempty"`
	Subject string `json:"subject,omitempty"`
	// Size in bytes, 0 if unknown.
	Size int64 `json:"size,omitempty"`
	// Reason is the server's reply or another short text that says why.
	Reason string `json:"reason,omitempty"`
}
