package imapclient

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Sentinels for errors.Is. The first group are the kinds of a [ConnectionError], after which a [Client] is of
// no more use; the second are answers of a server that goes on talking.
var (
	// ErrConnect: the connection could not be made: name not found, refused, unreachable, no greeting in time,
	// or not allowed by the DialContext hook.
	ErrConnect = errors.New("cannot connect")
	// ErrTLS: TLS could not be agreed on, the certificate was not accepted, or STARTTLS is not to be had.
	ErrTLS = errors.New("TLS failure")
	// ErrBye: the server said BYE, as greeting or later. The error carries its text and response code.
	ErrBye = errors.New("server closed the session")
	// ErrTimeout: one of the deadlines of Options passed.
	ErrTimeout = errors.New("timeout")
	// ErrLost: the connection ended without a word.
	ErrLost = errors.New("connection lost")
	// ErrProtocol: the server sent something that cannot even be framed, or that breaks a limit.
	ErrProtocol = errors.New("protocol error")
	// ErrNotConnected: the server let the user in and then says, to any command, that the user is authenticated but not
	// connected: what Microsoft's does when there is no mailbox, no access to it, or no room for another session. The error
	// carries its words.
	ErrNotConnected = errors.New("authenticated but not connected")
	// ErrClosed: Close was called here, or the session was ended by Logout.
	ErrClosed = errors.New("connection closed")
	// ErrBody: the reader of an APPEND's body failed or ended early, in the middle of a literal. The connection
	// is cut so that no truncated message can arrive.
	ErrBody = errors.New("message body could not be read")

	// ErrNo and ErrBad tell the two sorts of ResponseError apart.
	ErrNo  = errors.New("NO")
	ErrBad = errors.New("BAD")
	// ErrAuth: the login was refused for good: wrong user or password, or no acceptable mechanism.
	ErrAuth = errors.New("authentication failed")
	// ErrArgument: the command was not sent because an argument cannot be (for instance a name with NUL in it).
	ErrArgument = errors.New("argument cannot be sent")
)

// Code is a response code (RFC 3501, section 7.1; RFC 5530), upper case and without its arguments. It is an
// error so that it can be asked for: errors.Is(err, imapclient.CodeOverQuota).
type Code string

// Response codes this project acts on. Others arrive as they are.
const (
	CodeAlert                Code = "ALERT"
	CodeAlreadyExists        Code = "ALREADYEXISTS"
	CodeAuthenticationFailed Code = "AUTHENTICATIONFAILED"
	CodeAuthorizationFailed  Code = "AUTHORIZATIONFAILED"
	CodeCannot               Code = "CANNOT"
	CodeClientBug            Code = "CLIENTBUG"
	CodeContactAdmin         Code = "CONTACTADMIN"
	CodeCorruption           Code = "CORRUPTION"
	CodeExpired              Code = "EXPIRED"
	CodeInUse                Code = "INUSE"
	CodeLimit                Code = "LIMIT"
	CodeNonExistent          Code = "NONEXISTENT"
	CodeMessageLimit         Code = "MESSAGELIMIT"
	CodeNoPerm               Code = "NOPERM"
	CodeOverQuota            Code = "OVERQUOTA"
	CodePrivacyRequired      Code = "PRIVACYREQUIRED"
	CodeServerBug            Code = "SERVERBUG"
	CodeThrottled            Code = "THROTTLED"
	CodeTooBig               Code = "TOOBIG"
	CodeTryCreate            Code = "TRYCREATE"
	CodeUnavailable          Code = "UNAVAILABLE"
)

// Error makes a Code usable as the target of errors.Is.
func (c Code) Error() string { return "[" + string(c) + "]" }

// ResponseError is a server's NO or BAD to one command. The connection remains usable.
type ResponseError struct {
	// Command is the name of the command that was refused, such as "APPEND". Never its arguments.
	Command string
	// Bad is true for BAD, false for NO.
	Bad bool
	// Code is the response code, "" when there is none; CodeText what follows it inside the brackets.
	Code     Code
	CodeText string
	// Text is the server's text for people, with invalid UTF-8 and control characters replaced.
	Text string
	// Kind is Command, and tells a FETCH for whole messages, "UID FETCH BODY[]", from others: servers refuse the one and not the
	// other. Sent is when the command was sent, and Fingerprint tells one command from another: it is the same when a command is sent
	// anew as it was. It leaves out what is in literals.
	Kind        string
	Sent        time.Time
	Fingerprint uint64
}

