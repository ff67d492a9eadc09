package mailboxcsv_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"mailferry/internal/imapsync"
	"mailferry/internal/mailboxcsv"
)

// hosts are the defaults of a move from one host to another.
func hosts() mailboxcsv.Row {
	return mailboxcsv.Row{
		Source:      mailboxcsv.Side{Host: "imap.example.org"},
		Destination: mailboxcsv.Side{Host: "imap.example.com"},
	}
}

func parse(t *testing.T, text string, defaults mailboxcsv.Row) *mailboxcsv.Table {
	t.Helper()
	table, err := mailboxcsv.Parse([]byte(text), defaults)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return table
}

// problems are the errors of a file, each as "line:column: message".
func problems(t *testing.T, text string, defaults mailboxcsv.Row) []string {
	t.Helper()
	_, err := mailboxcsv.Parse([]byte(text), defaults)
	var wrong *mailboxcsv.FileError
	if !errors.As(err, &wrong) {
		t.Fatalf("%q: %v, want errors", text, err)
	}
	var lines []string
	for _, e := range wrong.List {
		lines = append(lines, fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message))
	}
	return lines
}

func TestEveryColumnOfARow(t *testing.T) {
	t.Parallel()
	table := parse(t, strings.Join(mailboxcsv.ColumnNames(), ",")+"\n"+
		"Info,old.example.org,1143,STARTTLS,info,s3cret,no,"+
		"new.example.com,,none,info@example.com,pass word,yes,"+
		"yes,imapsync,INBOX|Sent,Projects/,Trash,Old|Older,Sent Items=Sent|A=B,Imported,x,no,true,no,365,7,1000000,10\n",
		mailboxcsv.Row{})
	maxAge, minAge, maxSize, minSize, syncFlags := 365, 7, int64(1000000), int64(10), false
	want := mailboxcsv.Row{
		Line: 2, Name: "Info", DryRun: true, Engine: "IMAPSYNC",
		Source:      mailboxcsv.Side{Host: "old.example.org", Port: 1143, Security: imapsync.STARTTLS, User: "info", Password: "s3cret", AnyCertificate: true},
		Destination: mailboxcsv.Side{Host: "new.example.com", Security: imapsync.NONE, User: "info@example.com", Password: "pass word"},
		Options: imapsync.Options{
			Folders: []string{"INBOX", "Sent"}, FolderPrefixes: []string{"Projects/"},
			ExcludeFolders: []string{"Trash"}, ExcludeFolderPrefixes: []string{"Old", "Older"},
			RenameFolders: []imapsync.FolderRename{{From: "Sent Items", To: "Sent"}, {From: "A", To: "B"}},
			UnderFolder:   "Imported", Automap: true, SubscribeAll: true, SyncFlags: &syncFlags,
			MaxAgeDays: &maxAge, MinAgeDays: &minAge, MaxSize: &maxSize, MinSize: &minSize,
		},
	}
	if len(table.Rows) != 1 || !reflect.DeepEqual(table.Rows[0], want) {
		t.Errorf("read\n%+v\nwant\n%+v", table.Rows, want)
	}
}

