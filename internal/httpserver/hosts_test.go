package httpserver_test

import (
	"testing"

	"mailferry/internal/httpserver"
)

func TestOnlyTheServersOwnNamesAndAddressesAreAnswered(t *testing.T) {
	t.Parallel()
	hosts, err := httpserver.ParseHosts([]string{"Mail.Example.org.", "move.example.org:8443", ""})
	if err != nil {
		t.Fatal(err)
	}
	hosts.Add("*.example.net")
	for host, want := range map[string]bool{
		"mail.example.org": true, "MAIL.example.org:8080": true, "mail.example.org.": true, "move.example.org": true,
		"localhost": true, "localhost:8080": true, "app.localhost": true, "127.0.0.1:8080": true, "[::1]:8080": true, "192.0.2.7": true,
		"a.example.net": true, "a.b.example.net": false, "example.net": false,
		"evil.example": false, "evil.example:8080": false, "mail.example.org.evil.example": false, "127.0.0.1.evil.example": false,
		"xmail.example.org": false, "": false, "localhost.evil.example": false,
	} {
		if got := hosts.Allows(host); got != want {
			t.Errorf("Allows(%q) = %t, want %t", host, got, want)
		}
	}
	everything, err := httpserver.ParseHosts([]string{"*"})
	if err != nil || !everything.Allows("evil.example") {
		t.Errorf("* does not stand for all names: %v", err)
	}
	for _, wrong := range []string{"https://mail.example.org", "a b", "user@host"} {
		if _, err := httpserver.ParseHosts([]string{wrong}); err == nil {
			t.Errorf("%q was taken for a name", wrong)
		}
	}
}
