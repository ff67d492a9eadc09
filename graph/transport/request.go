package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
)

// readBody reads a request's body. A large one has memory set aside for it before it is read: what it takes once it is
// decoded is several times its length.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, b *budget.Budget) ([]byte, *refusal) {
	body := http.MaxBytesReader(w, r.Body, h.config.Limits.BodyBytes)
	var buffer bytes.Buffer
	for {
		_, err := io.CopyN(&buffer, body, budget.FreeBody)
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			return buffer.Bytes(), nil
		case errors.As(err, &tooLarge):
			return nil, &refusal{http.StatusRequestEntityTooLarge, apierror.CodeBadInput, fmt.Sprintf(
				"The request is larger than %d bytes. Divide it, or raise the server's MAILFERRY_MAX_BODY.", tooLarge.Limit)}
		case err != nil:
			return nil, &refusal{http.StatusBadRequest, apierror.CodeBadInput, "The body ended before it was complete."}
		case !b.ReserveBody(buffer.Len() + budget.FreeBody):
			spent := b.Spent()
			return nil, &refusal{http.StatusServiceUnavailable, apierror.CodeTooMany, spent.Message}
		}
	}
}

// refusal is the answer to a request that is not executed.
type refusal struct {
	status        int
	code, message string
}

func badRequest(message string) *refusal {
	return &refusal{http.StatusBadRequest, apierror.CodeBadInput, message}
}

// readPost reads the request of a POST.
func (h *Handler) readPost(w http.ResponseWriter, r *http.Request, b *budget.Budget) (*graphql.RawParams, *refusal) {
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return nil, &refusal{http.StatusUnsupportedMediaType, apierror.CodeBadInput, "The content type must be application/json."}
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, &refusal{http.StatusUnsupportedMediaType, apierror.CodeBadInput, "The charset must be utf-8."}
	}
	body, refused := h.readBody(w, r, b)
	if refused != nil {
		return nil, refused
	}
	return decodeParams(body)
}

// decodeParams reads a request in JSON. Its problems are told in words of this function alone: a body holds passwords,
// and errors of encoding/json quote it.
func decodeParams(body []byte) (*graphql.RawParams, *refusal) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	params := &graphql.RawParams{}
	err := decoder.Decode(params)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return params, nil
		}
	}
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && mistyped != nil {
		return nil, badRequest("The body must be a JSON object with query, operationName, variables and extensions.")
	}
	return nil, badRequest("The body is not valid JSON.")
}

// readGet reads the request of a GET from its query string (GraphQL over HTTP, section 5.3).
func readGet(r *http.Request) (*graphql.RawParams, *refusal) {
	values := r.URL.Query()
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		if len(values[name]) > 1 {
			return nil, badRequest(name + " may be given once.")
		}
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		err := decoder.Decode(into)
		if err == nil {
			if _, err = decoder.Token(); errors.Is(err, io.EOF) {
				continue
			}
		}
		return nil, badRequest(name + " must be a JSON object.")
	}
	return params, nil
}

// withoutQuery is the answer to a request that has no query; nil if it has one. Clients with persisted queries send a
// hash first, and the query itself once they are told by these words that the server keeps none: Apollo's and urql's
// look at the message, others at the code.
func withoutQuery(params *graphql.RawParams) *refusal {
	if params.Query != "" {
		return nil
	}
	if _, persisted := params.Extensions["persistedQuery"]; persisted {
		return &refusal{http.StatusOK, apierror.CodeNoPersistedQueries, "PersistedQueryNotSupported"}
	}
	return badRequest("The request has no query.")
}