func TestHeadersThatOtherToolsUse(t *testing.T) {
	t.Parallel()
	both := mailboxcsv.Row{
		Source:      mailboxcsv.Side{Host: "imap.example.org", User: "info", Password: "one"},
		Destination: mailboxcsv.Side{Host: "imap.example.com", User: "info@example.com", Password: "two"},
	}
	twoPasswords := hosts()
	twoPasswords.Destination.Password = "two"
	for name, test := range map[string]struct {
		text     string
		defaults mailboxcsv.Row
	}{
		"imapsync's file loop": {"imap.example.org;info;one;imap.example.com;info@example.com;two;;\n", mailboxcsv.Row{}},
		"imapsync's file loop with a comment for a header": {
			"# the list\n#host1;user1;password1;host2;user2;password2\nimap.example.org;info;one;imap.example.com;info@example.com;two\n", mailboxcsv.Row{},
		},
		"imapsync's file loop with a header": {
			"host1;user1;password1;host2;user2;password2\nimap.example.org;info;one;imap.example.com;info@example.com;two\n", mailboxcsv.Row{},
		},
		"Microsoft 365": {"EmailAddress,UserName,Password\ninfo@example.com,info,one\n", twoPasswords},
		"MigrationWiz": {
			"Source Email,Source Login Name,Source Password,Destination Email,Destination Login Name,Destination Password,Flags\n" +
				"info@example.org,info,one,info@example.com,,two,\n", hosts(),
		},
		"Google":            {"Source email,Source password,Target e-mail,Target password\ninfo,one,info@example.com,two\n", hosts()},
		"camel case":        {"sourceUser,sourcePassword,destinationUser,destinationPassword\ninfo,one,info@example.com,two\n", hosts()},
		"the API's paths":   {"source.user,source.password,destination.user,destination.password\ninfo,one,info@example.com,two\n", hosts()},
		"a mail program's":  {"Old Server Name\tOld User Name\tOld Password\tNew Server Name\tNew User Name\tNew Password\nimap.example.org\tinfo\tone\timap.example.com\tinfo@example.com\ttwo\n", mailboxcsv.Row{}},
		"German":            {"Alter Server;Benutzer alt;Kennwort alt;Ziel-Server;Ziel-Benutzer;Ziel-Passwort\nimap.example.org;info;one;imap.example.com;info@example.com;two\n", mailboxcsv.Row{}},
		"French":            {"Serveur source;Utilisateur source;Mot de passe source;Serveur cible;Utilisateur cible;Mot de passe cible\nimap.example.org;info;one;imap.example.com;info@example.com;two\n", mailboxcsv.Row{}},
		"Excel's separator": {"sep=|\nuser1|password1|user2|password2\ninfo|one|info@example.com|two\n", hosts()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := parse(t, test.text, test.defaults).Rows
			if len(rows) != 1 {
				t.Fatalf("%d rows, want 1", len(rows))
			}
			row := rows[0]
			row.Line = 0
			if !reflect.DeepEqual(row, both) {
				t.Errorf("read\n%+v\nwant\n%+v", row, both)
			}
		})
	}
}

