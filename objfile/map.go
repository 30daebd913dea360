package objfile

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"unsafe"
)

// Open maps a file into memory and parses it. The file's bytes are read when
// they are needed; whoever changes or truncates the file while it is open
// changes what is read. [File.Guard] turns the fault of a truncated file into
// an error.
func Open(path string) (*File, error) {
	data, err := mapPath(path)
	if err != nil {
		return nil, err
	}
	var f *File
	err = guard(path, data, func() (err error) {
		f, err = Parse(path, data)
		return err
	})
	if err != nil {
		unmap(data)
		return nil, err
	}
	f.mapping = &mapping{data}
	f.companions = &companions{path: path}
	return f, nil
}

// mapPath maps a whole file. An empty file is an empty slice.
func mapPath(path string) ([]byte, error) {
	// To open a pipe may wait for ever.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if info.Size() == 0 {
		return nil, nil
	}
	if info.Size() > math.MaxInt {
		return nil, fmt.Errorf("%s: %d bytes do not fit the address space", path, info.Size())
	}
	data, err := mapFile(file, int(info.Size()))
	if err != nil {
		return nil, fmt.Errorf("%s: mmap: %w", path, err)
	}
	return data, nil
}

// A mapping is the memory that a whole file is mapped to.
type mapping struct{ data []byte }

// Close unmaps the file, and the object files that were opened for it. Nothing
// that f handed out may be used afterwards. Closing a File made by [Parse], or
// closing one twice, does nothing.
func (f *File) Close() error {
	if m, ok := f.image.(*machoFile); ok {
		m.objects.close()
	}
	if f.mapping == nil || f.mapping.data == nil {
		return nil
	}
	f.companions.each(func(c *File) { c.Close() })
	data := f.mapping.data
	f.mapping.data = nil
	return unmap(data)
}

// Guard calls fn and returns its error. If the file was truncated after it was
// opened, reading a page that is gone raises a fault (SIGBUS), which would end
// the program; while fn runs, on its goroutine only, such a fault becomes an
// error instead. Whoever reads a file in bulk does so inside Guard. The files
// that its debug information goes on in are guarded with it.
func (f *File) Guard(fn func() error) error {
	return guard(f.name, f.data, func() (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			f.companions.each(func(c *File) {
				if off, ok := faultIn(cause, c.data); ok {
					err = fmt.Errorf("%s: %w", c.name, shrunkError(off))
				}
			})
			if err == nil {
				panic(cause)
			}
		}()
		return fn()
	})
}

// guard is Guard for the bytes of a file that may not be parsed yet.
func guard(name string, data []byte, fn func() error) error {
	err := guardBytes(data, fn)
	if shrunk, ok := err.(shrunkError); ok {
		return fmt.Errorf("%s: %w", name, shrunk)
	}
	return err
}

// A shrunkError is the offset of a byte that is no longer in the file.
type shrunkError uintptr

func (e shrunkError) Error() string {
	return fmt.Sprintf("offset %#x cannot be read: the file shrank", uintptr(e))
}

// guardBytes returns the error of fn, or a shrunkError for a fault within data.
func guardBytes(data []byte, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		off, ok := faultIn(cause, data)
		if !ok {
			panic(cause)
		}
		err = shrunkError(off)
	}()
	return fn()
}

// faultIn reports whether a panic is a fault of reading data, and at which byte.
func faultIn(cause any, data []byte) (off uintptr, ok bool) {
	fault, ok := cause.(interface{ Addr() uintptr })
	if !ok {
		return 0, false
	}
	off = fault.Addr() - uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	return off, off < uintptr(len(data))
}

// Map maps a whole file into memory, for readers of formats of their own. The
// bytes are valid until unmap is called.
func Map(path string) (data []byte, unmapFile func() error, err error) {
	if data, err = mapPath(path); err != nil {
		return nil, nil, err
	}
	return data, func() error { return unmap(data) }, nil
}

// GuardMapped is [File.Guard] for bytes that [Map] returned for the file of a name.
func GuardMapped(name string, data []byte, fn func() error) error { return guard(name, data, fn) }

// DropPages lets go of the memory that the mapped file takes up: pages that are
// used again are read again. Whoever reads a big file from one end to the other
// calls it now and then. It may be called while others read.
func (f *File) DropPages() {
	if f.mapping != nil {
		dropPages(f.mapping.data)
		f.companions.each((*File).DropPages)
	}
}
