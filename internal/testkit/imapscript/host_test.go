package imapscript_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// body makes a message with a Message-ID.
func body(n int) []byte {
	return fmt.Appendf(nil, "Message-ID: <%d@example.org>\r\nSubject: number %d\r\n\r\nHello %d\r\n", n, n, n)
}

// appended makes what Append takes.
func appended(bodies ...[]byte) []imapclient.AppendMessage {
	var messages []imapclient.AppendMessage
	for _, b := range bodies {
		messages = append(messages, imapclient.AppendMessage{
			Flags: []string{`\Seen`}, InternalDate: "17-Jul-1996 02:44:25 -0700", Size: int64(len(b)), Body: bytes.NewReader(b),
		})
	}
	return messages
}

// fetchAll gives the bodies of a mailbox by UID.
func fetchAll(t *testing.T, c *imapclient.Client, name string) (map[uint32]string, error) {
	t.Helper()
	ctx := patient(t)
	if _, err := c.Examine(name).Wait(ctx); err != nil {
		return nil, err
	}
	bodies := map[uint32]string{}
	var sink bytes.Buffer
	_, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items:   []string{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer { sink.Reset(); return &sink },
		Message: func(m *imapclient.Message) { bodies[m.UID] = sink.String() },
	}).Wait(ctx)
	return bodies, err
}

func TestWhatIsAppendedInABatchCanBeFetched(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{})
	c := login(t, host)
	ctx := patient(t)
	data, err := c.MultiAppend("INBOX", appended(body(1), body(2), body(3)), imapclient.AppendOptions{}).Wait(ctx)
	if err != nil || len(data.UIDs) != 3 || data.UIDs[2] != 3 || data.UIDValidity == 0 {
		t.Fatalf("append gives %+v, %v", data, err)
	}
	bodies, err := fetchAll(t, c, "INBOX")
	if err != nil || len(bodies) != 3 || bodies[2] != string(body(2)) {
		t.Fatalf("fetch gives %v, %v", bodies, err)
	}
	found, err := c.SearchHeader(imapclient.From(2), "Message-ID", "<3@example.org>").Wait(ctx)
	if err != nil || len(found) != 1 || found[0] != 3 {
		t.Fatalf("search gives %v, %v", found, err)
	}
}

func TestSynchronisingLiteralsWorkWithoutLiteralPlus(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{Without: []string{"LITERAL+", "UIDPLUS", "MULTIAPPEND"}})
	c := login(t, host)
	var commands []*imapclient.Command[imapclient.AppendData]
	for n := range 20 {
		commands = append(commands, c.Append("INBOX", appended(body(n))[0], imapclient.AppendOptions{}))
	}
	for _, command := range commands {
		if data, err := command.Wait(patient(t)); err != nil || data.UIDs != nil {
			t.Fatalf("append gives %+v, %v", data, err)
		}
	}
	if n := host.Mailbox("INBOX").Len(); n != 20 {
		t.Fatalf("%d messages arrived", n)
	}
}

func TestDropAfterStoreLosesTheConnectionAndKeepsTheMessage(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{AfterAppend: imapscript.AppendNumber(2, imapscript.Drop())})
	c := login(t, host)
	_, err := c.MultiAppend("INBOX", appended(body(1), body(2), body(3)), imapclient.AppendOptions{}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrLost) || host.Mailbox("INBOX").Len() != 3 {
		t.Fatalf("append gives %v with %d messages stored", err, host.Mailbox("INBOX").Len())
	}
}

func TestMembersStoredAtOnceRemainWhenTheConnectionDrops(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{StoreMembersAtOnce: true, AfterAppend: imapscript.AppendNumber(2, imapscript.Drop())})
	c := login(t, host)
	_, err := c.MultiAppend("INBOX", appended(body(1), body(2), body(3)), imapclient.AppendOptions{}).Wait(patient(t))
	if !errors.Is(err, imapclient.ErrLost) && !errors.Is(err, imapclient.ErrBye) || host.Mailbox("INBOX").Len() != 2 {
		t.Fatalf("append gives %v with %d messages stored", err, host.Mailbox("INBOX").Len())
	}
}

