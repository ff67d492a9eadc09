// Package graph is the GraphQL API of schema.graphqls. Its resolvers stand in one file per noun and are thin: they turn
// what callers sent into what internal/migration takes, and what that answers into types of the API. Beside them stand
// what each field costs, how errors look outside, and who may change something.
//
// [NewHandler] makes one http.Handler of all that. It expects the caller to have put who asks into the request's context
// (see internal/auth); a WebSocket may bring its credentials in connection_init instead.
//
// It promises that whatever is refused has a code and names the input, and that of what goes wrong inside nothing gets out
// but INTERNAL: the server's log has the rest.
//
// How requests come in and answers go out is package transport's; what one caller may ask for package limits's; what
// answers may take of the server's memory package budget's. Package generated follows schema.graphqls and gqlgen.yml:
// `go generate ./graph` writes it. No type of the API leaves these packages.
package graph

//go:generate go tool gqlgen generate --config ../gqlgen.yml
