//go:build unix

package source

import (
	"fmt"
	"io/fs"
	"syscall"
)

// inode returns what the file is to its file system, whatever its name, and when that
// was changed: unlike the time of its bytes, nobody can set it.
func inode(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf(" device %d inode %d changed %d", s.Dev, s.Ino, changed(s))
	}
	return ""
}
