package mailboxcsv_test

import (
	"errors"
	"fmt"

	"mailferry/internal/mailboxcsv"
)

func ExampleParse() {
	file := []byte("source_user,source_password,destination_user,destination_password\ninfo,one,info,two\nsales,three,,four\n")
	_, err := mailboxcsv.Parse(file, mailboxcsv.Row{
		Source:      mailboxcsv.Side{Host: "imap.example.org"},
		Destination: mailboxcsv.Side{Host: "imap.example.com"},
	})
	if wrong, ok := errors.AsType[*mailboxcsv.FileError](err); ok {
		for _, e := range wrong.List {
			fmt.Println(e.Line, e.Header)
		}
	}
	// Output:
	// 3 destination_user
}
