//go:build !linux

package symbolicate

import "testing"

func smallDisk(t *testing.T) string {
	t.Skip("mounting a small file system takes Linux")
	return ""
}
