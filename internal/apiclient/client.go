// Package apiclient speaks to a Mailferry server as any other program does: queries and
// mutations over POST, subscriptions over a WebSocket with graphql-transport-ws. The demo,
// the benchmarks and the end-to-end tests use it, so that none of them has a door of its own.
package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Client is a server's address and a token for it. Its zero HTTP is http.DefaultClient.
type Client struct {
	// URL is the server's, as http://127.0.0.1:8080, without a slash at the end.
	URL string
	// Token is an API token, or empty for a server that asks for none.
	Token string
	HTTP  *http.Client
}

// Error is an error of the API.
type Error struct {
	// Code is extensions.code, as NOT_FOUND.
	Code string
	// Field is extensions.field of a BAD_USER_INPUT, as source.host.
	Field   string
	Message string
}

// Error gives the message with its code and field.
func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s (%s at %s)", e.Message, e.Code, e.Field)
	}
	return fmt.Sprintf("%s (%s)", e.Message, e.Code)
}

// StatusError says that what answered is not the API.
type StatusError struct {
	// Status is the answer's, as "502 Bad Gateway".
	Status string
	// Message is what it says in an "error" of JSON, as other routes of the server do; empty where it says none.
	Message string
}

// Error says what came instead.
func (e *StatusError) Error() string {
	if e.Message != "" {
		return fmt.Sprintf("the server answered %s: %s", e.Status, e.Message)
	}
	return fmt.Sprintf("the API answered %s, not JSON", e.Status)
}

// request is what GraphQL over HTTP and over WebSockets carries.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

type graphqlError struct {
	Message    string `json:"message"`
	Extensions struct {
		Code  string `json:"code"`
		Field string `json:"field"`
	} `json:"extensions"`
}

func (e graphqlError) asError() error {
	return &Error{Code: e.Extensions.Code, Field: e.Extensions.Field, Message: e.Message}
}

// response is an answer; data is decoded into what the caller gave.
type response struct {
	Data   json.RawMessage `json:"data"`
	Errors []graphqlError  `json:"errors"`
	// Problem is what routes that are not the API's say.
	Problem string `json:"error"`
}

func (r response) into(result any) error {
	if len(r.Errors) > 0 {
		return r.Errors[0].asError()
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(r.Data, result); err != nil {
		return fmt.Errorf("read the answer of the API: %w", err)
	}
	return nil
}

// Do runs a query or mutation and decodes its data into result, which may be nil. An error
// of the API is an [*Error], an answer that is none of the API's a [*StatusError].
func (c *Client) Do(ctx context.Context, query string, variables map[string]any, result any) error {
	body, err := json.Marshal(request{Query: query, Variables: variables})
	if err != nil {
		return fmt.Errorf("write the query: %w", err)
	}
	answer, err := c.Post(ctx, "/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var decoded response
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read the answer of the API: %w", err)
	}
	if err := json.Unmarshal(text, &decoded); err != nil {
		return &StatusError{Status: answer.Status}
	}
	if decoded.Data == nil && len(decoded.Errors) == 0 {
		return &StatusError{Status: answer.Status, Message: decoded.Problem}
	}
	return decoded.into(result)
}

// Get asks for a path with the client's token; the caller closes the body.
func (c *Client) Get(ctx context.Context, path string, header http.Header) (*http.Response, error) {
	return c.send(ctx, http.MethodGet, path, header, nil)
}

// Post sends a body to a path with the client's token; the caller closes the answer's body.
func (c *Client) Post(ctx context.Context, path, contentType string, body io.Reader) (*http.Response, error) {
	return c.send(ctx, http.MethodPost, path, http.Header{"Content-Type": {contentType}}, body)
}

func (c *Client) send(ctx context.Context, method, path string, header http.Header, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, body)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	if header != nil {
		req.Header = header.Clone()
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	return answer, nil
}
