// Package source finds the debug files of an image.
//
// A source answers with the files it has and with what it looked for, so that an
// unresolved frame can say what was missing. What a file is, is decided by the
// ids inside it, never by its name. An image's ids and names come from a stranger:
// they are compared, and made into paths by package layout alone, which lets none
// lead anywhere else.
package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nativesym/nativesym/objfile"
)

// A Result is what a source has for an image.
type Result struct {
	Files   []File        // best first, see [Rank]
	Lookups []Lookup      // everything that was asked for, in order
	Recheck time.Duration // how soon asking again may give more; 0: the caller decides
}

// A File is a debug file of the image.
type File struct {
	Path     string
	Origin   string // what to call it in messages: a path or an address
	Features Features
	Compiled bool     // it is a table of package symcache already
	Digest   [32]byte // SHA-256 of its bytes; zero if not known
	Shared   []string // paths of files that its debug information may share parts with (dwz)

	// Code, if not nil, asks where the file is from for the text of a source file of
	// the build, by its path in debug information. The error is fs.ErrNotExist, by
	// errors.Is, if that is known not to be there.
	Code func(ctx context.Context, path string) ([]byte, error)

	slice   build    // which slice of a fat Mach-O file is the image's
	folders []string // where it was found, and what belongs to it may lie, too
}

// Open opens a file that is not Compiled and has no Sources. The caller closes it.
// Files that its debug information goes on in are looked for where it was found, and
// nowhere else: the paths in it may be a stranger's.
func (f File) Open() (*objfile.File, error) {
	o, err := objfile.Open(f.Path)
	if err != nil {
		return nil, err
	}
	slices, _ := o.Slices()
	for _, s := range slices {
		if s.DebugID() == f.slice.debugID && s.CodeID() == f.slice.codeID {
			s.SearchOnlyIn(f.folders...)
			s.OfferShared(f.Shared...)
			attachSymbolMap(s)
			return s, nil
		}
	}
	o.Close()
	return nil, fmt.Errorf("%s: has changed: no longer %s", f.Origin, f.slice)
}

// Build returns which build of which program f is, as text: a file may have
// several, for as many architectures.
func (f File) Build() string { return f.slice.String() }

// Features say what a file is good for.
type Features struct {
	DebugInfo  bool // functions, lines and inlined calls
	Symbols    bool // names of functions
	UnwindInfo bool // how to walk the stack
	Sources    bool // source code, and nothing else: see [OpenBundle]
}

// rank orders features: the lower the better.
func (f Features) rank() int {
	switch {
	case f.DebugInfo:
		return 0
	case f.Symbols:
		return 1
	}
	return 2
}

// Rank sorts files, best first: those with debug information, those with
// symbols, the others. Within each, compiled ones come first, then as they were.
func Rank(files []File) {
	rank := func(f File) int {
		if f.Compiled {
			return 2 * f.Features.rank()
		}
		return 2*f.Features.rank() + 1
	}
	slices.SortStableFunc(files, func(a, b File) int { return cmp.Compare(rank(a), rank(b)) })
}

// HasDebugInfo reports whether one of files has debug information.
func HasDebugInfo(files []File) bool {
	return slices.ContainsFunc(files, func(f File) bool { return f.Features.DebugInfo })
}

// A Lookup is one question that was asked and its answer.
type Lookup struct {
	Location string // path or address that was tried
	Status   Status
	Detail   string // why, unless the status says it all
}

// A Status is the outcome of a Lookup.
type Status uint8

// The outcomes.
const (
	NotFound  Status = iota
	Found            // it is a file of this image
	OtherID          // the name is right, but it is the file of another build
	Malformed        // there is a file, but it cannot be read
	Failed           // whoever has it could not be asked, or did not answer
	TooLarge         // there is a file, but it is larger than is allowed
)

// String returns the status as a candidate's download status has it.
func (s Status) String() string {
	switch s {
	case Found:
		return "ok"
	case OtherID:
		return "other_id"
	case Malformed:
		return "malformed"
	case Failed:
		return "error"
	case TooLarge:
		return "too_large"
	}
	return "notfound"
}
