package imapclient

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-sasl"
)

// xoauth2 is the mechanism XOAUTH2 of Gmail and Outlook, older than OAUTHBEARER.
type xoauth2 struct {
	bearerReason

	user, token string
}

// NewXOAuth2Client makes a client of the mechanism XOAUTH2 with a bearer token.
func NewXOAuth2Client(user, token string) sasl.Client { return &xoauth2{user: user, token: token} }

// Start gives the only message that the client has to say.
func (x *xoauth2) Start() (mechanism string, initial []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's description of an error with nothing, after which it says NO.
func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	x.note(challenge)
	return []byte{}, nil
}

// oauthBearer is the mechanism OAUTHBEARER (RFC 7628).
type oauthBearer struct {
	bearerReason

	user, token, host string
	port              int
}

// NewOAuthBearerClient makes a client of the mechanism OAUTHBEARER (RFC 7628) with a bearer token, for the account user at
// host and port.
func NewOAuthBearerClient(user, token, host string, port int) sasl.Client {
	return &oauthBearer{user: user, token: token, host: host, port: port}
}

// Start gives the initial response (RFC 7628, section 3.1). In the user's name "=" and "," are escaped (RFC 5801, section 4).
func (o *oauthBearer) Start() (mechanism string, initial []byte, err error) {
	user := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(o.user)
	return "OAUTHBEARER", []byte("n,a=" + user + ",\x01host=" + o.host + "\x01port=" + strconv.Itoa(o.port) + "\x01auth=Bearer " + o.token + "\x01\x01"), nil
}

// Next answers the server's description of an error with the one byte that RFC 7628, section 3.2.3 asks for ("AQ==" in base64),
// after which it says NO.
func (o *oauthBearer) Next(challenge []byte) ([]byte, error) {
	o.note(challenge)
	return []byte{0x01}, nil
}

// bearerReason keeps what a server said of a refused token.
type bearerReason struct{ reason string }

// Reason is what the server said of the token, "" if nothing.
func (r *bearerReason) Reason() string { return r.reason }

// note takes in a challenge: JSON (RFC 7628, section 3.2.2), as Google and others send it for both mechanisms, or any text.
func (r *bearerReason) note(challenge []byte) {
	const most = 300 // bytes of a text for people
	text := string(challenge)
	var fields map[string]any
	if json.Unmarshal(challenge, &fields) == nil {
		var said []string
		for _, key := range []string{"status", "error", "error_description", "schemes", "scope"} {
			switch value := fields[key].(type) {
			case string, float64, bool:
				said = append(said, strings.ReplaceAll(key, "_", " ")+" "+fmt.Sprint(value))
			}
		}
		text = strings.Join(slices.DeleteFunc(said, func(s string) bool { return strings.HasSuffix(s, " ") }), ", ")
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = text[:most]
		for !utf8.ValidString(text) && len(text) > most-utf8.UTFMax {
			text = text[:len(text)-1]
		}
		text += "…"
	}
	if text != "" {
		r.reason = text
	}
}
