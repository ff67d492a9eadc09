package mailsync_test

import (
	"fmt"
	"strings"
	"testing"

	"mailferry/internal/demo/mailgen"
	"mailferry/internal/testkit/dovecot"
	"mailferry/internal/testkit/linkproxy"
)

// slowly puts a line of so many bytes per second before an account.
func slowly(t *testing.T, s side, bandwidth int64) (side, *linkproxy.Proxy) {
	t.Helper()
	link, err := linkproxy.Start(fmt.Sprintf("%s:%d", s.host, s.port), linkproxy.Options{Bandwidth: bandwidth})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	s.host, s.port = link.Host, link.Port
	return s, link
}

func TestASlowLinkIsCompressedInMidRun(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{Compress: true}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{Compress: true}, "new", "same")
	fill(t, from, 400, mailgen.Options{Seed: 8, MedianBytes: 16 << 10, MaxBytes: 64 << 10})
	size := int64(0)
	for _, c := range contents(t, from, "/", "") {
		for _, m := range c {
			size += int64(len(m))
		}
	}
	const bandwidth = 1 << 20
	for i, to := range to {
		slowFrom, download := slowly(t, from, bandwidth)
		slowTo, upload := slowly(t, to, bandwidth)
		var options []string
		if i == 1 {
			options = []string{"--nocompress1", "--nocompress2"}
		}
		o := syncOnce(t, quick(), slowFrom, slowTo, options...)
		o.want(t, 0, 400)
		same(t, contents(t, to, "/", ""), contents(t, from, "/", ""))
		told := strings.Count(o.output, "the link is slow, compressing from here on")
		down, up := download.Stats().ToClient, upload.Stats().ToTarget
		t.Logf("messages of %d bytes with %v: %d down, %d up", size, options, down, up)
		switch i {
		case 0:
			if told != 2 || down > size*19/20 || up > size*19/20 {
				t.Errorf("said %d times that a link is slow; of %d bytes of messages %d came down and %d went up", told, size, down, up)
			}
		case 1:
			if told != 0 || down < size || up < size {
				t.Errorf("compressed all the same: said so %d times; of %d bytes of messages %d came down and %d went up", told, size, down, up)
			}
		}
	}
}

func TestCompressionIsThereFromTheStartWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	from := dovecotUsers(t, dovecot.Options{Compress: true}, "old")[0]
	to := dovecotUsers(t, dovecot.Options{Compress: true}, "new")[0]
	fill(t, from, 50, mailgen.Options{Seed: 8, MedianBytes: 4 << 10, MaxBytes: 16 << 10})
	farFrom, download := slowly(t, from, 0)
	farTo, upload := slowly(t, to, 0)
	syncOnce(t, quick(), farFrom, farTo, "--compress1", "--compress2").want(t, 0, 50)
	same(t, contents(t, to, "/", ""), contents(t, from, "/", ""))
	size := int64(0)
	for _, c := range contents(t, from, "/", "") {
		for _, m := range c {
			size += int64(len(m))
		}
	}
	if down, up := download.Stats().ToClient, upload.Stats().ToTarget; down > size*4/5 || up > size*4/5 {
		t.Errorf("of %d bytes of messages %d came down and %d went up", size, down, up)
	}
}
