package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// api is a client of Mailferry's GraphQL API.
type api struct {
	endpoint url.URL
	token    string
}

// newAPI takes the server's base URL, as http://127.0.0.1:8080.
func newAPI(base, token string) (*api, error) {
	endpoint, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("the server's URL: %w", err)
	}
	return &api{endpoint: *endpoint.JoinPath("graphql"), token: token}, nil
}

// answer is a GraphQL answer, or one event of a subscription.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []apiError      `json:"errors"`
}

type apiError struct {
	Message string `json:"message"`
}

// decode puts the data into target, or returns the errors.
func (a answer) decode(target any) error {
	if len(a.Errors) > 0 {
		return refused(a.Errors)
	}
	if err := json.Unmarshal(a.Data, target); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func refused(list []apiError) error {
	messages := make([]string, 0, len(list))
	for _, one := range list {
		messages = append(messages, one.Message)
	}
	return errors.New("the server says: " + strings.Join(messages, "; "))
}

// request is a GraphQL operation with its variables.
type request struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables,omitempty"`
}

// post sends a query or mutation and decodes its data.
func (a *api) post(ctx context.Context, operation request, target any) error {
	body, err := json.Marshal(operation)
	if err != nil {
		return fmt.Errorf("write a request: %w", err)
	}
	message, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	message.Header.Set("Content-Type", "application/json")
	message.Header.Set("Authorization", "Bearer "+a.token)
	response, err := http.DefaultClient.Do(message)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var result answer
	if err := json.Unmarshal(text, &result); err != nil {
		return fmt.Errorf("the server answers %s: %.200s", response.Status, text)
	}
	return result.decode(target)
}

// frame is a message of the subprotocol graphql-transport-ws.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// subscribe runs one subscription on a socket of its own and hands each event to
// take, until the server completes it or an error comes up.
func (a *api) subscribe(ctx context.Context, operation request, take func(answer) error) error {
	endpoint := a.endpoint
	endpoint.Scheme = strings.Replace(endpoint.Scheme, "http", "ws", 1)
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: 10 * time.Second}
	socket, response, err := dialer.DialContext(ctx, endpoint.String(), nil)
	if err != nil {
		return fmt.Errorf("open a WebSocket: %w", err)
	}
	_ = response.Body.Close()
	defer socket.Close()
	// A read does not know of contexts: closing the socket ends it.
	defer context.AfterFunc(ctx, func() { _ = socket.Close() })()

	err = a.converse(socket, operation, take)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (a *api) converse(socket *websocket.Conn, operation request, take func(answer) error) error {
	const id = "1"
	if err := send(socket, "", "connection_init", map[string]string{"Authorization": "Bearer " + a.token}); err != nil {
		return err
	}
	for {
		var received frame
		if err := socket.ReadJSON(&received); err != nil {
			return fmt.Errorf("read from the WebSocket: %w", err)
		}
		switch received.Type {
		case "connection_ack":
			if err := send(socket, id, "subscribe", operation); err != nil {
				return err
			}
		case "ping":
			if err := send(socket, "", "pong", nil); err != nil {
				return err
			}
		case "next":
			var event answer
			if err := json.Unmarshal(received.Payload, &event); err != nil {
				return fmt.Errorf("read an event: %w", err)
			}
			if err := take(event); err != nil {
				return err
			}
		case "error":
			var list []apiError
			if err := json.Unmarshal(received.Payload, &list); err != nil {
				return fmt.Errorf("read an error: %w", err)
			}
			return refused(list)
		case "complete":
			return nil
		}
	}
}

func send(socket *websocket.Conn, id, kind string, payload any) error {
	message := frame{ID: id, Type: kind}
	if payload != nil {
		text, err := json.Marshal(payload)
		if err != nil {
			return fmt.Errorf("write a %s: %w", kind, err)
		}
		message.Payload = text
	}
	if err := socket.WriteJSON(message); err != nil {
		return fmt.Errorf("write to the WebSocket: %w", err)
	}
	return nil
}
