package mailsync

import (
	"context"
	"slices"
	"sort"
	"strings"

	"mailferry/internal/imapclient"
)

// folder is a mailbox as its server lists it.
type folder struct {
	// raw is the name in bytes of the wire, display the same for people.
	raw, display string
	delimiter    string
	attributes   []string
	selectable   bool
	// foreign says that it is another user's or shared, space below which prefix (RFC 2342).
	foreign    bool
	space      string
	subscribed bool
	// messages and size are what STATUS says, nil while unknown.
	messages, size *int64
}

func (f *folder) has(attribute string) bool {
	for _, a := range f.attributes {
		if strings.EqualFold(a, attribute) {
			return true
		}
	}
	return false
}

// label is the name as imapsync prints it: [X], or [X] = [Y] where people read it as Y.
func (f *folder) label() string { return label(f.raw, f.display) }

func label(raw, display string) string {
	if raw = shown(raw); raw == display {
		return "[" + raw + "]"
	}
	return "[" + raw + "] = [" + display + "]"
}

// account is the listing of one side.
type account struct {
	folders []*folder
	byName  map[string]*folder
	// prefix is that of the personal namespace, with its delimiter, as "INBOX.".
	prefix, delimiter string
	caps              imapclient.Caps
	// utf8 says that names are in UTF-8 on the wire (UTF8=ONLY, RFC 6855).
	utf8        bool
	appendLimit int64 // bytes, 0 for none stated
	// quotas are those that INBOX is under.
	quotas []imapclient.QuotaResource
}

// find is the folder of a raw name; INBOX is INBOX in any case.
func (a *account) find(raw string) *folder { return a.byName[canonical(raw)] }

// canonical evens out the spelling of INBOX.
func canonical(raw string) string {
	if imapclient.IsInbox(raw) {
		return "INBOX"
	}
	return raw
}

// statusItems is what is asked of each folder beforehand.
var statusItems = []string{"MESSAGES", "SIZE"}

// list reads the folders of a side. counts asks for the number of messages in each.
func list(ctx context.Context, h *host, c *imapclient.Client, counts bool) (*account, error) {
	a := &account{byName: map[string]*folder{}, caps: c.Caps(), utf8: c.Caps().Has("UTF8=ONLY")}
	a.appendLimit, _ = c.Caps().AppendLimit()
	options := imapclient.ListOptions{Subscribed: true, SpecialUse: true}
	if counts {
		options.Status = statusItems
	}
	// A server of IMAP4rev2 alone has no LSUB (RFC 9051, appendix E).
	noLsub := a.caps.Has("IMAP4REV2") && !a.caps.Has("IMAP4REV1")
	spaces := ask(c.Namespaces)
	listing := ask(func() *imapclient.Command[[]*imapclient.ListEntry] { return c.List(options) })
	lsub := ask(func() *imapclient.Command[[]*imapclient.ListEntry] { return c.Lsub("", "*") })
	quotas := ask(func() *imapclient.Command[[]imapclient.Quota] { return c.QuotaRoots("INBOX") })
	questions := []asking{spaces, listing, quotas}
	if !noLsub {
		questions = append(questions, lsub)
	}
	if err := h.askTogether(ctx, c, questions); err != nil {
		return nil, err
	}
	entries, err := listing.result, listing.err
	if err != nil {
		// Announced and not understood: ask in the plainest way.
		plainest := ask(func() *imapclient.Command[[]*imapclient.ListEntry] { return c.List(imapclient.ListOptions{}) })
		if err := h.askTogether(ctx, c, []asking{plainest}); err != nil {
			return nil, err
		}
		entries, err = plainest.result, plainest.err
	}
	if err != nil {
		return nil, err
	}
	for _, root := range quotas.result {
		a.quotas = append(a.quotas, root.Resources...)
	}
	for _, e := range entries {
		a.add(e)
	}
	if a.byName["INBOX"] == nil {
		// INBOX always exists (RFC 3501, section 5.1); a few servers do not list it.
		a.add(&imapclient.ListEntry{Name: "INBOX"})
	}
	for _, e := range lsub.result {
		if f := a.find(e.Name); f != nil && !e.Has(`\Noselect`) {
			f.subscribed = true
		}
	}
	sort.Slice(a.folders, func(i, j int) bool { return a.folders[i].raw < a.folders[j].raw })
	a.guess(spaces.result)
	if counts {
		err = a.count(ctx, h, c)
	}
	return a, err
}

func (a *account) add(e *imapclient.ListEntry) {
	raw := canonical(e.Name)
	f := a.byName[raw]
	if f == nil {
		f = &folder{raw: raw, display: shown(a.readable(raw)), delimiter: e.Delimiter}
		a.folders, a.byName[raw] = append(a.folders, f), f
	}
	f.attributes = append(f.attributes, e.Attributes...)
	f.selectable = e.Selectable()
	f.subscribed = f.subscribed || e.Has(`\Subscribed`)
	f.note(e.Status)
}

// note takes over what STATUS said.
func (f *folder) note(s *imapclient.StatusData) {
	if s == nil {
		return
	}
	if s.Messages != nil {
		n := int64(*s.Messages)
		f.messages = &n
	}
	if s.Size != nil {
		f.size = s.Size
	}
}

// guess finds the prefix and the delimiter, by NAMESPACE or else from the listing.
func (a *account) guess(spaces imapclient.Namespaces) {
	if len(spaces.Personal) > 0 {
		a.prefix, a.delimiter = spaces.Personal[0].Prefix, spaces.Personal[0].Delimiter
	}
	a.mark(spaces)
	under, others := 0, 0
	for _, f := range a.folders {
		if a.delimiter == "" {
			a.delimiter = f.delimiter
		}
		if f.raw == "INBOX" {
			continue
		}
		others++
		if f.delimiter != "" && strings.HasPrefix(f.raw, "INBOX"+f.delimiter) {
			under++
		}
	}
	if len(spaces.Personal) == 0 && others > 0 && under == others {
		a.prefix = "INBOX" + a.delimiter
	}
}

// mark finds the folders of other users and the shared ones: below the prefixes of NAMESPACE's second and third list, and not
// below a longer one of the first.
func (a *account) mark(spaces imapclient.Namespaces) {
	own := map[string]bool{}
	for _, n := range spaces.Personal {
		own[n.Prefix] = true
	}
	for _, f := range a.folders {
		longest := -1
		for _, n := range slices.Concat(spaces.Personal, spaces.Other, spaces.Shared) {
			below := strings.HasPrefix(f.raw, n.Prefix) || n.Delimiter != "" && f.raw == strings.TrimSuffix(n.Prefix, n.Delimiter)
			if below && len(n.Prefix) > longest {
				longest = len(n.Prefix)
				f.foreign, f.space = !own[n.Prefix] && f.raw != "INBOX", n.Prefix
			}
		}
	}
}

// count asks for the number of messages of each folder that the listing said nothing of.
// All questions are sent before the first answer is waited for.
func (a *account) count(ctx context.Context, h *host, c *imapclient.Client) error {
	questions := map[*folder]*question[*imapclient.StatusData]{}
	for _, f := range a.folders {
		if f.selectable && f.messages == nil {
			q := ask(func() *imapclient.Command[*imapclient.StatusData] { return c.Status(f.raw, statusItems...) })
			q.send()
			questions[f] = q
		}
	}
	for _, f := range a.folders {
		if q := questions[f]; q != nil {
			ok, err := h.answered(ctx, q)
			if err != nil {
				return err
			}
			if ok {
				f.note(q.result)
			}
		}
	}
	return nil
}
