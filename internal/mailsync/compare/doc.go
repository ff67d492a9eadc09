// Package compare says which messages of a source folder are at the destination, and which are not. It is pure: what is
// known of the messages of two folders goes in, and pairs, missing, ambiguous and surplus ones come out; it reads no mailbox.
//
// Hosts change what they store. They tell another RFC822.SIZE, forget INTERNALDATE, add header lines (Received, Message-ID,
// Date, X-…), fold headers anew, trim blanks and replace bytes past ASCII. And a Message-ID is not unique: an edited draft
// keeps it, as does the copy that a mailing list sends. So no single fact is an identity:
//
//   - [Identify] gives a message a key, from its Message-ID or, without one, from its Date, From, To and Subject.
//   - [Folders] compares the messages that share a key by number, size and date. Two whose size and date agree are one
//     message. Where these disagree, they are ambiguous, and their contents decide.
//   - [Digest] sums up a message's content, and [Difference.Settle] and [Difference.Check] compare such sums: the bodies, and
//     the headers without what hosts add.
//
// What of an ambiguous group turns out to be different is missing, even where the destination has another message under its
// key. What the destination has under a key of the source's beyond its pairs is surplus.
package compare
