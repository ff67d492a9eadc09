package auth

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// leastPassword is the length in characters from which a password withstands the guesses that the throttle allows
// through, if it is no word.
const leastPassword = 12

// weakness says why a password is easy to guess, "" if nothing speaks against it. It sees the plainest cases alone.
func weakness(password string) string {
	length := utf8.RuneCountInString(password)
	var different []rune
	for _, r := range password {
		if !slices.Contains(different, r) {
			different = append(different, r)
		}
	}
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(password))
	switch {
	case length < leastPassword:
		return fmt.Sprintf("it has fewer than %d characters", leastPassword)
	case len(different) < 5:
		return "it repeats a few characters"
	case slices.Contains([]string{"password", "passwort", "mailferry", "administrator", "admin", "letmein", "changeme", "welcome", "qwertyuiop", "secret"}, plain):
		return "it is a word that is tried first"
	}
	return ""
}
