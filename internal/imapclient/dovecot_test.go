package imapclient_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/linkproxy"
)

// startDovecot starts a Dovecot with one user and gives the options to connect to it.
func startDovecot(t testing.TB, options dovecot.Options) (*dovecot.TB, imapclient.Options) {
	t.Helper()
	server := dovecot.New(t, options)
	server.AddUser("anna@example.org", "secret", 0)
	return server, imapclient.Options{
		Host: server.Host, Port: server.TLSPort, TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: server.CA}, ClientName: "test",
	}
}

// enter connects and logs in.
func enter(t testing.TB, options imapclient.Options) *imapclient.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := imapclient.Dial(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-c.Done()
	})
	if err := c.Login(ctx, "anna@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	return c
}

// generated makes messages of about this size that differ.
func generated(count, size int) [][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	messages := make([][]byte, count)
	for i := range messages {
		var b bytes.Buffer
		fmt.Fprintf(&b, "Message-ID: <%d@example.org>\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: number %d\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\n", i, i)
		for b.Len() < size {
			fmt.Fprintf(&b, "%016x%016x%016x%016x\r\n", random.Uint64(), random.Uint64(), random.Uint64(), random.Uint64())
		}
		messages[i] = b.Bytes()
	}
	return messages
}

// appendAll stores messages by MULTIAPPEND in batches, two of which are in flight.
func appendAll(ctx context.Context, c *imapclient.Client, mailbox string, messages [][]byte, batch int) (uids []uint32, err error) {
	var flying []*imapclient.Command[imapclient.AppendData]
	land := func() error {
		data, err := flying[0].Wait(ctx)
		uids, flying = append(uids, data.UIDs...), flying[1:]
		return err
	}
	for len(messages) > 0 {
		n := min(batch, len(messages))
		var members []imapclient.AppendMessage
		for _, m := range messages[:n] {
			members = append(members, imapclient.AppendMessage{
				Flags: []string{`\Seen`, "$Test"}, InternalDate: "17-Jul-1996 02:44:25 -0700", Size: int64(len(m)), Body: bytes.NewReader(m),
			})
		}
		messages = messages[n:]
		if flying = append(flying, c.MultiAppend(mailbox, members, imapclient.AppendOptions{})); len(flying) == 2 {
			if err := land(); err != nil {
				return uids, err
			}
		}
	}
	for len(flying) > 0 {
		if err := land(); err != nil {
			return uids, err
		}
	}
	return uids, nil
}

func TestDovecotKeepsAndGivesBackEveryByte(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string][]string{
		"all capabilities": nil,
		"LITERAL-":         {"LITERAL+"},
		"no MULTIAPPEND":   {"MULTIAPPEND", "UIDPLUS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, options := startDovecot(t, dovecot.Options{HideCapabilities: hidden})
			c := enter(t, options)
			ctx := patient(t)
			batch := 7
			if !c.Caps().Has("MULTIAPPEND") {
				batch = 1
			}
			messages := generated(40, 6000)
			uids, err := appendAll(ctx, c, "INBOX", messages, batch)
			if err != nil || c.Caps().Has("UIDPLUS") && len(uids) != 40 {
				t.Fatalf("%d UIDs, %v", len(uids), err)
			}
			box, err := c.Select("INBOX").Wait(ctx)
			if err != nil || box.Exists != 40 || box.UIDNext != 41 || box.UIDValidity == 0 || !box.CanKeep("new") {
				t.Fatalf("the mailbox is %+v, %v", box, err)
			}
			got := 0
			var body bytes.Buffer
			// Two commands in flight.
			fetch := imapclient.FetchOptions{
				Items:   []string{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]"},
				Literal: func(*imapclient.Message, string, int64) io.Writer { body.Reset(); return &body },
				Message: func(m *imapclient.Message) {
					got++
					at, _ := m.Time()
					if !bytes.Equal(body.Bytes(), messages[m.UID-1]) || m.Size != int64(body.Len()) || at.Unix() != 837596665 ||
						!slices.Contains(m.Flags, `\Seen`) || !slices.Contains(m.Flags, "$Test") {
						t.Errorf("message %d comes back as %d bytes with %+v", m.UID, body.Len(), m)
					}
				},
			}
			first, second := c.Fetch(imapclient.Between(1, 20), fetch), c.Fetch(imapclient.From(21), fetch)
			_, err1 := first.Wait(ctx)
			_, err2 := second.Wait(ctx)
			if err := errors.Join(err1, err2); err != nil || got != 40 {
				t.Fatalf("%d messages come back, %v", got, err)
			}
		})
	}
}

