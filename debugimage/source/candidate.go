package source

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A candidate is a file that was opened to see whose it is: an object file, a
// compiled table, or a bundle of source code.
type candidate struct {
	slices []*objfile.File // of a fat Mach-O file; any other has one
	table  *symcache.Cache
	bundle *bundle
}

// openCandidate opens a file. The error is objfile.ErrUnknownFormat for one that
// is none of them.
func openCandidate(path string) (candidate, error) {
	object, err := objfile.Open(path)
	switch {
	case err == nil:
		slices, _ := object.Slices() // those that can be read will do
		return candidate{slices: slices}, nil
	case !errors.Is(err, objfile.ErrUnknownFormat):
		return candidate{}, err
	}
	switch head := readHead(path); {
	case symcache.IsSymcache(head):
		table, err := symcache.OpenFile(path)
		return candidate{table: table}, err
	case isBundle(head):
		bundle, err := openBundle(path)
		return candidate{bundle: bundle}, err
	}
	return candidate{}, err
}

// readHead returns the bytes that a file begins with, as far as magics reach.
func readHead(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(f, head)
	return head[:n]
}

func (c candidate) close() {
	switch {
	case c.table != nil:
		c.table.Close()
	case c.bundle != nil:
		c.bundle.close()
	case len(c.slices) > 0:
		c.slices[0].Close() // one mapping for all
	}
}

// guard calls fn, which reads the file. If somebody cuts the file short meanwhile, as
// one does that is written again in its place, that is an error, not the end of the
// process.
func (c candidate) guard(fn func() error) error {
	switch {
	case c.table != nil:
		return c.table.Guard(fn)
	case c.bundle != nil:
		return fn()
	}
	for _, s := range c.slices {
		inner := fn
		fn = func() error { return s.Guard(inner) }
	}
	return fn()
}

// builds returns which builds the file belongs to, for longer than it is open:
// one for each slice.
func (c candidate) builds() (builds []build) {
	switch {
	case c.table != nil:
		id, _ := objfile.ParseDebugID(c.table.DebugID())
		return []build{{id, strings.Clone(c.table.CodeID())}}
	case c.bundle != nil:
		return []build{c.bundle.build}
	}
	for _, s := range c.slices {
		builds = append(builds, build{s.DebugID(), s.CodeID()})
	}
	return builds
}

// features tells what the file, or a slice of it, is good for.
func (c candidate) features(slice int) Features {
	switch {
	case c.table != nil:
		return Features{DebugInfo: c.table.HasDebugInfo(), Symbols: true}
	case c.bundle != nil:
		return Features{Sources: true}
	}
	return objectFeatures(c.slices[slice])
}

// objectFeatures looks at the headers of sections, not into them, where the format
// has any.
func objectFeatures(f *objfile.File) Features {
	switch f.Format() {
	case objfile.PDB:
		_, err := f.DebugInfo() // opened at no cost
		return Features{DebugInfo: !errors.Is(err, objfile.ErrFastlink), Symbols: true}
	case objfile.Breakpad:
		return Features{DebugInfo: true, Symbols: true}
	}
	symbols, _ := f.Symbols()
	s, ok := f.Section(".debug_info")
	debugInfo := ok && !s.Empty()
	if !debugInfo {
		other, _ := f.DebugInfo() // Go's own tables, say
		debugInfo = other != nil
	}
	return Features{
		DebugInfo:  debugInfo,
		Symbols:    len(symbols) > 0,
		UnwindInfo: len(f.UnwindSections()) > 0,
	}
}

// A build says which build of which program a file is.
type build struct {
	debugID objfile.DebugID
	codeID  string
}

func (b build) matches(im *debugimage.Image) bool {
	return !b.debugID.IsZero() && b.debugID == im.DebugID || b.codeID != "" && b.codeID == im.CodeID
}

// String returns the build's ids for a message.
func (b build) String() string {
	var parts []string
	if !b.debugID.IsZero() {
		parts = append(parts, "debug id "+b.debugID.String())
	}
	if b.codeID != "" {
		parts = append(parts, "code id "+b.codeID)
	}
	if len(parts) == 0 {
		return "no id"
	}
	return strings.Join(parts, ", ")
}

// describe returns the ids of a file's builds for a message.
func describe(builds []build) string {
	texts := make([]string, len(builds))
	for i, b := range builds {
		texts[i] = b.String()
	}
	return strings.Join(texts, " and ")
}
