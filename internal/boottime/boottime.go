// Package boottime reads the clock by which leases are counted within one machine: it is the same
// in every process, never set, and goes on while the machine sleeps (CLOCK_BOOTTIME in
// clock_gettime(2)), which the monotonic clock of package time does not.
package boottime

import (
	"time"

	"golang.org/x/sys/unix"
)

// Never is later than any time that Now gives.
const Never = time.Duration(1 << 62)

// Now is the time since the machine was started.
func Now() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		// Linux has had the clock since 2.6.39: a system without it cannot keep a lease, and a
		// time at which every lease has ended is the safe answer.
		return Never
	}
	return time.Duration(now.Nano())
}
