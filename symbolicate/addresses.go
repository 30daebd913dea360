package symbolicate

import (
	"context"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// Lookups are the answers to addresses of one image.
type Lookups struct {
	Image ImageReport

	// Locations are the calls at all addresses. Those at one are next to each
	// other, innermost first; addresses may share them.
	Locations []Location

	// Index says for each address where in Locations its calls are. It is empty
	// where the image has no debug file.
	Index []Span
}

// A Span is the half-open range of a slice's elements.
type Span struct{ First, End int32 }

// At returns the calls at the address with an index, innermost first: none if
// nothing is known there.
func (l *Lookups) At(i int) []Location {
	if len(l.Index) == 0 {
		return nil
	}
	return l.Locations[l.Index[i].First:l.Index[i].End]
}

// A Location is one call at an address, as frames of events have it.
type Location struct {
	Function    string // short
	RawFunction string // whole, if that is more
	Symbol      string // linker's name
	Language    string // as events spell it, "" unknown
	File        string // full path of the source file, "" unknown
	Line        uint32 // from 1, 0 unknown
	Column      uint32 // from 1, 0 unknown
	Entry       uint64 // offset in the image of the function that Inlined calls are part of
	Inlined     bool   // into the next location of the same address
}

// Lookup returns what is at rels, offsets from the start of an image. They are
// taken as they are: who has return addresses subtracts what [CallAddr] does.
// Memory is in proportion to the addresses: should the calls inlined at them be more
// than 262,144 and four for each address, those of the rest are left out.
//
// An image without debug file is an answer. When the context's deadline passes,
// the answer says so; when it is cancelled, Lookup returns an error.
func (s *Symbolicator) Lookup(ctx context.Context, im *debugimage.Image, rels []uint64) (*Lookups, error) {
	f, err := s.file(ctx, im, newSearches())
	if err != nil {
		return nil, err
	}
	l := &Lookups{Image: f.report(im)}
	if f.status != ImageFound {
		return l, nil
	}
	err = guard(f.table, func() error { l.ask(f.opened, rels); return nil })
	if err != nil {
		s.store.forget(keyOf(s.scope, im))
		l.Image.Status, l.Image.Reason = ImageMalformed, err.Error()
		l.Locations, l.Index = nil, nil
	}
	return l, nil
}

// ask fills l with the answers of o.
func (l *Lookups) ask(o *opened, rels []uint64) {
	l.Index = make([]Span, len(rels))
	last := -1
	o.table.LookupAll(rels, func(i int, frames []symcache.Frame) {
		if last >= 0 && rels[last] == rels[i] {
			l.Index[i] = l.Index[last]
			return
		}
		first := len(l.Locations)
		if n := len(frames); n > 1 && tooMany(first+n, len(rels)) {
			frames = frames[n-1:]
		}
		l.Locations = o.appendLocations(l.Locations, frames)
		l.Index[i] = Span{int32(first), int32(len(l.Locations))}
		last = i
	})
}

// appendLocations appends the calls at an address.
func (o *opened) appendLocations(dst []Location, frames []symcache.Frame) []Location {
	frames = called(frames)
	for i := range frames {
		at := &frames[i]
		name := o.names.function(at)
		loc := Location{
			Function:    unquoted(name.function),
			RawFunction: unquoted(name.raw),
			Symbol:      unquoted(name.symbol),
			Language:    unquoted(name.lang),
			Line:        at.Line,
			Column:      at.Column,
			Entry:       at.Entry,
			Inlined:     at.Inlined,
		}
		if path := o.names.path(at.File); path != nil {
			loc.File = unquoted(path.path)
		}
		dst = append(dst, loc)
	}
	return dst
}

// called returns the frames without one that nothing is called in: near padding
// there may be a line, but no function.
func called(frames []symcache.Frame) []symcache.Frame {
	if len(frames) == 1 && frames[0].Symbol == "" {
		return nil
	}
	return frames
}

// Image finds an image's debug file, and compiles it for events to come. It says
// what became of that; an image without debug file is an answer. The error is that
// of a cancelled context.
func (s *Symbolicator) Image(ctx context.Context, im *debugimage.Image) (ImageReport, error) {
	f, err := s.file(ctx, im, newSearches())
	if err != nil {
		return ImageReport{}, err
	}
	return f.report(im), nil
}