func TestLimitsAreRefusedBeforeTheUpload(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{AppendLimit: 1000, Quota: 1500})
	c := login(t, host)
	ctx := patient(t)
	if limit, ok := c.Caps().AppendLimit(); !ok || limit != 1000 {
		t.Fatalf("APPENDLIMIT is %d, %v", limit, ok)
	}
	unread := strings.NewReader("")
	_, err := c.Append("INBOX", imapclient.AppendMessage{Size: 5000, Body: unread}, imapclient.AppendOptions{Wait: true}).Wait(ctx)
	if !errors.Is(err, imapclient.CodeTooBig) {
		t.Fatalf("a message over APPENDLIMIT gives %v", err)
	}
	if _, err := c.Append("INBOX", appended(bytes.Repeat([]byte("x"), 900))[0], imapclient.AppendOptions{Wait: true}).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = c.Append("INBOX", imapclient.AppendMessage{Size: 900, Body: unread}, imapclient.AppendOptions{Wait: true}).Wait(ctx)
	if !imapclient.OverQuota(err) {
		t.Fatalf("a message over quota gives %v", err)
	}
	roots, err := c.QuotaRoots("INBOX").Wait(ctx)
	if err != nil || len(roots) != 1 || roots[0].Resources[0].Limit != 1 {
		t.Fatalf("quota is %+v, %v", roots, err)
	}
}

func TestOneRefusedMemberRefusesTheBatch(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{RefuseMessage: func(_ string, m imapscript.Message) string {
		if bytes.Contains(m.Body, []byte("Hello 2")) {
			return "NO [CANNOT] virus found"
		}
		return ""
	}})
	c := login(t, host)
	ctx := patient(t)
	_, err := c.MultiAppend("INBOX", appended(body(1), body(2), body(3)), imapclient.AppendOptions{}).Wait(ctx)
	if !errors.Is(err, imapclient.CodeCannot) || host.Mailbox("INBOX").Len() != 0 {
		t.Fatalf("append gives %v with %d messages stored", err, host.Mailbox("INBOX").Len())
	}
	if _, err := c.Append("INBOX", appended(body(1))[0], imapclient.AppendOptions{}).Wait(ctx); err != nil {
		t.Fatalf("the connection is of no use afterwards: %v", err)
	}
}

func TestFetchSurvivesUIDLastAndChatterAndHighUIDs(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{UIDLast: true, Chatty: true})
	inbox := host.Mailbox("INBOX").SetUIDNext(4294967290)
	inbox.Add(imapscript.Message{Body: body(1), InternalDate: "00-Jan-0000 00:00:00 +0000"}, imapscript.Message{Body: body(2), InternalDate: "NIL"})
	c := login(t, host)
	bodies, err := fetchAll(t, c, "INBOX")
	if err != nil || len(bodies) != 2 || bodies[4294967291] != string(body(2)) {
		t.Fatalf("fetch gives %v, %v", bodies, err)
	}
	if stats := c.Stats(); stats.Unknown != 2 || stats.Unsolicited != 2 {
		t.Fatalf("chatter is counted as %+v", stats)
	}
}

func TestContentCanComeQuotedAndAsNIL(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{Literal: func(m imapscript.Message) imapscript.Form { return imapscript.Form(m.UID) }})
	host.Mailbox("INBOX").Add(imapscript.Message{Body: []byte(`a "quoted" \ text`)}, imapscript.Message{Body: body(2)})
	c := login(t, host)
	bodies, err := fetchAll(t, c, "INBOX")
	if err != nil || bodies[1] != `a "quoted" \ text` || len(bodies) != 2 {
		t.Fatalf("fetch gives %v, %v", bodies, err)
	}
}

func TestDropInsideAMessageDeliversOnlyWholeOnes(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{OnFetch: imapscript.FetchUID("INBOX", 2, 0, imapscript.DropInside(10))})
	host.Mailbox("INBOX").Add(imapscript.Message{Body: body(1)}, imapscript.Message{Body: body(2)}, imapscript.Message{Body: body(3)})
	bodies, err := fetchAll(t, login(t, host), "INBOX")
	if !errors.Is(err, imapclient.ErrLost) || len(bodies) != 1 || bodies[1] != string(body(1)) {
		t.Fatalf("fetch gives %v, %v", bodies, err)
	}
}

