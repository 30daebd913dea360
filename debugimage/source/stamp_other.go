//go:build !unix

package source

import "io/fs"

// inode returns nothing where files have none.
func inode(fs.FileInfo) string { return "" }
