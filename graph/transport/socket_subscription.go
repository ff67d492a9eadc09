package transport

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"mailferry/graph/apierror"
	"mailferry/graph/budget"
)

// subscription is one that runs on a socket.
type subscription struct {
	id     string
	cancel context.CancelFunc
	// failed says that the client was told of an error; it belongs to the goroutine of the subscription.
	failed bool
	// over says that nothing more may be sent under its id; guarded by socket.writing.
	over bool
}

// subscribe starts a subscription. It runs in the reader, so that a client's queries are parsed one after the other.
func (s *socket) subscribe(ctx context.Context, m message) {
	if m.ID == "" || len(m.ID) > maxSubscriptionID {
		s.close(closeBadRequest, "Invalid message")
		return
	}
	params, refused := decodeParams(m.Payload)
	if refused != nil {
		s.close(closeBadRequest, "Invalid message")
		return
	}
	ctx, failure := withStreamFailure(graphql.StartOperationTrace(ctx))
	gate := &eventGate{socket: s.sending, all: s.server.events}
	ctx, cancel := context.WithCancel(withGate(ctx, gate))
	sub := &subscription{id: m.ID, cancel: cancel}
	if !s.admit(sub) {
		cancel()
		return
	}
	select {
	case s.places <- struct{}{}:
	case <-ctx.Done():
		s.end(sub)
		return
	}
	s.server.subscriptions.Add(1)
	leave := func() {
		cancel()
		s.server.subscriptions.Add(-1)
		<-s.places
	}
	if refused := withoutQuery(params); refused != nil {
		s.fail(sub, gqlerror.List{apierror.Presented(refused.code, refused.message)})
		leave()
		return
	}
	op, errs := s.server.config.Executor.CreateOperationContext(ctx, params)
	if len(errs) == 0 && op.Operation.Operation != ast.Subscription {
		errs = gqlerror.List{apierror.Refuse(apierror.CodeBadInput,
			"Over a WebSocket there are only subscriptions; queries and mutations are sent by POST.")}
	}
	if len(errs) > 0 {
		s.fail(sub, s.server.config.Executor.DispatchError(graphql.WithOperationContext(ctx, op), atMost(errs)).Errors)
		leave()
		return
	}
	s.running.Go(func() {
		defer leave()
		defer gate.release()
		s.stream(ctx, sub, op, failure, gate)
	})
}

// admit takes up a subscription under its id, or closes the socket.
func (s *socket) admit(sub *subscription) bool {
	s.mu.Lock()
	_, taken := s.active[sub.id]
	full := len(s.active) >= s.server.config.Limits.Subscriptions
	if !taken && !full {
		s.active[sub.id] = sub
	}
	s.mu.Unlock()
	switch {
	case taken:
		s.close(closeDuplicateID, "Subscriber already exists")
	case full:
		s.close(closeTooMany, "Too many subscriptions")
	}
	return !taken && !full
}

// stream sends the events of a subscription to its end.
func (s *socket) stream(ctx context.Context, sub *subscription, op *graphql.OperationContext, failure *streamFailure, gate *eventGate) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err := gqlerror.Wrap(op.Recover(ctx, panicked))
			s.fail(sub, s.server.config.Executor.DispatchError(ctx, gqlerror.List{err}).Errors)
		}
	}()
	responses, ctx := s.server.config.Executor.DispatchOperation(ctx, op)
	for s.sendNext(ctx, sub, responses) {
		gate.release()
	}
	if sub.failed {
		return
	}
	if err := failure.get(); err != nil {
		s.fail(sub, s.server.config.Executor.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(err)}).Errors)
		return
	}
	s.end(sub)
	if ctx.Err() == nil {
		_ = s.send(sub, message{ID: sub.id, Type: messageComplete})
	}
}

// sendNext waits for the next event of a subscription and sends it. It says whether there may be more.
func (s *socket) sendNext(ctx context.Context, sub *subscription, responses graphql.ResponseHandler) (more bool) {
	b := budget.NewEvent(ctx, s.server.memory, s.server.config.Limits.AnswerBytes)
	defer b.Release()
	response := responses(budget.With(ctx, b))
	if response == nil {
		return false
	}
	if spent := b.Spent(); spent != nil {
		s.fail(sub, gqlerror.List{spent})
		return false
	}
	if len(response.Errors) > 0 && (len(response.Data) == 0 || string(response.Data) == "null") {
		s.fail(sub, response.Errors)
		return false
	}
	event := message{ID: sub.id, Type: messageNext, data: response.Data}
	if len(response.Errors) > 0 || len(response.Extensions) > 0 {
		payload, err := json.Marshal(response)
		if err != nil {
			s.fail(sub, s.server.config.Executor.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(err)}).Errors)
			return false
		}
		event = message{ID: sub.id, Type: messageNext, Payload: payload}
	}
	return s.send(sub, event) == nil
}

// fail ends a subscription with errors. The id is free before the client hears of it. Where the trouble is the server's
// and passes, the socket is closed instead: clients take an error for the end of the subscription, and a close with this
// code for a reason to come back.
func (s *socket) fail(sub *subscription, errs gqlerror.List) {
	sub.failed = true
	s.end(sub)
	for _, err := range errs {
		if code := err.Extensions["code"]; code == apierror.CodeUnavailable || code == apierror.CodeTooMany {
			s.close(websocket.CloseTryAgainLater, err.Message)
			return
		}
	}
	payload, err := json.Marshal(errs)
	if err != nil {
		payload = []byte(`[{"message":"Something went wrong inside the server."}]`)
	}
	_ = s.send(sub, message{ID: sub.id, Type: messageError, Payload: payload})
}

// end gives the id of a subscription free.
func (s *socket) end(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active[sub.id] == sub {
		delete(s.active, sub.id)
	}
}

// complete ends a subscription at the client's wish. Its id may be used again at once, so nothing that was about to
// be sent under it is.
func (s *socket) complete(id string) {
	s.mu.Lock()
	sub := s.active[id]
	delete(s.active, id)
	s.mu.Unlock()
	if sub == nil {
		return // It ended meanwhile.
	}
	// In this order: cancelled first, it could still say under its id that it was.
	s.writing.Lock()
	sub.over = true
	s.writing.Unlock()
	sub.cancel()
}
