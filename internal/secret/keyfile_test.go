package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mailferry/internal/secret"
)

func TestKeyFileIsMadeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	var rings [16]*secret.Keyring
	var all sync.WaitGroup
	for i := range rings {
		all.Go(func() {
			ring, err := secret.LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			rings[i] = ring
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	for _, ring := range rings {
		if ring.KeyIDs()[0] != rings[0].KeyIDs()[0] {
			t.Errorf("two keys were made: %s and %s", ring, rings[0])
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o, want 0600", info.Mode().Perm())
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("the folder holds %v, want the key alone", left)
	}
}

func TestKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(secret.GenerateKey()), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.LoadOrCreate(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: error %v, want one that says chmod 600", mode, err)
		}
	}
}

func TestDamagedKeyFileIsKeptAndNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for _, text := range []string{"", "canary", strings.Repeat("A", 1<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := secret.LoadOrCreate(path)
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.10q: error %v, want one that names the file and not what is in it", text, err)
		}
		if kept, _ := os.ReadFile(path); string(kept) != text {
			t.Error("the damaged file was replaced")
		}
	}
	if _, err := secret.LoadOrCreate(t.TempDir()); err == nil {
		t.Error("a folder was accepted as a key file")
	}
	if _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "missing", "key")); err == nil {
		t.Error("a key file was made in a folder that does not exist")
	}
}

func TestAFolderThatOthersMayWriteToIsRefused(t *testing.T) {
	t.Parallel()
	for mode, refused := range map[os.FileMode]bool{0o700: false, 0o750: false, 0o755: false, 0o770: true, 0o707: true, 0o777: true} {
		folder := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		_, err := secret.LoadOrCreate(filepath.Join(folder, "key"))
		if got := err != nil && strings.Contains(err.Error(), "chmod go-w"); got != refused {
			t.Errorf("mode %04o: %v, want refused %t", mode, err, refused)
		}
	}
	if err := secret.CheckFolder(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}
