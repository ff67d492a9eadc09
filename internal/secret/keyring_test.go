package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mailferry/internal/secret"
)

var here = secret.Binding{Table: "migration_jobs", Row: 7, Side: "source"}

func mustParse(t testing.TB, keys ...string) *secret.Keyring {
	t.Helper()
	ring, err := secret.ParseKeys(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestSealedPasswordOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	ring := mustParse(t, secret.GenerateKey())
	blob, err := ring.Seal(here, []byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(blob, []byte("horse")) {
		t.Errorf("blob holds the password in clear: %q", blob)
	}
	if got, err := ring.Open(here, blob); err != nil || string(got) != "correct horse" {
		t.Errorf("Open = %q, %v", got, err)
	}
	for _, elsewhere := range []secret.Binding{
		{Table: "migration_jobs", Row: 8, Side: "source"},
		{Table: "migration_jobs", Row: 7, Side: "destination"},
		{Table: "other", Row: 7, Side: "source"},
		{Table: "migration_job", Row: 7, Side: "ssource"},
		{},
	} {
		if got, err := ring.Open(elsewhere, blob); !errors.Is(err, secret.ErrCorrupt) || got != nil {
			t.Errorf("Open at %+v = %q, %v, want ErrCorrupt", elsewhere, got, err)
		}
	}
}

func TestSealsOfTheSamePasswordDiffer(t *testing.T) {
	t.Parallel()
	ring := mustParse(t, secret.GenerateKey())
	a, _ := ring.Seal(here, []byte("p"))
	b, _ := ring.Seal(here, []byte("p"))
	if bytes.Equal(a, b) {
		t.Error("two seals of one password are equal")
	}
}

func TestEveryFlippedBitAndEveryCutIsNoticed(t *testing.T) {
	t.Parallel()
	ring := mustParse(t, secret.GenerateKey())
	blob, _ := ring.Seal(here, []byte("pass"))
	for i := range len(blob) * 8 {
		damaged := bytes.Clone(blob)
		damaged[i/8] ^= 1 << (i % 8)
		_, err := ring.Open(here, damaged)
		if !errors.Is(err, secret.ErrCorrupt) && !errors.Is(err, secret.ErrUnknownKey) {
			t.Fatalf("bit %d flipped: error %v", i, err)
		}
	}
	for n := range blob {
		if _, err := ring.Open(here, blob[:n]); !errors.Is(err, secret.ErrCorrupt) && !errors.Is(err, secret.ErrUnknownKey) {
			t.Fatalf("cut to %d bytes: error %v", n, err)
		}
	}
}

func TestOldKeysOpenAndTheFirstSeals(t *testing.T) {
	t.Parallel()
	oldKey, newKey := secret.GenerateKey(), secret.GenerateKey()
	before := mustParse(t, oldKey)
	both := mustParse(t, newKey, oldKey)
	after := mustParse(t, newKey)

	blob, _ := before.Seal(here, []byte("pass"))
	if both.Current(blob) || bytes.HasPrefix(blob, both.CurrentPrefix()) {
		t.Error("a blob of the old key counts as current")
	}
	if _, err := after.Open(here, blob); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("without the old key: error %v, want ErrUnknownKey", err)
	}
	moved, err := both.Reseal(here, here, blob)
	if err != nil {
		t.Fatal(err)
	}
	if !both.Current(moved) || !bytes.HasPrefix(moved, both.CurrentPrefix()) {
		t.Error("a resealed blob does not count as current")
	}
	if got, err := after.Open(here, moved); err != nil || string(got) != "pass" {
		t.Errorf("after the change of keys: %q, %v", got, err)
	}
}

func TestKeysAreParsedStrictlyAndNeverRepeated(t *testing.T) {
	t.Parallel()
	good := secret.GenerateKey()
	short := base64.StdEncoding.EncodeToString([]byte("canary-only-sixteen"))
	for name, keys := range map[string]string{
		"nothing":    " ,\n",
		"not base64": "canary!!!!",
		"too short":  short,
		"twice":      good + "," + good,
		"second bad": good + ",canary",
	} {
		_, err := secret.ParseKeys(keys)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), good) || strings.Contains(err.Error(), short) {
			t.Errorf("%s: the error repeats a key: %v", name, err)
		}
	}
	raw, _ := base64.StdEncoding.DecodeString(good)
	for _, spelled := range []string{
		base64.RawStdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw), " " + good + "\n",
	} {
		if _, err := secret.ParseKeys(spelled); err != nil {
			t.Errorf("another spelling of a good key: %v", err)
		}
	}
}

func TestPrintingAKeyringShowsNoKey(t *testing.T) {
	t.Parallel()
	key := secret.GenerateKey()
	raw, _ := base64.StdEncoding.DecodeString(key)
	ring := mustParse(t, key)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		printed := fmt.Sprintf(verb, ring)
		if strings.Contains(printed, key) || strings.Contains(printed, string(raw)) || !strings.Contains(printed, ring.KeyIDs()[0]) {
			t.Errorf("%s prints %q", verb, printed)
		}
	}
}

func FuzzOpenNeverAcceptsWhatWasNotSealed(f *testing.F) {
	ring := mustParse(f, secret.GenerateKey())
	blob, _ := ring.Seal(here, []byte("pass"))
	f.Add(blob)
	f.Add([]byte{})
	f.Add(ring.CurrentPrefix())
	f.Fuzz(func(t *testing.T, candidate []byte) {
		if plain, err := ring.Open(here, candidate); err == nil && !bytes.Equal(candidate, blob) {
			t.Errorf("opened %x to %q", candidate, plain)
		}
	})
}