func TestDovecotSpeaksEachTransport(t *testing.T) {
	t.Parallel()
	server, options := startDovecot(t, dovecot.Options{RequireTLS: true})
	enter(t, options)
	upgraded := options
	upgraded.Port, upgraded.Security = server.Port, imapclient.StartTLS
	if c := enter(t, upgraded); c.Caps().Has("LOGINDISABLED") {
		t.Error("the capabilities are those from before STARTTLS")
	}
	options.TLSConfig = nil
	if _, err := imapclient.Dial(patient(t), options); !errors.Is(err, imapclient.ErrTLS) {
		t.Errorf("an unknown certificate gives %v", err)
	}
}

func TestDovecotRefusesAWrongPasswordForGood(t *testing.T) {
	t.Parallel()
	_, options := startDovecot(t, dovecot.Options{})
	c, err := imapclient.Dial(patient(t), options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(patient(t), "anna@example.org", "wrong"); !errors.Is(err, imapclient.ErrAuth) || strings.Contains(err.Error(), "wrong") {
		t.Fatalf("login gives %v", err)
	}
}

func TestDovecotCompresses(t *testing.T) {
	t.Parallel()
	_, options := startDovecot(t, dovecot.Options{Compress: true})
	c := enter(t, options)
	ctx := patient(t)
	on, err := c.Compress().Wait(ctx)
	if err != nil || !on {
		t.Fatalf("compression is %v, %v", on, err)
	}
	text := bytes.Repeat([]byte("the same line over and over\r\n"), 20000)
	messages := [][]byte{append([]byte("Subject: a\r\n\r\n"), text...), append([]byte("Subject: b\r\n\r\n"), text...)}
	if _, err := appendAll(ctx, c, "INBOX", messages, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Examine("INBOX").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	same := 0
	var body bytes.Buffer
	_, err = c.Fetch(imapclient.From(1), imapclient.FetchOptions{
		Items:   []string{"BODY.PEEK[]"},
		Literal: func(*imapclient.Message, string, int64) io.Writer { body.Reset(); return &body },
		Message: func(m *imapclient.Message) {
			if bytes.Equal(body.Bytes(), messages[m.UID-1]) {
				same++
			}
		},
	}).Wait(ctx)
	if err != nil || same != 2 {
		t.Fatalf("%d messages come back, %v", same, err)
	}
	if stats := c.Stats(); stats.BytesWritten+stats.BytesRead > 100000 {
		t.Fatalf("%+v", stats)
	}
}

func TestDovecotListsSubscribesAndTellsStatus(t *testing.T) {
	t.Parallel()
	_, options := startDovecot(t, dovecot.Options{Separator: "."})
	c := enter(t, options)
	ctx := patient(t)
	for _, name := range []string{"Work.Entw&APw-rfe", `quo"te \ x`, "R&-D", "Sent"} {
		if _, err := c.Create(name).Wait(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Subscribe(name).Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	list, err := c.List(imapclient.ListOptions{Subscribed: true, SpecialUse: true, Children: true, Status: []string{"MESSAGES", "UIDNEXT", "SIZE"}}).Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*imapclient.ListEntry{}
	for _, entry := range list {
		found[entry.Name] = entry
	}
	if e := found["Work.Entw&APw-rfe"]; e == nil || !e.Has(`\Subscribed`) || e.Delimiter != "." || e.Status == nil || *e.Status.UIDNext != 1 || e.Status.Size == nil {
		t.Errorf("the entry is %+v", e)
	}
	if found[`quo"te \ x`] == nil || found["R&-D"] == nil || !found["Sent"].Has(`\Sent`) {
		t.Errorf("the names are %v", found)
	}
	if subscribed, err := c.Lsub("", "*").Wait(ctx); err != nil || len(subscribed) != 4 {
		t.Errorf("subscribed are %v, %v", subscribed, err)
	}
	if spaces, err := c.Namespaces().Wait(ctx); err != nil || len(spaces.Personal) != 1 || spaces.Personal[0].Delimiter != "." {
		t.Errorf("namespaces are %+v, %v", spaces, err)
	}
	if id, err := c.Identify().Wait(ctx); err != nil || id["name"] != "Dovecot" {
		t.Errorf("the server is %v, %v", id, err)
	}
	if status, err := c.Status("INBOX").Wait(ctx); err != nil || *status.Messages != 0 || status.Size == nil {
		t.Errorf("the status is %+v, %v", status, err)
	}
	if _, err := c.Create("Sent").Wait(ctx); !errors.Is(err, imapclient.CodeAlreadyExists) {
		t.Errorf("creating what exists gives %v", err)
	}
	if _, err := c.Append("Nowhere", message("x"), imapclient.AppendOptions{}).Wait(ctx); !errors.Is(err, imapclient.CodeTryCreate) {
		t.Errorf("appending to nowhere gives %v", err)
	}
	if _, err := c.Append("INBOX", message("\r\nx"), imapclient.AppendOptions{Wait: true}).Wait(ctx); err != nil {
		t.Errorf("a waiting literal gives %v", err)
	}
	if err := c.Logout(ctx); err != nil {
		t.Error(err)
	}
}

func TestDovecotRefusesOverQuota(t *testing.T) {
	t.Parallel()
	server, options := startDovecot(t, dovecot.Options{Quota: true})
	server.AddUser("full@example.org", "secret", 20000)
	c, err := imapclient.Dial(patient(t), options)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx := patient(t)
	if err := c.Login(ctx, "full@example.org", "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := appendAll(ctx, c, "INBOX", generated(10, 5000), 5); !imapclient.OverQuota(err) {
		t.Fatalf("append gives %v", err)
	}
	if roots, err := c.QuotaRoots("INBOX").Wait(ctx); err != nil || len(roots) == 0 || len(roots[0].Resources) == 0 || roots[0].Resources[0].Limit < 19 {
		t.Fatalf("quota is %+v, %v", roots, err)
	}
}

func TestACutLineIsALostConnection(t *testing.T) {
	t.Parallel()
	server, options := startDovecot(t, dovecot.Options{})
	link, err := linkproxy.Start(net.JoinHostPort(server.Host, strconv.Itoa(server.TLSPort)), linkproxy.Options{
		Delay: time.Millisecond, Cut: func(int) linkproxy.Cut { return linkproxy.Cut{ToTarget: 300000} },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	options.Host, options.Port = link.Host, link.Port
	c := enter(t, options)
	uids, err := appendAll(patient(t), c, "INBOX", generated(200, 5000), 10)
	if !errors.Is(err, imapclient.ErrLost) || !imapclient.Temporary(err) || len(uids) >= 60 {
		t.Fatalf("%d UIDs, %v", len(uids), err)
	}
}

// The benchmarks are of the wire's own limit: 5,000 messages of 30 KB, over one connection.

func BenchmarkMultiAppend(b *testing.B) {
	messages := generated(5000, 30000)
	_, options := startDovecot(b, dovecot.Options{FSync: "optimized"})
	c := enter(b, options)
	b.SetBytes(5000 * 30000)
	for b.Loop() {
		if _, err := appendAll(b.Context(), c, "INBOX", messages, 100); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*5000/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkFetch(b *testing.B) {
	_, options := startDovecot(b, dovecot.Options{})
	c := enter(b, options)
	if _, err := appendAll(b.Context(), c, "INBOX", generated(5000, 30000), 100); err != nil {
		b.Fatal(err)
	}
	if _, err := c.Examine("INBOX").Wait(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(5000 * 30000)
	b.ReportAllocs()
	for b.Loop() {
		var read countingWriter
		got, err := c.Fetch(imapclient.From(1), imapclient.FetchOptions{
			Items:   []string{"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"},
			Literal: func(*imapclient.Message, string, int64) io.Writer { return &read },
		}).Wait(b.Context())
		if err != nil || got.Messages != 5000 || read < 5000*30000 {
			b.Fatal(got, read, err)
		}
	}
	b.ReportMetric(float64(b.N)*5000/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkDistance is 500 messages of 21 KB over a line of 40 ms of round trip.
func BenchmarkDistance(b *testing.B) {
	server, options := startDovecot(b, dovecot.Options{FSync: "optimized"})
	link, err := linkproxy.Start(net.JoinHostPort(server.Host, strconv.Itoa(server.TLSPort)), linkproxy.Options{Delay: 20 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	defer link.Close()
	options.Host, options.Port = link.Host, link.Port
	c := enter(b, options)
	messages := generated(500, 21000)
	for name, store := range map[string]func() error{
		"MULTIAPPEND": func() error {
			_, err := appendAll(b.Context(), c, "INBOX", messages, 50)
			return err
		},
		"APPEND": func() error {
			var flying []*imapclient.Command[imapclient.AppendData]
			for _, m := range messages {
				flying = append(flying, c.Append("INBOX", imapclient.AppendMessage{Size: int64(len(m)), Body: bytes.NewReader(m)}, imapclient.AppendOptions{}))
			}
			var err error
			for _, command := range flying {
				_, failed := command.Wait(b.Context())
				err = errors.Join(err, failed)
			}
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := store(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*500/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
