// Package imapscript is an IMAP server for fault tests, in two forms. Both listen on loopback TCP, end with the test that
// started them, and share nothing with the client under test.
//
// A conversation is for what is on the wire. The test spells out what the client must say and what it hears:
//
//	server := imapscript.Start(t, func(c *imapscript.Conn) {
//		c.Send("* OK [CAPABILITY IMAP4rev1] ready")
//		c.Expect(`LOGIN "anna" "secret"`)
//		c.Reply("NO [AUTHENTICATIONFAILED] no")
//		c.ExpectEnd()
//	})
//
// A [Host] is for what a program does over many commands and connections: it keeps mailboxes and messages, behaves well, and
// has knobs for each way in which servers do not.
//
//	host := imapscript.NewHost(t, imapscript.Knobs{
//		Without:     []string{"UIDPLUS", "MULTIAPPEND"},
//		AfterAppend: imapscript.AppendNumber(3, imapscript.Drop()),
//	})
//	host.Mailbox("INBOX").Add(imapscript.Message{Body: body})
//	… run the program against host.Host, host.Port …
//	got := host.Mailbox("INBOX").Messages()
//
// Neither is a model of a good server, nor fast; for that the tests use Dovecot.
package imapscript
