//go:build race

package mailsync_test

// raceDetector says that the race detector is on, under which memory means nothing.
const raceDetector = true
