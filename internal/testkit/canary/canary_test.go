package canary_test

import (
	"strings"
	"testing"

	"mailferry/internal/testkit/canary"
)

func TestEveryReflectionThatPeopleCouldReadIsFound(t *testing.T) {
	t.Parallel()
	finder := canary.NewFinder()
	for _, password := range canary.Passwords() {
		reflections := canary.Reflections(password)
		if len(reflections) < 30 {
			t.Errorf("only %d reflections", len(reflections))
		}
		for _, r := range reflections {
			if r.Name == "cut early" {
				continue // too little is left to be told from other text
			}
			if finder.Find("before "+r.Text+" after") == "" {
				t.Errorf("%s: %q is not found", r.Name, r.Text)
			}
		}
	}
	if found := finder.Find("a folder with *** in it and " + strings.Repeat("other words ", 1000)); found != "" {
		t.Errorf("found %q in a text without passwords", found)
	}
}