func TestMailboxesAreListedWithAttributesAndOddNames(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{Delimiter: ".", Prefix: "INBOX."})
	host.Mailbox("INBOX.Sent").SetAttributes(`\Sent`).SetSubscribed(true).Add(imapscript.Message{Body: body(1)})
	host.Mailbox("INBOX.R&D")
	host.Mailbox("INBOX.\xc3\xa4 \"x\" \\ *").SetAttributes(`\Noselect`)
	c := login(t, host)
	ctx := patient(t)
	list, err := c.List(imapclient.ListOptions{Subscribed: true, SpecialUse: true, Status: []string{"MESSAGES", "SIZE"}}).Wait(ctx)
	if err != nil || len(list) != 4 {
		t.Fatalf("list gives %v, %v", list, err)
	}
	if sent := list[1]; !sent.Has(`\Sent`) || !sent.Has(`\Subscribed`) || sent.Delimiter != "." || sent.Status == nil || *sent.Status.Messages != 1 {
		t.Fatalf("the entry is %+v", sent)
	}
	if list[2].Name != "INBOX.R&D" || list[3].Name != "INBOX.\xc3\xa4 \"x\" \\ *" || list[3].Selectable() {
		t.Fatalf("the names are %q, %q", list[2].Name, list[3].Name)
	}
	spaces, err := c.Namespaces().Wait(ctx)
	if err != nil || len(spaces.Personal) != 1 || spaces.Personal[0].Prefix != "INBOX." {
		t.Fatalf("namespaces are %+v, %v", spaces, err)
	}
	if _, err := c.Create("INBOX.Sent").Wait(ctx); !errors.Is(err, imapclient.CodeAlreadyExists) {
		t.Fatalf("creating what exists gives %v", err)
	}
	if _, err := c.Create("INBOX.ü.b").Wait(ctx); err != nil || !host.Exists("INBOX.ü") {
		t.Fatalf("creating two levels gives %v", err)
	}
	if _, err := c.Examine(list[3].Name).Wait(ctx); !errors.Is(err, imapclient.CodeCannot) {
		t.Fatalf("opening \\Noselect gives %v", err)
	}
}

func TestTooManyConnectionsAreRefused(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{MaxConnections: 1})
	login(t, host)
	second, err := connect(t, host, imapclient.None)
	if err == nil {
		err = second.Login(patient(t), "anna", "secret")
	}
	if !imapclient.TooManyConnections(err) || errors.Is(err, imapclient.ErrAuth) {
		t.Fatalf("the second login gives %v", err)
	}
	host.Change(func(k *imapscript.Knobs) { k.ByeAtLimit = true })
	if _, err = connect(t, host, imapclient.None); !imapclient.TooManyConnections(err) || !errors.Is(err, imapclient.ErrBye) {
		t.Fatalf("the third connection gives %v", err)
	}
}

func TestThrottlingByeIsRecognised(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{OnCommand: func(n int, _ string) imapscript.Action {
		if n == 3 {
			return imapscript.Bye("Request is throttled. Suggested Backoff Time: 2500 milliseconds")
		}
		return imapscript.Action{}
	}})
	c := login(t, host)
	ctx := patient(t)
	if _, err := c.Noop().Wait(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := c.Noop().Wait(ctx)
	if wait, ok := imapclient.RetryAfter(err); !imapclient.Throttled(err) || !errors.Is(err, imapclient.ErrBye) || !ok || wait.Milliseconds() != 2500 {
		t.Fatalf("a throttling BYE gives %v, to wait %v, %v", err, wait, ok)
	}
}

func TestUnknownKeywordsAreRefusedWithoutStar(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{PermanentFlags: []string{`\Seen`, "$Known"}})
	c := login(t, host)
	ctx := patient(t)
	box, err := c.Select("INBOX").Wait(ctx)
	if err != nil || box.CanKeep("other") || !box.CanKeep(`\Seen`) || !box.CanKeep("$known") || box.CanKeep(`\Recent`) {
		t.Fatalf("the mailbox is %+v, %v", box, err)
	}
	message := appended(body(1))[0]
	message.Flags = []string{"other"}
	if _, err := c.Append("INBOX", message, imapclient.AppendOptions{}).Wait(ctx); !errors.Is(err, imapclient.ErrBad) {
		t.Fatalf("an unknown keyword gives %v", err)
	}
}

func TestTLSHostNeedsItsCertificate(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{TLS: true, Password: "secret"})
	c, err := connect(t, host, imapclient.TLS)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(patient(t), "anna", "wrong"); !errors.Is(err, imapclient.ErrAuth) {
		t.Fatalf("a wrong password gives %v", err)
	}
	_, err = imapclient.Dial(patient(t), imapclient.Options{Host: host.Host, Port: host.Port})
	if !errors.Is(err, imapclient.ErrTLS) {
		t.Fatalf("an unknown certificate gives %v", err)
	}
}

func TestFlagsAreStored(t *testing.T) {
	t.Parallel()
	host := imapscript.NewHost(t, imapscript.Knobs{})
	uids := host.Mailbox("INBOX").Add(imapscript.Message{Body: body(1)}, imapscript.Message{Body: body(2), Flags: []string{`\Seen`}})
	c := login(t, host)
	ctx := patient(t)
	if _, err := c.Select("INBOX").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Store(imapclient.UIDs(uids...), imapclient.StoreAdd, []string{`\Flagged`, "x"}).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Store(imapclient.UIDs(2), imapclient.StoreRemove, []string{`\Seen`}).Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(host.Mailbox("INBOX").Messages()[1].Flags); got != `[\Flagged x]` {
		t.Fatalf("flags are %s", got)
	}
}
