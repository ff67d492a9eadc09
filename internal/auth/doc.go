// Package auth knows who may use the server: one administrator by password, who then has a session; API tokens with a
// name, shown once and revocable; one token from the configuration; and users that a trusted proxy has signed in.
//
// Sessions and tokens are kept in the database by their hash alone, the password by argon2id. Whoever has signed in
// is a [Principal] in the request's context. What goes on for longer than a request, such as a WebSocket, holds its
// credentials with [Service.Hold], whose context ends when they are signed out, revoked or expire.
package auth
