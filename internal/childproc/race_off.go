//go:build !race

package childproc

// raceDetector says whether this binary maps terabytes for the race detector, which no limit of
// memory allows.
const raceDetector = false