func TestAColumnWithoutASideHoldsForBoth(t *testing.T) {
	t.Parallel()
	table := parse(t, "Email,Password,Quota\ninfo@example.org,s3cret,500\n", hosts())
	row := table.Rows[0]
	if row.Source.User != "info@example.org" || row.Destination.User != "info@example.org" ||
		row.Source.Password != "s3cret" || row.Destination.Password != "s3cret" {
		t.Errorf("read %+v", row)
	}
	table = parse(t, "user,password,new password\ninfo,one,two\n", hosts())
	row = table.Rows[0]
	if row.Source.Password != "one" || row.Destination.Password != "two" || row.Destination.User != "info" {
		t.Errorf("read %+v", row)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "name;user;password\r\nBüro;info;pässwörd\r\n"
	windows, _ := charmap.Windows1252.NewEncoder().String(text)
	little, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	big, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	for name, file := range map[string]string{
		"UTF-8": text, "UTF-8 with a byte order mark": "\ufeff" + text,
		"Windows-1252": windows, "UTF-16, little end first": little, "UTF-16, big end first": big,
		"old line ends": strings.ReplaceAll(text, "\r\n", "\r"),
	} {
		row := parse(t, file, hosts()).Rows[0]
		if row.Name != "Büro" || row.Source.Password != "pässwörd" || row.Line != 2 {
			t.Errorf("%s: read %+v", name, row)
		}
	}
	for name, file := range map[string]string{
		"a workbook":    "PK\x03\x04xxxx",
		"binary":        "user,password\x00\n",
		"an image":      "\x89PNG\r\n\x1a\n\x00\x00",
		"far too large": "user,password\n" + strings.Repeat("#", mailboxcsv.MaxBytes),
	} {
		if got := problems(t, file, hosts()); len(got) != 1 || !strings.HasPrefix(got[0], "0:0: ") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	table := parse(t, `user,password,folders,name
info,"a,b""c",INBOX,"in quotes"
shop, "  kept  " ,"INBOX
Sent | Archive",x
desk,mid"dle'quote,,y
`, hosts())
	if len(table.Rows) != 3 {
		t.Fatalf("%d rows", len(table.Rows))
	}
	for i, want := range []struct {
		line     int
		password string
	}{{2, `a,b"c`}, {3, "  kept  "}, {5, `mid"dle'quote`}} {
		if got := table.Rows[i]; got.Line != want.line || got.Source.Password != want.password {
			t.Errorf("row %d is of line %d with password %q, want %+v", i, got.Line, got.Source.Password, want)
		}
	}
	if got := table.Rows[1].Options.Folders; !reflect.DeepEqual(got, []string{"INBOX", "Sent", "Archive"}) {
		t.Errorf("folders %q", got)
	}
}

func TestAllErrorsAtOnceEachAtItsPlace(t *testing.T) {
	t.Parallel()
	got := problems(t, `user,password,port1,host2,ssl2,dry_run,max_age_days
info,one,99999,imap.example.com:993,no,perhaps,zero
,two,,https://imap.example.com/,,,
desk,,0143,info@example.com,TLS,,
"shop,three,,,,,
back, four ,,a b,,,,,nine
#later,x
hall,fi"ve,,,,,
hall,six,,,,,
bell,"seven"x,,,,,
-dash,#NAME?,,,,,-1
`, hosts())
	want := []string{
		"2:3: The port", "2:4: Give the port in a column of its own, destination_port", "2:5: Write TLS", "2:6: Write yes", "2:7: Write a whole number from 1",
		"3:1: The user of the source is missing", "3:1: The user of the destination is missing", "3:4: Give the name of the host alone",
		"4:2: The password of the source is missing", "4:2: The password of the destination is missing", "4:4: This is an address",
		"5:1: The value begins with a quotation mark",
		"6:0: The row has more than the 7 cells",
		"9:1: The same two mailboxes are in line 8",
		"10:2: There is text behind",
		"11:1: The value must not begin with a dash", "11:2: The cell holds an error", "11:7: Write a whole number",
	}
	if len(got) != len(want) {
		t.Fatalf("errors:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("error %q, want %q", got[i], want[i])
		}
	}
}

func TestErrorsOfTheHeader(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"misspelt":          {"user,password,dest_nation_port\na,b,1\n", []string{"1:3: There is no such column; did you mean destination_port?"}},
		"unknown":           {"user,password,zodiac\na,b,c\n", []string{"1:3: There is no such column. Rename or remove it. Known are: name, source_host"}},
		"twice":             {"user,password,login\na,b,c\n", []string{"1:3: Both sides have a column for the user"}},
		"twice on one side": {"user1,src_login,password,user2\na,b,c,d\n", []string{"1:2: Column 2 gives the same as column 1 (user1)"}},
		"not there":         {"user,name\na,b\n", []string{"1:0: No column gives the password of the source. Add a column source_password", "1:0: No column gives the password of the destination"}},
		"no header":         {"info@example.org,s3cret\n", []string{"1:0: This line does not name the columns"}},
		"without rows":      {"user,password\n# none\n,,\n", []string{"1:0: There is no row"}},
		"empty":             {"\n\n", []string{"0:0: The file is empty"}},
		"nothing":           {"", []string{"0:0: The file is empty"}},
		"without a name":    {"user,password,,name\na,b,c,d\n", []string{"2:3: The column has no name"}},
		"too many columns":  {"user,password" + strings.Repeat(",x", 101) + "\n", []string{"1:0: There are more than 100 columns"}},
		"imapsync's options behind a file loop": {
			"imap.example.org;a;b;imap.example.com;c;d;--automap\n", []string{"1:7: Options of imapsync"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := problems(t, test.text, hosts())
			if len(got) != len(test.want) {
				t.Fatalf("errors %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("error %q, want %q", got[i], test.want[i])
				}
			}
		})
	}
}

func TestWhatIsWrongWithTheDefaultsIsSaidOnce(t *testing.T) {
	t.Parallel()
	defaults := hosts()
	defaults.Options.MaxSize = new(int64(10))
	defaults.Options.MinSize = new(int64(20))
	if got := problems(t, "user,password\na,b\nc,d\ne,f\n", defaults); len(got) != 1 || got[0] != "0:0: The value must not exceed maxSize." {
		t.Errorf("errors %q", got)
	}
	// With a column for one of the two, rows differ.
	if got := problems(t, "user,password,max_size\na,b,30\nc,d,\ne,f,15\n", defaults); len(got) != 2 || !strings.HasPrefix(got[0], "3:0: ") || !strings.HasPrefix(got[1], "4:0: ") {
		t.Errorf("errors %q", got)
	}
}

func TestTwoRowsWithOneDestinationNeedFoldersOfTheirOwn(t *testing.T) {
	t.Parallel()
	const header = "user1,password1,user2,password2,under_folder\n"
	got := problems(t, header+"a,b,all,d,\ne,f,all,d,\ng,h,all,d,Old\ni,j,ALL,d,Old\n", hosts())
	want := []string{"3:3: Line 2 has this destination already. Give one", "5:3: Line 4 has this destination already. Give one"}
	if len(got) != len(want) || !strings.HasPrefix(got[0], want[0]) || !strings.HasPrefix(got[1], want[1]) {
		t.Errorf("errors %q, want %q", got, want)
	}
}

func TestTheSameMailboxOnBothSidesIsRefused(t *testing.T) {
	t.Parallel()
	defaults := hosts()
	defaults.Destination.Host = "IMAP.example.org"
	if got := problems(t, "user,password\ninfo,one\n", defaults); len(got) != 1 || !strings.Contains(got[0], "the same mailbox") {
		t.Errorf("errors %q", got)
	}
	parse(t, "user,password,under_folder\ninfo,one,Old\n", defaults)
	defaults.Destination.Port = 1993
	parse(t, "user,password\ninfo,one\n", defaults)
}

func TestDefaultsHoldForEmptyCells(t *testing.T) {
	t.Parallel()
	defaults := hosts()
	defaults.Source.Port, defaults.Source.Security = 1993, imapsync.TLS
	defaults.Destination.Password, defaults.DryRun, defaults.Engine = "everyone's", true, "BUILTIN"
	defaults.Options.ExcludeFolders = []string{"Trash"}
	rows := parse(t, "user,source_password,destination_password,source_security,dry_run,exclude\n"+
		"one,a,,,,\n"+
		"two,b,own,STARTTLS,no,Junk\n"+
		"three,c,,tls,,\n", defaults).Rows
	one, two, three := rows[0], rows[1], rows[2]
	if one.Destination.Password != "everyone's" || !one.DryRun || one.Engine != "BUILTIN" || one.Source.Port != 1993 || one.Options.ExcludeFolders[0] != "Trash" {
		t.Errorf("the first row is %+v", one)
	}
	if two.Destination.Password != "own" || two.DryRun || two.Source.Port != 0 || two.Options.ExcludeFolders[0] != "Junk" {
		t.Errorf("the second row is %+v; a port goes with its security", two)
	}
	if three.Source.Port != 1993 {
		t.Errorf("the third row is %+v; the port of the same security holds", three)
	}
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	t.Parallel()
	got := problems(t, "user,password,max_age_days,min_age_days,rename_folders\na,b,5,9,\nc,d,,,A\n", hosts())
	if len(got) != 2 || !strings.HasPrefix(got[0], "2:4: The value must be less than maxAgeDays") || !strings.HasPrefix(got[1], "3:5: Write old name=new name") {
		t.Errorf("errors %q", got)
	}
}

func TestManyErrorsAreCounted(t *testing.T) {
	t.Parallel()
	text := "user,password,port1\n" + strings.Repeat("a,b,x\n", mailboxcsv.MaxRows+1)
	table, err := mailboxcsv.Parse([]byte(text), hosts())
	var wrong *mailboxcsv.FileError
	if !errors.As(err, &wrong) || len(wrong.List) != mailboxcsv.MaxErrors || wrong.Omitted != mailboxcsv.MaxRows+1-mailboxcsv.MaxErrors {
		t.Fatalf("%d errors and %d more", len(wrong.List), wrong.Omitted)
	}
	if len(table.Rows) != mailboxcsv.MaxRows {
		t.Errorf("%d rows", len(table.Rows))
	}
	if !strings.HasSuffix(err.Error(), fmt.Sprintf("and %d more errors", wrong.Omitted)) {
		t.Errorf("the last line is %q", err.Error()[len(err.Error())-60:])
	}
}

func TestLongFilesOfNonsenseAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for name, pattern := range map[string]string{
		"separators": ",", "quotation marks": `"`, "quotation marks in lines": "\"\n", "remarks": "#\n", "half quoted": "\"a\"b\n",
		"one name": "é", "line ends": "\n", "pairs of marks": `"",`, "three marks": `""",`,
	} {
		for _, header := range []string{"", "user,password\n"} {
			text := header + strings.Repeat(pattern, size/len(pattern))
			if _, err := mailboxcsv.Parse([]byte(text), hosts()); err == nil || len(err.Error()) > 1<<20 {
				t.Errorf("%q and %s: %.200v", header, name, err)
			}
		}
	}
}

