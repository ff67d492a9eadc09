package imapclient_test

import (
	"errors"
	"strings"
	"testing"

	"mailferry/internal/imapclient"
	"mailferry/internal/testkit/imapscript"
)

func TestLoginFollowsARefusalOfPlainThatIsNotAboutTheCredentials(t *testing.T) {
	t.Parallel()
	for answer, again := range map[string]bool{
		"NO AUTHENTICATE failed.":                        true,
		"NO [CANNOT] PLAIN is not for this account type": false, // "account": perhaps it is about it
		"NO [CANNOT] mechanism not supported":            true,
		"NO unsupported authentication mechanism":        true,
		"NO":                  true,
		"BAD invalid command": true,
		"NO [AUTHENTICATIONFAILED] AUTHENTICATE failed.":            false,
		"NO [AUTHORIZATIONFAILED] no":                               false,
		"NO [EXPIRED] no":                                           false,
		"NO [PRIVACYREQUIRED] not without TLS":                      false,
		"NO [CONTACTADMIN] no":                                      false,
		"NO Invalid credentials (Failure)":                          false,
		"NO [ALERT] Application-specific password required":         false,
		"NO [WEBALERT https://example.org] Web login required.":     false,
		"NO Login failed: authentication failure":                   false,
		"NO Benutzername oder Passwort falsch, Kennwort abgelaufen": false,
		"BAD invalid user or password":                              false,
		"NO Your account has been locked":                           false,
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, "SASL-IR AUTH=PLAIN")
				c.Expect("AUTHENTICATE PLAIN *")
				c.Reply(answer)
				if again {
					c.Expect(`LOGIN "anna" "secret"`)
					c.Reply("OK [CAPABILITY IMAP4rev1] in")
				}
				c.ExpectEnd()
			})
			err := dial(t, server).Login(patient(t), "anna", "secret")
			if again && err != nil || !again && !errors.Is(err, imapclient.ErrAuth) {
				t.Fatalf("login gives %v", err)
			}
		})
	}
}

func TestPlainFollowsARefusalOfLoginThatIsNotAboutTheCredentials(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("LOGIN *")
		c.Reply("NO use AUTHENTICATE")
		c.Expect("AUTHENTICATE PLAIN")
		c.Send("+ ")
		c.ExpectLine(encoded("\x00anna\x00secret"))
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	}, func(c *imapscript.Conn) {
		greet(c, "")
		c.Expect("LOGIN *")
		c.Reply("NO wrong password")
		c.ExpectEnd()
	})
	if err := dial(t, server).Login(patient(t), "anna", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := dial(t, server).Login(patient(t), "anna", "secret"); !errors.Is(err, imapclient.ErrAuth) {
		t.Fatalf("login gives %v", err)
	}
}

func TestAPasswordIsShownTwiceAtMostToAServerThatOnlySaysNo(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=PLAIN AUTH=LOGIN")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("NO AUTHENTICATE failed.")
		c.Expect("LOGIN *")
		c.Reply("NO not like this")
		c.ExpectEnd()
	})
	err := dial(t, server).Login(patient(t), "anna", "secret")
	var refused *imapclient.AuthError
	if !errors.As(err, &refused) || refused.Mechanism != "PLAIN" || !strings.Contains(err.Error(), "AUTHENTICATE failed.") {
		t.Fatalf("login gives %v", err)
	}
}

func TestTheMechanismLoginIsUsedWhereTheServerHasNothingElse(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "LOGINDISABLED AUTH=LOGIN")
		c.Expect("AUTHENTICATE LOGIN")
		c.Send("+ " + encoded("Username:"))
		c.ExpectLine(encoded("anna"))
		c.Send("+ " + encoded("Password:"))
		c.ExpectLine(encoded("secret"))
		c.Reply("OK in")
		c.Expect("CAPABILITY")
		c.Send("* CAPABILITY IMAP4rev1 UIDPLUS")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	if err := c.Login(patient(t), "anna", "secret"); err != nil || !c.Caps().Has("UIDPLUS") {
		t.Fatalf("login gives %v, capabilities %v", err, c.Caps().List())
	}
}

