// Package unpack unpacks files that are wrapped as a whole: by gzip, zlib or zstd, or
// as the only file of a zip archive or of a cabinet. Stores of debug files do that to
// save room, with or without an ending in the name that tells; what a file is, its
// first bytes tell here.
//
// Input is hostile. What is written is bounded by the caller, and by the size of the
// input however much the caller allows: see maxGrowth. Memory is bounded by the
// windows that the formats have, 128 MiB at most, and for a zip archive or a cabinet
// by the list of its files. One wrapping is taken off; what comes out is not looked at.
package unpack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
)

// A Wrapping is how a file is wrapped: a word for messages, empty for not at all.
type Wrapping string

// The wrappings.
const (
	None    Wrapping = ""
	Gzip    Wrapping = "gzip"
	Zlib    Wrapping = "zlib"
	Zstd    Wrapping = "zstd"
	Zip     Wrapping = "zip"     // an archive of one file
	Cabinet Wrapping = "cabinet" // as symbol servers have for names that end in an underscore
)

// Options say what to unpack.
type Options struct {
	// Limit is how many bytes may come out. Zero means no more than maxGrowth says.
	Limit int64

	// Name is that of the file to take from a cabinet of several, in whatever case
	// and folder. A cabinet of one file needs none.
	Name string
}

const (
	// maxGrowth is how many times its size a file may unpack to. Programs and their
	// debug information pack to a tenth, those that are mostly zeros to a hundredth.
	// The formats themselves set no such bound, or one of 1000 and more.
	maxGrowth = 256

	// freeGrowth is what a file may unpack to however small it is.
	freeGrowth = 16 << 20
)

// ErrTooLarge is the error, by errors.Is, for a file that unpacks to more than it may.
var ErrTooLarge = errors.New("unpacks to too much")

// Detect returns how the file in the first size bytes of src is wrapped. A zip archive
// with more than one file is not: it is a bundle of what belongs together.
func Detect(src io.ReaderAt, size int64) (Wrapping, error) {
	w, _, err := detect(src, size)
	return w, err
}

// Unpack writes to dst what the file in the first size bytes of src has inside, and
// returns how it was wrapped. If it was not, nothing is written, and that is no error.
// It ends early, with the context's error, when ctx does.
func Unpack(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, o Options) (Wrapping, error) {
	w, open, err := detect(src, size)
	if err != nil || w == None {
		return w, err
	}
	limit := max(freeGrowth, maxGrowth*min(size, math.MaxInt64/maxGrowth))
	if o.Limit > 0 {
		limit = min(limit, o.Limit)
	}
	if err := unpack(ctx, dst, open, limit, o.Name); err != nil {
		return w, fmt.Errorf("%s: %w", w, err)
	}
	return w, nil
}

// An opener returns a reader of what is inside a file, or an error if that is known
// to be more than limit bytes.
type opener func(limit int64, name string) (io.ReadCloser, error)

func unpack(ctx context.Context, dst io.Writer, open opener, limit int64, name string) error {
	in, err := open(limit, name)
	if err != nil {
		return err
	}
	defer in.Close()
	buf := make([]byte, 128<<10) // what io.Copy has is small for files of this size
	n, err := io.CopyBuffer(onlyWriter{dst}, io.LimitReader(&patient{ctx, in}, limit), buf)
	if err != nil || n < limit {
		return err
	}
	switch n, err := io.ReadFull(in, buf[:1]); {
	case n > 0:
		return tooLarge(limit)
	case err != io.EOF:
		return err
	}
	return nil
}

func tooLarge(limit int64) error { return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit) }

// A patient reader reads for as long as its context is.
type patient struct {
	ctx context.Context
	in  io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.in.Read(b)
}

// An onlyWriter hides what else a writer can do, for the buffer to be used.
type onlyWriter struct{ io.Writer }
