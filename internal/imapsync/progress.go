package imapsync

// Progress is how far a run has come. A nil field is not known: imapsync started
// with --nofoldersizes never says how many messages there are, for instance.
type Progress struct {
	// CurrentFolder is the source folder worked on, as people read it (decoded from
	// modified UTF-7).
	CurrentFolder *string `json:"currentFolder,omitempty"`
	FoldersDone   *int64  `json:"foldersDone,omitempty"`
	FoldersTotal  *int64  `json:"foldersTotal,omitempty"`
	// MessagesDone counts messages copied, found in place or refused; MessagesTotal
	// is what it will be at the end.
	MessagesDone  *int64 `json:"messagesDone,omitempty"`
	MessagesTotal *int64 `json:"messagesTotal,omitempty"`
	// BytesDone and BytesTotal are bytes of the messages that this run transfers.
	BytesDone         *int64   `json:"bytesDone,omitempty"`
	BytesTotal        *int64   `json:"bytesTotal,omitempty"`
	MessagesPerSecond *float64 `json:"messagesPerSecond,omitempty"`
	BytesPerSecond    *float64 `json:"bytesPerSecond,omitempty"`
	// ETASeconds is the estimate of what is left, in seconds from when it was printed.
	ETASeconds *int64 `json:"etaSeconds,omitempty"`
	// Waiting is set while a host has asked for a pause.
	Waiting *Waiting `json:"waiting,omitempty"`
}
