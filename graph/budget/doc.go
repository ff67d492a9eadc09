// Package budget bounds what answers take of the server's memory while they are built, and requests while they are read.
//
// Each answer, and each event of a subscription, has a [Budget] in its context. The executor's extension [Fields] counts
// there what every field really holds, and resolves no further ones once the answer is larger than it may be; the caller
// is then told by [Budget.Spent] to ask for less. As an answer grows it waits for room in [Memory], which all answers
// share: small ones never wait, large ones are built a few at a time, and each that has begun comes to its end.
//
// Estimates are of bytes, and rather too high than too low. What an operation may ask for before anything is resolved is
// package limits's to say; when a budget begins and ends, package transport's.
package budget
