package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of a key in bytes, as AES-256 wants it.
const KeySize = 32

// A blob is laid out as
//
//	1 byte   version, 1
//	8 bytes  id of the key
//	12 bytes nonce
//	n bytes  ciphertext
//	16 bytes tag
//
// and everything before the nonce is authenticated along with the Binding.
const (
	blobVersion  = 1
	keyIDSize    = 8
	headerSize   = 1 + keyIDSize
	sealOverhead = 12 + 16 // nonce and tag, as cipher.NewGCMWithRandomNonce adds them
)

var (
	// ErrUnknownKey says that a blob was sealed with a key that the Keyring does not hold.
	ErrUnknownKey = errors.New("secret: sealed with a key that is not among the configured ones")
	// ErrCorrupt says that a blob was changed, cut short, or belongs to another row or side.
	ErrCorrupt = errors.New("secret: sealed value is damaged or does not belong here")
)

// A Binding is the place that a blob belongs to. It is authenticated but not part of the blob.
type Binding struct {
	Table string // name of the table
	Row   int64  // primary key of the row
	Side  string // which of the row's secrets: "source" or "destination"
}

// A Keyring seals with its first key and opens with any of its keys. It is safe for use by several goroutines.
type Keyring struct {
	keys []key
}

type key struct {
	id   [keyIDSize]byte
	aead cipher.AEAD
}

// ParseKeys reads keys in base64 of 32 bytes each, with commas or white space between them. The first seals, all
// open. Errors say which key is wrong by its place and never repeat any of it.
func ParseKeys(s string) (*Keyring, error) {
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' })
	if len(fields) == 0 {
		return nil, errors.New("secret: no encryption key given")
	}
	ring := &Keyring{}
	for i, field := range fields {
		raw, err := decodeKey(field)
		if err != nil {
			return nil, fmt.Errorf("secret: encryption key %d is not base64", i+1)
		}
		if len(raw) != KeySize {
			return nil, fmt.Errorf("secret: encryption key %d has %d bytes, want %d", i+1, len(raw), KeySize)
		}
		k, err := newKey(raw)
		if err != nil {
			return nil, fmt.Errorf("secret: encryption key %d: %w", i+1, err)
		}
		if ring.find(k.id[:]) != nil {
			return nil, fmt.Errorf("secret: encryption key %d is given twice", i+1)
		}
		ring.keys = append(ring.keys, k)
	}
	return ring, nil
}

// GenerateKey returns a fresh key in the form that ParseKeys reads.
func GenerateKey() string {
	raw := make([]byte, KeySize)
	rand.Read(raw) //nolint:errcheck // crypto/rand.Read never fails: it crashes the program instead.
	return base64.StdEncoding.EncodeToString(raw)
}

// Seal encrypts plain for the place b with the first key. Two seals of the same text differ.
func (k *Keyring) Seal(b Binding, plain []byte) ([]byte, error) {
	first := k.keys[0]
	blob := make([]byte, headerSize, headerSize+len(plain)+sealOverhead)
	blob[0] = blobVersion
	copy(blob[1:], first.id[:])
	return first.aead.Seal(blob, nil, plain, b.additionalData(blob[:headerSize])), nil
}

// Open decrypts a blob that Seal made for the place b. The error is ErrUnknownKey or ErrCorrupt, found by errors.Is.
func (k *Keyring) Open(b Binding, blob []byte) ([]byte, error) {
	if len(blob) < headerSize+sealOverhead || blob[0] != blobVersion {
		return nil, ErrCorrupt
	}
	used := k.find(blob[1:headerSize])
	if used == nil {
		return nil, fmt.Errorf("%w (key id %s)", ErrUnknownKey, hex.EncodeToString(blob[1:headerSize]))
	}
	plain, err := used.aead.Open(nil, nil, blob[headerSize:], b.additionalData(blob[:headerSize]))
	if err != nil {
		return nil, ErrCorrupt
	}
	return plain, nil
}

// Current says whether a blob is sealed with the first key, so that a change of keys has nothing left to do for it.
func (k *Keyring) Current(blob []byte) bool {
	return len(blob) >= headerSize && blob[0] == blobVersion && string(blob[1:headerSize]) == string(k.keys[0].id[:])
}

// CurrentPrefix is what every blob that is sealed with the first key starts with, for finding the others in a table.
func (k *Keyring) CurrentPrefix() []byte {
	return append([]byte{blobVersion}, k.keys[0].id[:]...)
}

// Reseal opens a blob of one place and seals it for another (or the same) with the first key. A rerun uses it to
// carry a password to its new row, a change of keys to move a row to the first key.
func (k *Keyring) Reseal(from, to Binding, blob []byte) ([]byte, error) {
	plain, err := k.Open(from, blob)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return k.Seal(to, plain)
}

// KeyIDs are the ids of the keys in hexadecimal, the sealing one first. They tell nothing about the keys and may be
// printed.
func (k *Keyring) KeyIDs() []string {
	ids := make([]string, len(k.keys))
	for i := range k.keys {
		ids[i] = hex.EncodeToString(k.keys[i].id[:])
	}
	return ids
}

// String keeps a Keyring that is printed by mistake from showing more than the ids of its keys.
func (k *Keyring) String() string { return "keyring " + strings.Join(k.KeyIDs(), ",") }

// GoString does for %#v what String does for %v.
func (k *Keyring) GoString() string { return k.String() }

func (k *Keyring) find(id []byte) *key {
	for i := range k.keys {
		if string(k.keys[i].id[:]) == string(id) {
			return &k.keys[i]
		}
	}
	return nil
}

func newKey(raw []byte) (key, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return key{}, err
	}
	k := key{aead: aead}
	// A hash under a label of its own, cut short: it tells keys apart and says nothing about them.
	sum := sha256.Sum256(append([]byte("mailferry key id\x00"), raw...))
	copy(k.id[:], sum[:])
	return k, nil
}

// decodeKey reads both alphabets of base64, with or without padding: keys come from openssl, from Go and from people.
func decodeKey(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	return base64.RawStdEncoding.DecodeString(s)
}

// additionalData spells out header and place with lengths, so that no two places have the same spelling.
func (b Binding) additionalData(header []byte) []byte {
	data := make([]byte, 0, len(header)+len(b.Table)+len(b.Side)+24)
	data = append(data, header...)
	data = binary.BigEndian.AppendUint64(data, uint64(len(b.Table)))
	data = append(data, b.Table...)
	data = binary.BigEndian.AppendUint64(data, uint64(b.Row))
	data = binary.BigEndian.AppendUint64(data, uint64(len(b.Side)))
	data = append(data, b.Side...)
	return data
}
