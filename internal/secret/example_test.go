package secret_test

import (
	"fmt"
	"os"

	"mailferry/internal/secret"
)

// A sealed password opens in its place alone.
func ExampleKeyring_Seal() {
	ring, err := secret.ParseKeys(secret.GenerateKey())
	if err != nil {
		fmt.Println(err)
		return
	}
	place := secret.Binding{Table: "migration_jobs", Row: 7, Side: "source"}
	blob, err := ring.Seal(place, []byte("correct horse"))
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := ring.Open(place, blob)
	fmt.Println(string(opened), err)
	place.Row = 8
	_, err = ring.Open(place, blob)
	fmt.Println(err != nil)
	// Output:
	// correct horse <nil>
	// true
}

// What an engine prints passes a redactor on its way to the log, also in pieces.
func ExampleRedactor() {
	redactor := secret.NewRedactor(os.Stdout, "correct horse")
	for _, piece := range []string{"LOGIN info correct", " ho", "rse\n"} {
		if _, err := redactor.Write([]byte(piece)); err != nil {
			fmt.Println(err)
		}
	}
	if err := redactor.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// LOGIN info ***
}
