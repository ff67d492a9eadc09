package limits

import "time"

// Limits bound what one caller can ask for. A zero field has the default that it names.
type Limits struct {
	// BodyBytes is the size of a POST; 1 MiB.
	BodyBytes int64
	// QueryTokens is the length of a query in tokens, values in variables not counted; 2,000. Validation takes time
	// by its square.
	QueryTokens int
	// QueryDepth is how deep a query may nest; 20.
	QueryDepth int
	// Complexity is the cost of a query: one for each field, times the length of the lists that it is in; 50,000.
	Complexity int
	// AnswerBytes is the size of an answer, or of an event of a subscription, in which a field counts for at least 64
	// bytes; 8 MiB.
	AnswerBytes int64
	// Sockets is how many WebSockets may be open; 2,000.
	Sockets int
	// Strangers is how many of them may be open before connection_init has said who opened them; half. Whoever has
	// signed in by a cookie is none, and not kept out by them.
	Strangers int
	// Subscriptions is how many may run on one socket; 100.
	Subscriptions int
	// MessageBytes is the size of a message from a client on a socket; 64 KiB.
	MessageBytes int64
	// InitTimeout is how long a socket may stay without connection_init; 10 seconds.
	InitTimeout time.Duration
	// WriteTimeout is how long a client may take to read what was sent before its socket is closed; 10 seconds.
	WriteTimeout time.Duration
	// PingInterval is the time between pings; a client that answers none in twice that time is gone; 20 seconds.
	PingInterval time.Duration
}

// WithDefaults fills in what is zero.
func (l Limits) WithDefaults() Limits {
	l.Sockets = orElse(l.Sockets, 2_000)
	return Limits{
		BodyBytes:     orElse(l.BodyBytes, 1<<20),
		QueryTokens:   orElse(l.QueryTokens, 2_000),
		QueryDepth:    orElse(l.QueryDepth, 20),
		Complexity:    orElse(l.Complexity, 50_000),
		AnswerBytes:   orElse(l.AnswerBytes, 8<<20),
		Sockets:       l.Sockets,
		Strangers:     orElse(l.Strangers, max(l.Sockets/2, 1)),
		Subscriptions: orElse(l.Subscriptions, 100),
		MessageBytes:  orElse(l.MessageBytes, 64<<10),
		InitTimeout:   orElse(l.InitTimeout, 10*time.Second),
		WriteTimeout:  orElse(l.WriteTimeout, 10*time.Second),
		PingInterval:  orElse(l.PingInterval, 20*time.Second),
	}
}

func orElse[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
