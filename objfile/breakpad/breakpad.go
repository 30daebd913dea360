// Package breakpad reads functions, lines, inlined calls and public symbols from
// the text files that Breakpad's dump_syms writes (.sym).
//
// [Parse] reads the first lines. The first question about code goes over the
// whole text once: it gathers the source files and the names of inlined functions,
// which any function may refer to, and cuts the functions into units of about a
// mebibyte, so that a file of any size is read with the memory of one unit. It notes
// where each function is, too, so that a few addresses need a few functions read
// ([File.Locate]). What is handed out aliases the text. Unwind records (STACK) are
// jumped over.
//
// Input is hostile. Time and memory are linear in the size of the text; numbers
// that do not fit are faults. A FUNC, line or INLINE record that cannot be read is
// reported as a [*cursor.Error] with its offset, and those around it are read. A
// FILE, INLINE_ORIGIN or PUBLIC record that cannot be read counts as missing.
package breakpad

import (
	"bytes"
	"strings"
	"sync"

	"github.com/nativesym/nativesym/internal/cursor"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A File is the text of a .sym file. It is safe for concurrent use; it implements
// [debuginfo.Locator], a unit being a run of functions. Addresses count from the
// start of the image.
type File struct {
	// OS, Arch, ID and Name are what the MODULE record says: the operating system
	// ("Linux"), the architecture ("x86_64"), the debug id in Breakpad's spelling, and
	// the file name of the debug information.
	OS, Arch, ID, Name string

	// CodeID is the platform's id of the image; empty if there is no INFO CODE_ID.
	CodeID string

	// DropPages, if not nil, is called now and then while the whole text is gone
	// over: who mapped it can let go of its memory.
	DropPages func()

	data    []byte
	index   func() *index
	outline func() *outline
}

var _ debuginfo.Locator = (*File)(nil)

// Matches reports whether data starts with a MODULE record.
func Matches(data []byte) bool {
	_, ok := parseModule(firstLine(data))
	return ok
}

// firstLine returns the text before the first line feed, or its beginning.
func firstLine(data []byte) []byte {
	const longest = 4096
	line, _, _ := bytes.Cut(data[:min(len(data), longest)], []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'})
}

// parseModule reads "MODULE operatingsystem architecture id name".
func parseModule(line []byte) (File, bool) {
	rest, ok := bytes.CutPrefix(line, []byte("MODULE "))
	r := record{rest: rest}
	f := File{OS: r.word(), Arch: r.word(), ID: r.word(), Name: r.text()}
	return f, ok && len(f.ID) >= 32
}

// Parse reads the MODULE and INFO records that a file starts with.
func Parse(data []byte) (*File, error) {
	module, ok := parseModule(firstLine(data))
	if !ok {
		return nil, &cursor.Error{Section: "symbols", Reason: "no MODULE record"}
	}
	f := &File{OS: module.OS, Arch: module.Arch, ID: module.ID, Name: module.Name, data: data}
	f.index = sync.OnceValue(func() *index { return scan(data, f.dropPages) })
	f.outline = sync.OnceValue(func() *outline { return newOutline(f.index()) })
	for l := (lines{data: data}); l.next(); {
		if !bytes.HasPrefix(l.line, []byte("MODULE ")) && !bytes.HasPrefix(l.line, []byte("INFO ")) {
			break
		}
		if rest, ok := bytes.CutPrefix(l.line, []byte("INFO CODE_ID ")); ok {
			f.CodeID = strings.ToLower((&record{rest: rest}).word())
		}
	}
	return f, nil
}

// NumUnits returns how many runs of functions there are.
func (f *File) NumUnits() int { return len(f.index().units) }

// UnitSize returns how many bytes of text a unit takes.
func (f *File) UnitSize(i int) int {
	u := f.index().units[i]
	return u.end - u.start
}

// NewReader returns a reader for one goroutine.
func (f *File) NewReader() debuginfo.Reader { return newReader(f) }

// A Symbol is a PUBLIC record: a name whose code has no debug information.
type Symbol struct {
	Addr uint64
	Name string
}

// Symbols returns the public symbols, in the order of the file.
func (f *File) Symbols() []Symbol { return f.index().symbols }

func (f *File) dropPages() {
	if f.DropPages != nil {
		f.DropPages()
	}
}

// Functions calls yield with the code of each FUNC record in turn.
func (f *File) Functions(yield func(debuginfo.Range)) {
	for _, h := range f.index().heads {
		yield(h.code)
	}
}
