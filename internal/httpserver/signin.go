package httpserver

import (
	"encoding/json"
	"errors"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"mailferry/internal/auth"
)

// maxLoginBody is the size of a sign-in in bytes.
const maxLoginBody = 16 << 10

// signIn takes a password as JSON, or from a form, which may say where to go on (next).
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	password, next, status, ok := readLogin(w, r)
	if !ok {
		answer(w, status, problem{"Send the password as JSON or as a form.", "BAD_USER_INPUT"})
		return
	}
	remote := s.config.Proxies.ClientAddr(r).String()
	err := s.config.Auth.SignIn(w, r, password)
	var throttled *auth.ThrottledError
	switch {
	case errors.As(err, &throttled):
		s.config.Logger.WarnContext(r.Context(), "sign-in throttled", keyRemote, remote)
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(throttled.RetryAfter.Seconds()))))
		answer(w, http.StatusTooManyRequests, problem{"Too many attempts. Try again later.", "TOO_MANY"})
	case errors.Is(err, auth.ErrWrongPassword):
		s.config.Logger.WarnContext(r.Context(), "sign-in failed", keyRemote, remote)
		answer(w, http.StatusUnauthorized, problem{"The password is wrong.", "UNAUTHENTICATED"})
	case err != nil:
		s.fail(w, r, err)
	default:
		s.config.Logger.InfoContext(r.Context(), "signed in", keyRemote, remote)
		if next != "" {
			// Not http.Redirect, which takes what follows a # for a part of the path.
			w.Header().Set("Location", next)
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		answer(w, http.StatusOK, map[string]bool{"ok": true})
	}
}

// readLogin reads the password. Next is set for forms alone.
func readLogin(w http.ResponseWriter, r *http.Request) (password, next string, status int, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLoginBody)
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", "", http.StatusUnsupportedMediaType, false
	}
	switch mediaType {
	case "application/json":
		var body struct {
			Password *string `json:"password"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Password == nil {
			return "", "", http.StatusBadRequest, false
		}
		return *body.Password, "", 0, true
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil || !r.PostForm.Has("password") {
			return "", "", http.StatusBadRequest, false
		}
		return r.PostForm.Get("password"), localPath(r.PostForm.Get("next")), 0, true
	}
	return "", "", http.StatusUnsupportedMediaType, false
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	s.config.Auth.SignOut(w, r)
	if principal, known := auth.FromContext(r.Context()); known {
		s.config.Logger.InfoContext(r.Context(), "signed out", keyUser, principal.Name)
	}
	answer(w, http.StatusOK, map[string]bool{"ok": true})
}

// localPath is the path of this server that next names, or "/": a sign-in must not lead to another site.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(u.Path, "//") || strings.ContainsAny(next+u.Path, "\\\r\n\t") {
		return "/"
	}
	local := u.RequestURI()
	if u.Fragment != "" {
		local += "#" + u.EscapedFragment()
	}
	return local
}

// queryEscapePath is a request's path as a value in a query.
func queryEscapePath(r *http.Request) string { return url.QueryEscape(r.URL.RequestURI()) }