// Error gives the server's answer after the name of the command.
func (e *ResponseError) Error() string {
	return e.Command + ": " + e.Response()
}

// Response is the server's answer as it was on the wire, without the tag: "NO [OVERQUOTA] Quota exceeded".
func (e *ResponseError) Response() string {
	word := "NO"
	if e.Bad {
		word = "BAD"
	}
	return joinStatus(word, e.Code, e.CodeText, e.Text)
}

// Is reports whether target is ErrNo, ErrBad or the Code of this answer.
func (e *ResponseError) Is(target error) bool {
	if code, ok := target.(Code); ok {
		return e.Code != "" && e.Code == code
	}
	return target == ErrBad && e.Bad || target == ErrNo && !e.Bad
}

// ConnectionError ends a connection: every command in flight and every later one gets the same error.
type ConnectionError struct {
	// Kind is one of ErrConnect, ErrTLS, ErrBye, ErrTimeout, ErrLost, ErrProtocol, ErrNotConnected, ErrClosed and ErrBody.
	Kind error
	// Address is host:port.
	Address string
	// Code and Text are those of a BYE; Text is also a detail in words for the other kinds.
	Code     Code
	CodeText string
	Text     string
	// At is when a BYE came, zero for the other kinds.
	At time.Time
	// Err is the cause underneath, nil when there is none.
	Err error
}

// Error gives address, kind and detail.
func (e *ConnectionError) Error() string {
	var b strings.Builder
	if e.Address != "" {
		b.WriteString(e.Address + ": ")
	}
	b.WriteString(e.Kind.Error())
	if e.Kind == ErrBye {
		b.WriteString(": " + joinStatus("BYE", e.Code, e.CodeText, e.Text))
	} else if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Is reports whether target is the Kind, or the Code of a BYE.
func (e *ConnectionError) Is(target error) bool {
	if code, ok := target.(Code); ok {
		return e.Code != "" && e.Code == code
	}
	return target == e.Kind
}

// Unwrap gives the cause underneath.
func (e *ConnectionError) Unwrap() error { return e.Err }

// Timeout makes a ConnectionError a net.Error of sorts: true for ErrTimeout.
func (e *ConnectionError) Timeout() bool { return e.Kind == ErrTimeout }

// Ended reports whether an error ended its connection: it is or wraps a *ConnectionError.
func Ended(err error) bool {
	var ended *ConnectionError
	return errors.As(err, &ended)
}

// AuthError says that the server refused the login for good. A login refused for a passing reason
// ([UNAVAILABLE], [LIMIT], [INUSE], [THROTTLED], too many connections) is a plain ResponseError instead.
type AuthError struct {
	// Mechanism is what was tried: "LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER"; "" when none was acceptable.
	Mechanism string
	// Err is the ResponseError, or says why nothing was tried.
	Err error
	// Reason is what the server said of a refused access token, as "status 401, scope mail", "" if nothing (RFC 7628, section
	// 3.2.3). Like all text of servers it holds no control characters, and not the token.
	Reason string
}

// Error names the mechanism and the server's answer.
func (e *AuthError) Error() string {
	text := "authentication failed"
	if e.Mechanism != "" {
		text += " (" + e.Mechanism + ")"
	}
	text += fmt.Sprintf(": %v", e.Err)
	if e.Reason != "" {
		text += " (" + e.Reason + ")"
	}
	return text
}

// Is reports whether target is ErrAuth.
func (e *AuthError) Is(target error) bool { return target == ErrAuth }

// Unwrap gives the server's answer.
func (e *AuthError) Unwrap() error { return e.Err }

// joinStatus writes a status response without its tag.
func joinStatus(word string, code Code, codeText, text string) string {
	if code != "" {
		word += " [" + string(code)
		if codeText != "" {
			word += " " + codeText
		}
		word += "]"
	}
	if text != "" {
		word += " " + text
	}
	return word
}
