package netguard_test

import (
	"errors"
	"fmt"

	"mailferry/internal/netguard"
)

func ExampleParse() {
	policy, err := netguard.Parse("public,10.0.0.0/8", "143,993")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, host := range []string{"imap.example.org", "10.1.2.3", "127.0.0.1", "169.254.169.254"} {
		err := policy.CheckHostPort(host, 993)
		fmt.Println(host, !errors.Is(err, netguard.ErrRefused))
	}
	// Output:
	// imap.example.org true
	// 10.1.2.3 true
	// 127.0.0.1 false
	// 169.254.169.254 false
}
