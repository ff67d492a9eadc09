// Package childproc runs other programs so that none of them survives its parent or its lease,
// however either ends.
//
// A child holds the reading end of a pipe that its parent feeds: each meal says until when the child
// may run, by the clock of package boottime. No further meal by then, or the end of the pipe, which
// the kernel brings about when the parent dies, ends the child:
//
//   - A program of Mailferry itself watches the pipe in process ([WatchParent]), and looks at the
//     clock right before each byte that it sends, so that one that was frozen together with its
//     parent sends nothing once it thaws.
//   - Any other program runs below a guardian ([Guardian]): this binary again, which adopts whatever
//     its descendants leave behind (PR_SET_CHILD_SUBREAPER in prctl(2)) and kills them all.
//
// Children have hard limits ([Limits]) of memory and descriptors, and leave no core dump.
package childproc
