// Package generated is what gqlgen makes of schema.graphqls and gqlgen.yml: the executable schema, and the interfaces
// that the resolvers of package graph fulfil. Nobody edits it; `go generate ./graph` writes all of it but this file.
//
// It promises that the resolvers give what the schema says, by types that the compiler checks. What an API type is in Go
// stands in gqlgen.yml: mostly the type of the package that makes it, and otherwise one of package model.
package generated
