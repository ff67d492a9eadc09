package mailsync_test

import (
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/imapsync"
	"mailferry/internal/mailsync"
	"mailferry/internal/testkit/dovecot"
)

func TestACheckSaysWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{}, "old")[0]
	server := dovecot.New(t, dovecot.Options{
		Separator: ".", Prefix: "INBOX.", Quota: true, Extra: "imap_capability = +APPENDLIMIT=9000\n",
	})
	server.AddUser("new", "secret-new", 20<<10)
	to := side{server.Host, server.Port, "new", "secret-new"}
	c := connect(t, from)
	letter := func(size int) mailgen.Message {
		head := "Subject: of this size\r\n\r\n"
		return mailgen.Message{Raw: []byte(head + strings.Repeat("x", size-len(head)-2) + "\r\n")}
	}
	add(t, c, "INBOX", letter(1000), letter(2000))
	add(t, c, "Big", letter(12000), letter(6000), letter(6000))

	bigOnly, all := []string{"Big"}, int64(27000)
	for name, test := range map[string]struct {
		options  imapsync.Options
		password string
		check    mailsync.Precheck
		problems []string
	}{
		"all of it": {
			check:    mailsync.Precheck{Messages: 5, Bytes: all, BiggestMessage: 12000},
			problems: []string{"into the destination's quota", "The largest message has"},
		},
		"without the folder that is too large": {
			options: imapsync.Options{ExcludeFolders: bigOnly}, check: mailsync.Precheck{Messages: 2, Bytes: 3000, BiggestMessage: 2000},
		},
		"without the message that is too large": {
			options: imapsync.Options{MaxSize: new(int64(9000))}, check: mailsync.Precheck{Messages: 5, Bytes: all, BiggestMessage: 6000},
		},
		"without what is old": {
			options: imapsync.Options{MaxAgeDays: new(1)}, check: mailsync.Precheck{Messages: 5, Bytes: all, BiggestMessage: 12000},
		},
		"a folder that is not there": {
			options:  imapsync.Options{Folders: []string{"Bgi", "Büro"}},
			problems: []string{"leave out every folder of the source. It has no folder named Bgi, Büro. Mend the options."},
		},
		"no folder that is subscribed to": {
			options: imapsync.Options{OnlySubscribed: true}, problems: []string{"leave out every folder of the source. Mend the options."},
		},
		"a wrong password": {
			password: "wrong", check: mailsync.Precheck{Messages: 5, Bytes: all}, problems: []string{"Destination: The server refused the login"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			password := to.password
			if test.password != "" {
				password = test.password
			}
			command := imapsync.Command{Source: from.endpoint(), Destination: to.endpoint(), Options: test.options}
			got, err := quick().Precheck(t.Context(), command, from.password, password)
			if err != nil {
				t.Fatal(err)
			}
			if got.Messages != test.check.Messages || got.Bytes != test.check.Bytes || got.BiggestMessage != test.check.BiggestMessage {
				t.Errorf("found %+v, want %+v", got, test.check)
			}
			rest := got.Problem
			for _, problem := range test.problems {
				_, behind, found := strings.Cut(rest, problem)
				if !found {
					t.Errorf("the problem is %q, want %q in it", got.Problem, problem)
				}
				rest = behind
			}
			if len(test.problems) == 0 && got.Problem != "" {
				t.Errorf("the problem is %q, want none", got.Problem)
			}
		})
	}
}
