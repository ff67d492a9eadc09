package imapclient_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

// fails dials and gives the error.
func fails(t *testing.T, server *imapscript.Server, change ...func(*imapclient.Options)) error {
	t.Helper()
	options := imapclient.Options{Host: server.Host, Port: server.Port, Security: imapclient.None}
	for _, change := range change {
		change(&options)
	}
	c, err := imapclient.Dial(patient(t), options)
	if err == nil {
		_ = c.Close()
		t.Fatal("dial succeeds")
	}
	return err
}

func startTLS(server *imapscript.Server) func(*imapclient.Options) {
	return func(o *imapclient.Options) {
		o.Security = imapclient.StartTLS
		o.TLSConfig = server.ClientTLS()
	}
}

func TestConnectionRefusedIsAConnectError(t *testing.T) {
	t.Parallel()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := socket.Addr().(*net.TCPAddr).Port
	_ = socket.Close()
	_, err = imapclient.Dial(patient(t), imapclient.Options{Host: "127.0.0.1", Port: port})
	if !errors.Is(err, imapclient.ErrConnect) || !imapclient.Temporary(err) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestNetworkPolicyIsAConnectErrorWithItsCause(t *testing.T) {
	t.Parallel()
	policy := errors.New("not an allowed network")
	_, err := imapclient.Dial(patient(t), imapclient.Options{Host: "192.0.2.1", DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
		if network != "tcp" || address != "192.0.2.1:993" {
			t.Errorf("the policy is asked about %s %s", network, address)
		}
		return nil, policy
	}})
	if !errors.Is(err, imapclient.ErrConnect) || !errors.Is(err, policy) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestGreetingByeIsToldWithItsCode(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) { c.Send("* BYE [UNAVAILABLE] back in an hour") })
	err := fails(t, server)
	if !errors.Is(err, imapclient.ErrBye) || !errors.Is(err, imapclient.CodeUnavailable) || !strings.Contains(err.Error(), "back in an hour") {
		t.Fatalf("dial gives %v", err)
	}
}

func TestOtherProtocolsAreNotIMAP(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) { c.Send("220 mail.example.org ESMTP") })
	if err := fails(t, server); !errors.Is(err, imapclient.ErrProtocol) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestSilenceInsteadOfAGreetingEndsInTime(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) { c.StaySilent() })
	err := fails(t, server, func(o *imapclient.Options) { o.ConnectTimeout = 50 * time.Millisecond })
	if !errors.Is(err, imapclient.ErrConnect) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestCancelledDialEndsAtOnce(t *testing.T) {
	t.Parallel()
	connected := make(chan struct{})
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		close(connected)
		c.StaySilent()
	})
	ctx, cancel := context.WithCancelCause(patient(t))
	enough := errors.New("job cancelled")
	go func() {
		<-connected
		cancel(enough)
	}()
	_, err := imapclient.Dial(ctx, imapclient.Options{Host: server.Host, Port: server.Port, Security: imapclient.None})
	if !errors.Is(err, enough) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestHangingUpInTheTLSHandshakeIsNoTLSFailure(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) { c.Drop() })
	err := fails(t, server, func(o *imapclient.Options) { o.Security = imapclient.TLS })
	if !errors.Is(err, imapclient.ErrConnect) || errors.Is(err, imapclient.ErrTLS) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestClearTextOnATLSPortIsATLSFailure(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* OK IMAP4rev1 in clear text")
		c.StaySilent()
	})
	err := fails(t, server, func(o *imapclient.Options) { o.Security = imapclient.TLS })
	if !errors.Is(err, imapclient.ErrTLS) || imapclient.Temporary(err) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestTLSVerifiesTheCertificateUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	talk := func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1] ready")
		c.ExpectEnd()
	}
	refused := imapscript.StartTLS(t, func(c *imapscript.Conn) { c.ExpectEnd() })
	err := fails(t, refused, func(o *imapclient.Options) { o.Security = imapclient.TLS })
	if !errors.Is(err, imapclient.ErrTLS) {
		t.Fatalf("dial gives %v", err)
	}
	server := imapscript.StartTLS(t, talk, talk)
	dial(t, server, func(o *imapclient.Options) { o.Security, o.SkipVerify = imapclient.TLS, true })
	dial(t, server, func(o *imapclient.Options) { o.Security, o.TLSConfig = imapclient.TLS, server.ClientTLS() })
}

func TestStartTLSDiscardsWhatWasInjectedBeforeIt(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1 STARTTLS XBEFORE] ready")
		tag := c.Expect("STARTTLS")
		c.SendRaw(tag + " OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=INJECTED\r\nF2 NO injected\r\n")
		c.UpgradeTLS()
		c.Expect("CAPABILITY")
		c.Send("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server, startTLS(server))
	if got := strings.Join(c.Caps().List(), " "); got != "AUTH=PLAIN IMAP4REV1" {
		t.Fatalf("the capabilities are %s", got)
	}
}

func TestStartTLSIsRequiredWhenAskedFor(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string]imapscript.Conversation{
		"not announced": func(c *imapscript.Conn) {
			c.Send("* OK [CAPABILITY IMAP4rev1] ready")
			c.ExpectEnd()
		},
		"refused": func(c *imapscript.Conn) {
			c.Send("* OK ready")
			c.Expect("STARTTLS")
			c.Reply("BAD unknown command")
			c.ExpectEnd()
		},
		"PREAUTH": func(c *imapscript.Conn) {
			c.Send("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] welcome back")
			c.ExpectEnd()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, talk)
			if err := fails(t, server, startTLS(server)); !errors.Is(err, imapclient.ErrTLS) {
				t.Fatalf("dial gives %v", err)
			}
		})
	}
}

func TestStartTLSVerifiesTheCertificate(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "STARTTLS")
		c.Expect("STARTTLS")
		c.Reply("OK begin")
		c.ExpectTLSRefusal()
	})
	err := fails(t, server, func(o *imapclient.Options) { o.Security = imapclient.StartTLS })
	if !errors.Is(err, imapclient.ErrTLS) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestStartTLSDoesNotGoOnInClearText(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "STARTTLS")
		c.Expect("STARTTLS")
		c.Reply("OK begin")
		c.ExpectBytes(5) // of the client's hello
		c.Send("* OK this is no TLS at all")
		c.StaySilent()
	})
	if err := fails(t, server, startTLS(server)); !errors.Is(err, imapclient.ErrTLS) {
		t.Fatalf("dial gives %v", err)
	}
}

func TestPreauthIsToldInClearText(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* PREAUTH [CAPABILITY IMAP4rev1] welcome back")
		c.ExpectEnd()
	})
	if c := dial(t, server); !c.Preauth() || c.Greeting() != "welcome back" {
		t.Fatalf("preauth is %v, the greeting %q", c.Preauth(), c.Greeting())
	}
}

func TestDisabledCapabilitiesAreNotSeen(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* OK [CAPABILITY IMAP4rev1 UIDPLUS MULTIAPPEND] ready")
		c.ExpectEnd()
	})
	c := dial(t, server, func(o *imapclient.Options) { o.DisableCaps = []string{"multiappend"} })
	if c.Caps().Has("MULTIAPPEND") || !c.Caps().Has("uidplus") {
		t.Fatalf("the capabilities are %v", c.Caps().List())
	}
}
