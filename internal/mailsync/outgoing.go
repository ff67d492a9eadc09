package mailsync

import (
	"cmp"
	"net/mail"

	"mailferry/internal/imapclient"
)

// message describes a message as the destination can keep it.
func (a *appender) message(p *parcel) imapclient.AppendMessage {
	flags, date := a.sent(p, p.plain)
	p.flags, p.date = flags, date
	if date == "" || a.run.settings.dateFromHeader {
		date = cmp.Or(sentDate(p.body), date)
	}
	message := imapclient.AppendMessage{Flags: flags, InternalDate: date, Size: p.body.size, Body: p.body.reader()}
	if a.run.settings.disarmReceipts {
		message.Body, message.Size = disarmed(p.body)
	}
	return message
}

func systemFlags(flags []string) []string {
	var kept []string
	for _, flag := range flags {
		switch flag {
		case `\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`:
			kept = append(kept, flag)
		}
	}
	return kept
}

// sentDate is the date that the sender wrote, as an INTERNALDATE, empty if it makes no
// sense. It stands in for an arrival date that the source does not know.
func sentDate(b *body) string {
	t, err := mail.ParseDate(headerField(b.head(64<<10), "Date"))
	if err != nil || t.Year() < 1970 || t.Year() > 2037 {
		return ""
	}
	return imapclient.FormatInternalDate(t)
}
