package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"
)

// A device that has signed in before carries a cookie that says so. It opens nothing: it only has the device's own
// wrong passwords counted apart from those of strangers, who could else keep the administrator out by guessing, from
// her own address too where everybody comes by one proxy.
const (
	deviceCookieName = "mailferry-device"
	deviceLifetime   = 180 * 24 * time.Hour
	deviceNonce      = 16 // bytes
)

// device tells devices apart.
type device [deviceNonce]byte

// deviceKey is the key that devices' cookies are signed with. It changes with the administrator's password.
func deviceKey(admin *administrator) []byte {
	mac := hmac.New(sha256.New, []byte(admin.PasswordHash))
	mac.Write([]byte("mailferry device cookie"))
	return mac.Sum(nil)
}

// newDevice is the value of a cookie for a device that was not known.
func newDevice(key []byte, now time.Time) string {
	value := make([]byte, deviceNonce, deviceNonce+8+sha256.Size)
	rand.Read(value) // It never fails: see crypto/rand.Read.
	value = binary.BigEndian.AppendUint64(value, uint64(now.Add(deviceLifetime).Unix()))
	return base64.RawURLEncoding.EncodeToString(signed(key, value))
}

func signed(key, value []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(value)
	return mac.Sum(value)
}

// knownDevice is the device of a request, if it has signed in before with the present password.
func knownDevice(r *http.Request, key []byte, now time.Time) (known device, ok bool) {
	cookie, err := r.Cookie(deviceCookieName)
	if err != nil {
		return known, false
	}
	value, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	const length = deviceNonce + 8
	if err != nil || len(value) != length+sha256.Size {
		return known, false
	}
	if !hmac.Equal(signed(key, value[:length:length]), value) {
		return known, false
	}
	if expires := binary.BigEndian.Uint64(value[deviceNonce:]); expires < uint64(now.Unix()) {
		return known, false
	}
	return device(value[:deviceNonce]), true
}
