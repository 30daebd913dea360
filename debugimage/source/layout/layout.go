// Package layout says under which paths a store of debug files keeps those of an
// image.
//
// A path is made of ids and file names that come from a stranger's event. Ids are
// written anew from their digits. Of a name only the last element is used, and none
// that a file system, a shell or a URL could take for anything but a name: no path
// leads out of its root, has an empty element or a character that does not print. A
// path is text, not a URL: whoever makes one of it escapes it.
package layout

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
)

// A Layout is the way a store names its files. The zero Layout is that of GDB, LLDB
// and Microsoft's tools.
type Layout struct {
	Scheme Scheme
	Casing Casing
}

// A Scheme is the rule that makes paths of ids and names.
type Scheme uint8

// The schemes, each with a path of a debug file in it.
const (
	Native         Scheme = iota // ab/cdef0123.debug; what each platform's own tools expect
	Symstore                     // app.pdb/0123ABCD1/app.pdb; Microsoft's symstore.exe, extended to ELF and Mach-O
	SymstoreIndex2               // ap/app.pdb/0123ABCD1/app.pdb; the same with index2.txt
	SSQP                         // app.pdb/0123abcd1/app.pdb; Simple Symbol Query Protocol
	Debuginfod                   // abcdef0123/debuginfo; below "/buildid" of a debuginfod server
	Unified                      // ab/cdef0123/debuginfo; what sentry-cli and symsorter write
	SlashSymbols                 // app.elf/ABCDEF0123/symbols; consoles
	Breakpad                     // app.pdb/0123ABCD1/app.sym; nothing but Breakpad's symbols
)

var schemes = [...]string{
	"native", "symstore", "symstore_index2", "ssqp", "debuginfod", "unified", "slashsymbols", "breakpad",
}

// String returns the scheme's name, as [Parse] reads it.
func (s Scheme) String() string { return schemes[s] }

// A Casing says how a store that is case-sensitive spells all of a path.
type Casing uint8

// The casings.
const (
	AsIs Casing = iota // as the scheme has it
	Lower
	Upper
)

var casings = [...]string{"default", "lowercase", "uppercase"}

// String returns the casing's name, as [Parse] reads it.
func (c Casing) String() string { return casings[c] }

func (c Casing) apply(path string) string {
	switch c {
	case Lower:
		return strings.ToLower(path)
	case Upper:
		return strings.ToUpper(path)
	}
	return path
}

// Parse reads a layout: the name of a scheme, and after a comma that of a casing if
// it is not the default, "ssqp" or "symstore,lowercase".
func Parse(text string) (Layout, error) {
	scheme, casing, hasCasing := strings.Cut(text, ",")
	if !hasCasing {
		casing = AsIs.String()
	}
	s, c := slices.Index(schemes[:], scheme), slices.Index(casings[:], casing)
	switch {
	case s < 0:
		return Layout{}, fmt.Errorf("layout %q: want one of %s", text, strings.Join(schemes[:], ", "))
	case c < 0:
		return Layout{}, fmt.Errorf("layout %q: want a casing of %s", text, strings.Join(casings[:], ", "))
	}
	return Layout{Scheme(s), Casing(c)}, nil
}

// String returns the layout as [Parse] reads it.
func (l Layout) String() string {
	if l.Casing == AsIs {
		return l.Scheme.String()
	}
	return l.Scheme.String() + "," + l.Casing.String()
}

// A Path is where a file may be, relative to the root of the store.
type Path struct {
	Name string // with slashes, valid for [io/fs.ValidPath]
	Kind Kind
}

// Paths returns where files of an image may be, without repetitions: those of the
// first kind first, within a kind the likeliest first. Without kinds it is all those
// of [Kinds].
func (l Layout) Paths(im *debugimage.Image, kinds ...Kind) []Path {
	if len(kinds) == 0 {
		kinds = Kinds(im.Type)
	}
	id := identify(im)
	var paths []Path
	seen := make(map[string]bool)
	for _, k := range kinds {
		for _, name := range id.paths(l.Scheme, k) {
			name = l.Casing.apply(name)
			if !seen[name] && isSafePath(name) {
				seen[name] = true
				paths = append(paths, Path{name, k})
			}
		}
	}
	return paths
}
