//go:build darwin || freebsd || netbsd

package source

import "syscall"

// changed returns when an inode was changed last, in Unix nanoseconds.
func changed(s *syscall.Stat_t) int64 { return int64(s.Ctimespec.Sec)*1e9 + int64(s.Ctimespec.Nsec) }
