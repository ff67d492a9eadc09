//go:build !unix

package secret

import "io/fs"

// foreignOwner finds nothing where files have no owner by number.
func foreignOwner(string, fs.FileInfo) error { return nil }
