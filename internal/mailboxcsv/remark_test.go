package mailboxcsv_test

import (
	"slices"
	"strings"
	"testing"

	"mailferry/internal/mailboxcsv"
)

func TestNoLineVanishes(t *testing.T) {
	t.Parallel()
	template := string(mailboxcsv.Template())
	columns := strings.Count(strings.SplitN(template, "\n", 2)[0], ",")
	for name, c := range map[string]struct {
		text    string
		users   []string
		skipped []int
	}{
		"a user that begins with #":   {"user,password\nanna,a\n#sales,b\n# carl,c\n", []string{"anna", "#sales", "# carl"}, nil},
		"a quoted one":                {"user,password\n\"#sales\",b\n", []string{"#sales"}, nil},
		"a name that begins with #":   {"name,user,password\n#1,anna,a\n", []string{"anna"}, nil},
		"the only column":             {"user\n#sales\nanna\n", []string{"#sales", "anna"}, nil},
		"a remark of one cell":        {"user,password\n# the office\nanna,a\n#\n", []string{"anna"}, []int{2, 4}},
		"remarks above the names":     {"# ours\n# all of them\nuser,password\nanna,a\n", []string{"anna"}, []int{1, 2}},
		"names behind a #":            {"#user,password\nanna,a\n#berta,b\n", []string{"anna"}, []int{3}},
		"a list of the file loop":     {"# old;new\na.org;anna;a;b.org;anna;a\n#a.org;berta;b;b.org;berta;b\n", []string{"anna"}, []int{1, 3}},
		"rows below the template's":   {template + strings.Repeat(",", 4) + "anna,a" + strings.Repeat(",", columns-5) + "\n#x" + strings.Repeat(",", columns) + "\n", []string{"anna"}, []int{2, 4}},
		"a separator in quotes":       {"\"sep=;\"\nuser;password\nanna;a\n", []string{"anna"}, nil},
		"a separator and empty cells": {"\"sep=;\";;\nuser;password\nanna;a\n", []string{"anna"}, nil},
		"a plain one with cells":      {"sep=;;;\nuser;password\nanna;a\n", []string{"anna"}, nil},
	} {
		defaults := hosts()
		defaults.Source.Password, defaults.Destination.Password = "p", "p"
		if c.users[0] == "anna" && strings.Contains(c.text, "a.org") {
			defaults = mailboxcsv.Row{}
		}
		if name == "rows below the template's" {
			defaults.Destination.User = "someone"
		}
		table, err := mailboxcsv.Parse([]byte(c.text), defaults)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var users []string
		for _, row := range table.Rows {
			users = append(users, row.Source.User)
		}
		if !slices.Equal(users, c.users) || !slices.Equal(table.Skipped, c.skipped) {
			t.Errorf("%s: users %q and lines left out %v, want %q and %v", name, users, table.Skipped, c.users, c.skipped)
		}
	}
}

func TestANumberThatASpreadsheetHasShortenedIsNotTaken(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"1.23E+05", "1,23E+05", "1E+12", "4.9123E+11", "9.93e+02", "1.5E-07"} {
		for _, column := range []string{"user", "source_port", "destination_port", "name"} {
			text := column + ",password,user1,user2\n\"" + value + "\",a,b,c\n"
			if column == "user" {
				text = "user,password\n\"" + value + "\",a\n"
			}
			_, err := mailboxcsv.Parse([]byte(text), hosts())
			if err == nil || !strings.Contains(err.Error(), "scientific notation") {
				t.Errorf("%s %s: %v", column, value, err)
			}
		}
	}
	for _, user := range []string{"1e5", "E+05", "a1.2E+05", "1.2E+", "12345", "1E+1234", "1.E+05x"} {
		if _, err := mailboxcsv.Parse([]byte("user,password\n"+user+",a\n"), hosts()); err != nil {
			t.Errorf("%s: %v", user, err)
		}
	}
	if table, err := mailboxcsv.Parse([]byte("user,password\nanna,1.23E+05\n"), hosts()); err != nil || table.Rows[0].Source.Password != "1.23E+05" {
		t.Errorf("a password that looks so: %+v, %v", table.Rows, err)
	}
}

func TestOneMailboxIsFoundTwiceHoweverItIsSpelt(t *testing.T) {
	t.Parallel()
	for _, second := range []string{"ANNA@example.org", "anna@EXAMPLE.org", "Anna@example.org"} {
		_, err := mailboxcsv.Parse([]byte("user1,password1,user2,password2\nanna@example.org,a,n1,a\n"+second+",b,N1,b\n"), hosts())
		if err == nil || !strings.Contains(err.Error(), "in line 2 already") {
			t.Errorf("%s: %v", second, err)
		}
	}
	_, err := mailboxcsv.Parse([]byte("user1,password1,user2,password2\na,a,J\u00f6rg,a\nb,b,jo\u0308rg,b\n"), hosts())
	if err == nil || !strings.Contains(err.Error(), "Line 2 has this destination already") {
		t.Errorf("two spellings of a letter: %v", err)
	}
	_, err = mailboxcsv.Parse([]byte("host1,user1,password1,host2,user2,password2\nimaps://imap.example.org:993/,a,s3cret,b.org,a,a\n"), hosts())
	if err == nil || !strings.Contains(err.Error(), "source_port") || !strings.Contains(err.Error(), "name of the host alone") || strings.Contains(err.Error(), "imap.example.org") {
		t.Errorf("a URL in the place of a host: %v", err)
	}
}