func TestNoErrorRepeatsAPassword(t *testing.T) {
	t.Parallel()
	const canary = "hunter2-canary"
	for _, text := range []string{
		"user,password,port1\na,\"" + canary + ",1\nb," + canary + "\n",
		"user,password,port1\na,x," + canary + "\n",
		"user,password,engine,host2,name\na,b,c,d," + canary + "," + canary + "\n",
		"imap.example.org,993,ssl,anna," + canary + "\n",
		"anna,ssl," + canary + "\n",
		canary + "\n",
		"user,password\n-" + canary + ",-" + canary + "\n" + canary + "," + canary + "\n" + canary + "," + canary + "\n",
		"user,password,folders,rename\na,b,\"x\n" + canary + "\",-" + canary + "=-" + canary + "\n",
		"imap.example.org;a;" + canary + ";imap.example.com;c;" + canary + ";--password=" + canary + "\n",
	} {
		_, err := mailboxcsv.Parse([]byte(text), hosts())
		if err == nil {
			t.Errorf("no error in %q", text)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%q leads to %v", text, err)
		}
	}
}

func TestErrorsOfOthersFindTheirPlace(t *testing.T) {
	t.Parallel()
	table := parse(t, "user,password,host1,folders\n\na,b,10.0.0.1,INBOX\n", hosts())
	if e := table.ErrorAt(0, "source.host", "must not be"); e.Line != 3 || e.Column != 3 || e.Header != "host1" ||
		e.Error() != "line 3: host1: The value must not be." {
		t.Errorf("placed at %+v", e)
	}
	if e := table.ErrorAt(0, "options.folders[2]", "must not"); e.Column != 4 {
		t.Errorf("placed at %+v", e)
	}
	if e := table.ErrorAt(0, "destination.host", "no such host"); e.Line != 3 || e.Column != 0 || e.Error() != "line 3: destination_host: No such host." {
		t.Errorf("a default is placed at %+v", e)
	}
}

