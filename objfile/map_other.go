//go:build !unix

package objfile

import (
	"io"
	"os"
)

// Where there is no mmap the file is read whole.
func mapFile(file *os.File, size int) ([]byte, error) {
	data := make([]byte, size)
	_, err := io.ReadFull(file, data)
	return data, err
}

func unmap([]byte) error { return nil }

func dropPages([]byte) {}
