// Package transport is how the API is spoken: GraphQL over HTTP by POST and GET
// (https://graphql.github.io/graphql-over-http/draft/), and graphql-transport-ws over a WebSocket
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) for subscriptions.
//
// It takes the place of gqlgen's transports, which repeat a malformed body (and the passwords in it) in their answer, let
// a second subscription take over the id of a first, and know neither a limit of subscriptions nor the close codes of the
// protocol.
//
// It promises that no answer repeats a body; that nothing is carried out for whoever has not signed in, or by a GET for
// pages of other origins; that a client which does not read, or whose machine is gone, holds one event and loses its
// socket; that a socket ends with the credentials it was opened with; and that all goroutines of a socket have ended when
// its request returns. Trouble that passes has a status or close code after which clients come back.
//
// It knows nothing of jobs. [Executor] carries operations out, [Auth] knows who asks, a resolver of a subscription returns
// a channel of [Follow]. What an operation may ask for is package limits's to say, and what an answer may hold package
// budget's; when such a budget begins and ends is decided here.
package transport
