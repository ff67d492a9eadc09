package imapclient_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// greet sends a greeting with capabilities.
func greet(c *imapscript.Conn, capabilities string) {
	c.Send("* OK [CAPABILITY IMAP4rev1 " + capabilities + "] ready")
}

func TestPlainWithInitialResponseAndCapabilitiesReadAnew(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN " + encoded("\x00anna\x00pä$$"))
		c.Reply("OK in")
		c.Expect("CAPABILITY")
		c.Send("* CAPABILITY IMAP4rev1 UIDPLUS")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	if err := c.Login(patient(t), "anna", "pä$$"); err != nil || !c.Caps().Has("UIDPLUS") || c.Caps().Has("SASL-IR") {
		t.Fatalf("login gives %v, capabilities %v", err, c.Caps().List())
	}
}

func TestPlainWithoutInitialResponseWaitsForTheServer(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN")
		c.Send("+ ")
		c.ExpectLine(encoded("\x00anna\x00secret"))
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	if err := dial(t, server).Login(patient(t), "anna", "secret"); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedPasswordIsAnAuthErrorAndNotTriedTwice(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("NO [AUTHENTICATIONFAILED] wrong password secret or c2VjcmV0")
		c.ExpectEnd()
	})
	err := dial(t, server).Login(patient(t), "anna", "secret")
	if !errors.Is(err, imapclient.ErrAuth) || !errors.Is(err, imapclient.CodeAuthenticationFailed) || imapclient.Temporary(err) {
		t.Fatalf("login gives %v", err)
	}
	if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "c2VjcmV0") {
		t.Fatalf("the error tells the password: %v", err)
	}
}

func TestPassingRefusalsOfALoginAreNoAuthErrors(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		"NO [UNAVAILABLE] Temporary authentication failure", "NO [LIMIT] try later", "NO [INUSE] busy",
		"NO Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, "")
				c.Expect("LOGIN *")
				c.Reply(answer)
				c.ExpectEnd()
			})
			err := dial(t, server).Login(patient(t), "anna", "secret")
			if errors.Is(err, imapclient.ErrAuth) || !errors.Is(err, imapclient.ErrNo) || !imapclient.Temporary(err) {
				t.Fatalf("login gives %v", err)
			}
		})
	}
}

func TestLoginDisabledIsHonoured(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LOGINDISABLED")
		c.ExpectEnd()
	})
	if err := dial(t, server).Login(patient(t), "anna", "secret"); !errors.Is(err, imapclient.ErrAuth) {
		t.Fatalf("login gives %v", err)
	}
}

func TestLoginSendsOddPasswordsAsLiterals(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect(`LOGIN "a\\n\"na" {9}`)
		c.Send("+ go on")
		if got := c.ExpectLiteral(); got != "p\xc3\xa4s\r\nx1\xff" {
			t.Errorf("the password arrives as %q", got)
		}
		c.ExpectLine("")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	if err := dial(t, server).Login(patient(t), `a\n"na`, "p\xc3\xa4s\r\nx1\xff"); err != nil {
		t.Fatal(err)
	}
}

func TestPlainThatIsNotSpokenFallsBackToLogin(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN")
		c.Reply("BAD unknown command")
		c.Expect(`LOGIN "anna" "secret"`)
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	if err := dial(t, server).Login(patient(t), "anna", "secret"); err != nil {
		t.Fatal(err)
	}
}

func TestXOAuth2AnswersTheErrorDescriptionWithAnEmptyLine(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=XOAUTH2")
		c.Expect("AUTHENTICATE XOAUTH2 " + encoded("user=anna@example.org\x01auth=Bearer tok\x01\x01"))
		c.Send("+ " + encoded(`{"status":"401"}`))
		c.ExpectLine("")
		c.Reply("NO SASL authentication failed")
		c.ExpectEnd()
	})
	err := dial(t, server).LoginToken(patient(t), "anna@example.org", "tok")
	if !errors.Is(err, imapclient.ErrAuth) {
		t.Fatalf("login gives %v", err)
	}
}

func TestOAuthBearerIsPreferred(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER")
		c.Expect("AUTHENTICATE OAUTHBEARER *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	if err := dial(t, server).LoginToken(patient(t), "anna@example.org", "tok"); err != nil {
		t.Fatal(err)
	}
}

// transcript gathers a trace.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestTraceMasksSecretsWhoeverSaysThem(t *testing.T) {
	t.Parallel()
	const password = `hunter "2"`
	for name, talk := range map[string]imapscript.Conversation{
		"LOGIN": func(c *imapscript.Conn) {
			greet(c, "")
			c.Expect("LOGIN *")
			c.Reply("NO wrong password: what is " + password + ` in LOGIN "anna" "hunter \"2\""?`)
			c.ExpectEnd()
		},
		"PLAIN": func(c *imapscript.Conn) {
			greet(c, "AUTH=PLAIN SASL-IR")
			c.Expect("AUTHENTICATE *")
			c.Reply("NO bad password: no " + encoded("\x00anna\x00"+password) + " nor " + encoded("xy"+password+"z"))
			c.ExpectEnd()
		},
		"PLAIN in two steps": func(c *imapscript.Conn) {
			greet(c, "AUTH=PLAIN")
			c.Expect("AUTHENTICATE PLAIN")
			c.Send("+ ")
			c.ExpectLine("*")
			c.Reply("NO [AUTHENTICATIONFAILED] no")
			c.ExpectEnd()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trace := &transcript{}
			server := imapscript.Start(t, talk)
			c := dial(t, server, func(o *imapclient.Options) { o.Trace = trace })
			if err := c.Login(patient(t), "anna", password); !errors.Is(err, imapclient.ErrAuth) {
				t.Fatalf("login gives %v", err)
			}
			text := trace.String()
			if !strings.Contains(text, "C: ") || !strings.Contains(text, "S: ") || !strings.Contains(text, "***") && name != "PLAIN in two steps" {
				t.Errorf("the trace is no trace:\n%s", text)
			}
			for _, secret := range []string{"hunter", encoded("\x00anna\x00" + password), encoded("xy" + password + "z")[3:16]} {
				if strings.Contains(text, secret) {
					t.Errorf("the trace has %q in it:\n%s", secret, text)
				}
			}
		})
	}
}