func TestTheTemplateIsUnderstood(t *testing.T) {
	t.Parallel()
	got := problems(t, string(mailboxcsv.Template()), mailboxcsv.Row{})
	if len(got) != 1 || !strings.Contains(got[0], "There is no row") {
		t.Errorf("the template as it is: %q", got)
	}
	filled := strings.Replace(string(mailboxcsv.Template()), "# Info (lines that begin with # are skipped)", "Info", 1)
	table := parse(t, filled, mailboxcsv.Row{})
	if len(table.Columns) != len(mailboxcsv.ColumnNames()) || table.Rows[0].Destination.User != "info@example.com" {
		t.Errorf("the example is %+v", table.Rows)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(mailboxcsv.Template())
	f.Add([]byte("host1;user1;password1;host2;user2;password2\na.example;\"b\"\";c\"x;d;e;f\n"))
	f.Add([]byte("sep=;\nuser;password\n\"a\nb\";c\n"))
	f.Add([]byte("\xff\xfeu\x00s\x00e\x00r\x00,\x00"))
	f.Add([]byte("user,password\n\"\"\"\",\"\"x\n\"a\n\"b\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := mailboxcsv.Parse(file, hosts())
		if table == nil || len(table.Rows) > mailboxcsv.MaxRows {
			t.Fatal("no table, or too long a one")
		}
		lines := strings.Count(strings.ReplaceAll(string(file), "\r", "\n"), "\n") + 1
		if err == nil {
			previous := 0
			for _, row := range table.Rows {
				if row.Line <= previous || row.Line > lines {
					t.Fatalf("row at line %d after %d of %d", row.Line, previous, lines)
				}
				previous = row.Line
				if row.Source.User == "" || row.Destination.User == "" || row.Source.Password == "" || row.Destination.Password == "" {
					t.Fatalf("incomplete row %+v without an error", row)
				}
			}
			return
		}
		var wrong *mailboxcsv.FileError
		if !errors.As(err, &wrong) || len(wrong.List) == 0 || len(wrong.List) > mailboxcsv.MaxErrors {
			t.Fatalf("error %v", err)
		}
		for _, e := range wrong.List {
			if e.Message == "" || e.Line < 0 || e.Line > lines || e.Column > len(table.Columns) {
				t.Fatalf("error %+v of %d lines", e, lines)
			}
		}
	})
}
