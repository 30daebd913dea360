package source

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
)

// A fetched is source code that is asked for where a debug file is from, for as long
// as a context.
type fetched struct {
	ctx   context.Context
	fetch func(ctx context.Context, path string) ([]byte, error)
	down  atomic.Bool // whoever has it cannot be asked
}

// Fetched returns the source code that can be asked for where f is from, nil if none
// can be. Each source file is asked for when a line of it is wanted first. It is for
// one event: it ends with ctx, and where a question fails, no further is asked.
func (f File) Fetched(ctx context.Context) *Code {
	if f.Code == nil {
		return nil
	}
	return newCode(MaxBuildCode, &fetched{ctx: ctx, fetch: f.Code})
}

// read returns the text of a source file, nil if it is not to be had.
func (s *fetched) read(file string) []byte {
	if s.down.Load() || s.ctx.Err() != nil {
		return nil
	}
	text, err := s.fetch(s.ctx, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		s.down.Store(true)
		return nil
	}
	return readCode(bytes.NewReader(text))
}
