// Package limits keeps what one caller asks for within bounds: the numbers ([Limits]), and the guards that look at an
// operation before anything of it is carried out. [Shape] measures it, [Introspection] sees that it reads the schema
// once and without repeats, [Cost] adds up what its fields cost.
//
// The guards are extensions of gqlgen's executor, in that order: each of them walks through the operation, and Shape
// makes sure beforehand that this comes to an end. They promise that an operation which they let pass takes a bounded
// time to validate and to begin, and that refusals repeat no value of the request.
//
// What a field costs is package graph's to say, which knows the resolvers. What an answer really holds is package
// budget's to count, while it is built. Sizes and times of requests and sockets are only named here; package transport
// holds clients to them.
package limits
