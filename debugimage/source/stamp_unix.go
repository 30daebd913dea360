//go:build unix

package source

import (
	"fmt"
	"io/fs"
	"syscall"
)

// inode returns what the file is to its file system, whatever its name.
func inode(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf(" device %d inode %d", s.Dev, s.Ino)
	}
	return ""
}