func TestWhatLetUsInIsTriedFirstTheNextTime(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("NO AUTHENTICATE failed.")
		c.Expect("LOGIN *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	}, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=PLAIN")
		c.Expect("LOGIN *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	habits := new(imapclient.Habits)
	for range 2 {
		c := dial(t, server, func(o *imapclient.Options) { o.Habits = habits })
		if err := c.Login(patient(t), "anna", "secret"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAServerThatWantsToKnowWhoAsksIsTold(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "ID SASL-IR AUTH=PLAIN")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("NO Unsafe Login. Send ID first")
		c.Expect("ID *")
		c.Send("* ID NIL")
		c.Reply("OK")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	}, func(c *imapscript.Conn) {
		greet(c, "ID SASL-IR AUTH=PLAIN")
		c.Expect("ID *")
		c.Send(`* ID ("name" "x")`)
		c.Reply("OK")
		c.Expect("AUTHENTICATE PLAIN *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	habits := new(imapclient.Habits)
	for range 2 {
		c := dial(t, server, func(o *imapclient.Options) { o.Habits = habits })
		if err := c.Login(patient(t), "anna", "secret"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARefusedTokenIsExplainedByTheServer(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string]struct {
		capability, challenge, answer, reason string
	}{
		"OAUTHBEARER":          {"AUTH=OAUTHBEARER", `{"status":"401","schemes":"bearer","scope":"mail"}`, "AQ==", "status 401, schemes bearer, scope mail"},
		"OAUTHBEARER, oddly":   {"AUTH=OAUTHBEARER", `{"status":401,"error_description":"it is ya29.x that ran\r\nout","extra":{}}`, "AQ==", "status 401, error description it is *** that ran out"},
		"XOAUTH2":              {"AUTH=XOAUTH2", `{"status":"400","schemes":"Bearer"}`, "", "status 400, schemes Bearer"},
		"no JSON":              {"AUTH=XOAUTH2", "the tenant is unknown", "", "the tenant is unknown"},
		"nothing":              {"AUTH=OAUTHBEARER", "", "AQ==", ""},
		"neither is announced": {"", `{"status":"invalid_token"}`, "", "status invalid_token"},
		"endless explanation":  {"AUTH=OAUTHBEARER", strings.Repeat("ü", 4000), "AQ==", strings.Repeat("ü", 150) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				greet(c, "SASL-IR "+talk.capability)
				c.Expect("AUTHENTICATE *")
				c.Send("+ " + encoded(talk.challenge))
				c.ExpectLine(talk.answer)
				c.Reply("NO [AUTHENTICATIONFAILED] The access token has run out")
				c.ExpectEnd()
			})
			err := dial(t, server).LoginToken(patient(t), "anna@example.org", "ya29.x")
			var refused *imapclient.AuthError
			if !errors.As(err, &refused) || refused.Reason != talk.reason || !strings.Contains(err.Error(), "The access token has run out") {
				t.Fatalf("login gives %v", err)
			}
		})
	}
}

func TestXOAuth2FollowsWhereOAuthBearerIsRefusedAsAMechanism(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		greet(c, "SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2")
		c.Expect("AUTHENTICATE OAUTHBEARER " + encoded("n,a=anna=2C=3D,\x01host="+c.Host()+"\x01port="+c.Port()+"\x01auth=Bearer tok\x01\x01"))
		c.Reply("BAD unknown mechanism")
		c.Expect("AUTHENTICATE XOAUTH2 *")
		c.Reply("OK [CAPABILITY IMAP4rev1] in")
		c.ExpectEnd()
	})
	if err := dial(t, server).LoginToken(patient(t), "anna,=", "tok"); err != nil {
		t.Fatal(err)
	}
}

func TestAuthenticatedButNotConnectedEndsTheConnection(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]func(c *imapscript.Conn){
		"BAD": func(c *imapscript.Conn) {
			c.Expect("NOOP")
			c.Reply("BAD User is authenticated but not connected.")
			c.ExpectEnd()
		},
		"NO": func(c *imapscript.Conn) {
			c.Expect("NOOP")
			c.Reply("NO [ALERT] User is Authenticated but not connected")
			c.ExpectEnd()
		},
		"BYE": func(c *imapscript.Conn) {
			c.Expect("NOOP")
			c.Send("* BYE User is authenticated but not connected.")
			c.Drop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := imapscript.Start(t, func(c *imapscript.Conn) {
				c.Send("* PREAUTH [CAPABILITY IMAP4rev1] in")
				after(c)
			})
			c := dial(t, server)
			_, err := c.Noop().Wait(patient(t))
			if !errors.Is(err, imapclient.ErrNotConnected) || !errors.Is(c.Err(), imapclient.ErrNotConnected) || !imapclient.Temporary(err) ||
				!strings.Contains(strings.ToLower(err.Error()), "user is authenticated but not connected") {
				t.Fatalf("the command gives %v, the connection %v", err, c.Err())
			}
		})
	}
}

func TestCommandsWaitForEachOtherWhereTheHostTakesOneAtATime(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* PREAUTH [CAPABILITY IMAP4rev1] in")
		for _, command := range []string{"NOOP", `STATUS "INBOX" (MESSAGES)`, "CHECK"} {
			c.Expect(command)
			c.ExpectNothingMore()
			c.Reply("OK done")
		}
		c.ExpectEnd()
	})
	habits := new(imapclient.Habits)
	c := dial(t, server, func(o *imapclient.Options) { o.Habits = habits })
	if !habits.SetOneAtATime() || habits.SetOneAtATime() {
		t.Error("it is news once")
	}
	var first, last *imapclient.Command[struct{}]
	c.Together(func() {
		first = c.Noop()
		c.Status("INBOX", "MESSAGES")
		last = c.Do("CHECK")
	})
	if _, err := last.Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-first.Done():
	default:
		t.Error("the first command is not done")
	}
}

func TestWhatIsSentTogetherArrivesInOnePiece(t *testing.T) {
	t.Parallel()
	server := imapscript.Start(t, func(c *imapscript.Conn) {
		c.Send("* PREAUTH [CAPABILITY IMAP4rev1] in")
		c.Expect("NOOP")
		c.Expect("LSUB *")
		c.Expect("NOOP")
		c.Reply("OK done")
		c.ExpectEnd()
	})
	c := dial(t, server)
	var last *imapclient.Command[struct{}]
	c.Together(func() {
		c.Noop()
		c.Lsub("", "*")
		last = c.Noop()
		if written := c.Stats().BytesWritten; written != 0 {
			t.Errorf("%d bytes are sent before all is there", written)
		}
	})
	if _, err := last.Wait(patient(t)); err != nil {
		t.Fatal(err)
	}
}
