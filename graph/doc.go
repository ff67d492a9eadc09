// Package graph is the GraphQL API of schema.graphqls: thin resolvers over internal/migration, the limits that keep a
// request small, the errors that callers see, and the two ways in, POST and graphql-transport-ws over a WebSocket.
//
// [NewHandler] makes one http.Handler of all that. It expects the caller to have put who asks into the request's
// context (see internal/auth); a WebSocket may bring its credentials in connection_init instead.
//
// Both transports are this package's own. They plug into gqlgen's executor in the place of gqlgen's, which repeat a
// malformed body (and the passwords in it) in their answer, let a second subscription take over the id of a first,
// and know neither a limit of subscriptions nor the close codes of the protocol.
//
// Package generated follows schema.graphqls and gqlgen.yml: `go generate ./graph` writes it.
package graph

//go:generate go tool gqlgen generate --config ../gqlgen.yml
