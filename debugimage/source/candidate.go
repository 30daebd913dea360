package source

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A candidate is a file that was opened to see whose it is: an object file, a
// compiled table, or a bundle of source code.
type candidate struct {
	object *objfile.File
	table  *symcache.Cache
	bundle *bundle
}

// openCandidate opens a file. The error is objfile.ErrUnknownFormat for one that
// is none of them.
func openCandidate(path string) (candidate, error) {
	object, err := objfile.Open(path)
	if !errors.Is(err, objfile.ErrUnknownFormat) {
		return candidate{object: object}, err
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
	default:
		c.object.Close()
	}
}

// build returns which build the file belongs to, for longer than it is open.
func (c candidate) build() build {
	switch {
	case c.table != nil:
		id, _ := objfile.ParseDebugID(c.table.DebugID())
		return build{id, strings.Clone(c.table.CodeID())}
	case c.bundle != nil:
		return c.bundle.build
	}
	return build{c.object.DebugID(), c.object.CodeID()}
}

// file describes the candidate. Where the format has sections it looks at their
// names, not into them.
func (c candidate) file(path string) File {
	switch {
	case c.table != nil:
		return File{Path: path, Compiled: true, Features: Features{DebugInfo: c.table.HasDebugInfo(), Symbols: true}}
	case c.bundle != nil:
		return File{Path: path, Features: Features{Sources: true}}
	}
	switch c.object.Format() {
	case objfile.PDB, objfile.Breakpad:
		return File{Path: path, Features: Features{DebugInfo: true, Symbols: true}}
	}
	symbols, _ := c.object.Symbols()
	return File{Path: path, Features: Features{
		DebugInfo:  c.has(".debug_info"),
		Symbols:    len(symbols) > 0,
		UnwindInfo: c.has(".eh_frame", ".debug_frame", ".pdata", ".unwind_info", ".ARM.exidx"),
	}}
}

func (c candidate) has(sections ...string) bool {
	return slices.ContainsFunc(sections, func(name string) bool {
		_, ok := c.object.Section(name)
		return ok
	})
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
