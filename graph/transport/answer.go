package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
)

// maxErrors is how many faults of a query are told: one mistake, repeated, would make an answer larger than its
// request.
const maxErrors = 10

func atMost(errs gqlerror.List) gqlerror.List { return errs[:min(len(errs), maxErrors)] }

// post answers GraphQL over HTTP with a JSON body.
func (h *Handler) post(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.config.Auth.Caller(r.Context()); !ok {
		h.refuse(w, r, http.StatusUnauthorized, apierror.CodeUnauthenticated, "Sign in first.")
		return
	}
	b := budget.New(r.Context(), h.memory, h.config.Limits.AnswerBytes)
	defer b.Release()
	params, refused := h.readPost(w, r, b)
	// It is decoded: its own text is not needed any more.
	b.Shrink(max(r.ContentLength, 0))
	h.answer(w, r, params, refused, b)
}

// get answers GraphQL over HTTP with a query string: queries alone.
func (h *Handler) get(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.config.Auth.Caller(r.Context()); !ok {
		h.refuse(w, r, http.StatusUnauthorized, apierror.CodeUnauthenticated, "Sign in first.")
		return
	}
	b := budget.New(r.Context(), h.memory, h.config.Limits.AnswerBytes)
	defer b.Release()
	params, refused := readGet(r)
	h.answer(w, r, params, refused, b)
}

// callTime is how long a request may take: longer than any check of mailboxes, and shorter than people or proxies wait.
const callTime = 90 * time.Second

// answer executes a request and writes what comes of it.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, params *graphql.RawParams, refused *refusal, b *budget.Budget) {
	if refused == nil {
		refused = withoutQuery(params)
	}
	if refused != nil {
		h.refuse(w, r, refused.status, refused.code, refused.message)
		return
	}
	timed, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	ctx := budget.With(graphql.StartOperationTrace(timed), b)
	defer func() {
		if panicked := recover(); panicked != nil {
			err := gqlerror.WrapIfUnwrapped(h.config.Executor.PresentRecoveredError(ctx, panicked))
			h.write(w, r, http.StatusInternalServerError, &graphql.Response{Errors: gqlerror.List{err}})
		}
	}()
	op, errs := h.config.Executor.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		h.write(w, r, refusedStatus(r), h.config.Executor.DispatchError(graphql.WithOperationContext(ctx, op), atMost(errs)))
		return
	}
	switch {
	case op.Operation.Operation == ast.Subscription:
		h.refuse(w, r, http.StatusBadRequest, apierror.CodeBadInput, "Subscriptions need a WebSocket (graphql-transport-ws).")
		return
	case r.Method == http.MethodGet && op.Operation.Operation != ast.Query:
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, r, http.StatusMethodNotAllowed, apierror.CodeBadInput, "Mutations are sent by POST.")
		return
	case r.Method == http.MethodGet && !h.config.meant(r):
		h.refuse(w, r, http.StatusForbidden, apierror.CodeForbidden,
			"With a session a GET needs one of these headers: "+strings.Join(preflightHeaders(), ", ")+". Or send the query by POST.")
		return
	}
	if op.Operation.Operation == ast.Mutation && h.config.Stopping() {
		h.refuse(w, r, http.StatusServiceUnavailable, apierror.CodeUnavailable, "The server is stopping, and changes nothing any more. Try again in a few seconds.")
		return
	}
	responses, ctx := h.config.Executor.DispatchOperation(ctx, op)
	response := responses(ctx)
	if timed.Err() != nil && r.Context().Err() == nil {
		message := fmt.Sprintf("The request took longer than %d seconds. Try again, or ask for less.", int(callTime.Seconds()))
		if op.Operation.Operation == ast.Mutation {
			message += " Look first whether it was carried out."
		}
		h.refuse(w, r, http.StatusServiceUnavailable, apierror.CodeUnavailable, message)
		return
	}
	if spent := b.Spent(); spent != nil {
		if op.Operation.Operation == ast.Mutation {
			spent.Message = "The request was carried out, but its answer is not sent. " + spent.Message
		}
		h.write(w, r, refusedStatus(r), &graphql.Response{Errors: gqlerror.List{spent}})
		return
	}
	if response == nil {
		return // The client is gone.
	}
	// The answer is built: what it was built of is not needed any more.
	b.Shrink(int64(len(response.Data)))
	h.write(w, r, http.StatusOK, response)
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	h.write(w, r, status, &graphql.Response{Errors: gqlerror.List{apierror.Presented(code, message)}})
}

// write sends a response. One without data has no "data" at all: it was not executed.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	var errs []byte
	if len(response.Errors) > 0 {
		var err error
		if errs, err = json.Marshal(response.Errors); err != nil {
			h.config.Logger.ErrorContext(r.Context(), "response cannot be encoded", keyError, err)
			status, errs = http.StatusInternalServerError, []byte(`[{"message":"Something went wrong inside the server."}]`)
		}
	}
	// Data is JSON already and may be long: encoding/json would copy it.
	pieces := [][]byte{[]byte("{")}
	if errs != nil {
		pieces = append(pieces, []byte(`"errors":`), errs)
	}
	if len(response.Data) > 0 {
		if errs != nil {
			pieces = append(pieces, []byte(","))
		}
		pieces = append(pieces, []byte(`"data":`), response.Data)
	}
	pieces = append(pieces, []byte("}"))
	length := 0
	for _, piece := range pieces {
		length += len(piece)
	}
	header := w.Header()
	header.Set("Content-Type", responseType(r)+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(length))
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept")
	w.WriteHeader(status)
	for _, piece := range pieces {
		if _, err := w.Write(piece); err != nil { //nolint:gosec // JSON, sent as such.
			return // The client is gone.
		}
	}
}

// Media types of responses (GraphQL over HTTP, section 4).
const (
	graphQLResponse = "application/graphql-response+json"
	plainJSON       = "application/json"
)

// refusedStatus is the status of a request that is well-formed and not executed. Clients that know
// application/graphql-response+json tell by it that there is no data; for the others a GraphQL response is a success.
func refusedStatus(r *http.Request) int {
	if responseType(r) == graphQLResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// responseType is the media type of the answer: the one that the client prefers (RFC 9110, section 12.5.1), and
// application/json for clients that say nothing or ask for something else.
func responseType(r *http.Request) string {
	best, bestWeight := plainJSON, 0.0
	for _, value := range r.Header.Values("Accept") {
		for item := range strings.SplitSeq(value, ",") {
			mediaType, params, err := mime.ParseMediaType(item)
			if err != nil || mediaType != graphQLResponse && mediaType != plainJSON {
				continue
			}
			weight := 1.0
			if q, ok := params["q"]; ok {
				if weight, err = strconv.ParseFloat(q, 64); err != nil {
					continue
				}
			}
			// Of two that are as good as each other the newer one tells more.
			if weight > bestWeight || weight == bestWeight && weight > 0 && mediaType == graphQLResponse {
				best, bestWeight = mediaType, weight
			}
		}
	}
	return best
}
