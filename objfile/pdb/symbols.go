package pdb

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Symbol kinds that this package reads. Those with _ID refer to their type by an
// id of the IPI stream, those with _DPC are device code.
const (
	symEnd           = 0x0006
	symThunk         = 0x1102
	symBlock         = 0x1103
	symWith          = 0x1104
	symLabel         = 0x1105
	symLocalProc     = 0x110f
	symGlobalProc    = 0x1110
	symCompile2      = 0x1116
	symGlobalManaged = 0x112a
	symLocalManaged  = 0x112b
	symSeparated     = 0x1132
	symCompile3      = 0x113c
	symLocalProcID   = 0x1146
	symGlobalProcID  = 0x1147
	symInlineSite    = 0x114d
	symInlineSiteEnd = 0x114e
	symProcIDEnd     = 0x114f
	symLocalDPC      = 0x1155
	symLocalDPCID    = 0x1156
	symInlineSite2   = 0x115d
)

// maxNesting limits how deep scopes and inlined calls nest. Compilers stay
// below sixty; every level costs time at every row inside.
const maxNesting = 128

// A symbolWalk is the state of a walk over a module's symbols.
type symbolWalk struct {
	scopes  []scope
	parts   []part
	entries map[uint64]int32 // functions by entry, filled when a part is first met
	indexed int              // functions that are in entries
}

// A scope is what an open record encloses: code of a function, and the inlined
// call that the code belongs to.
type scope struct {
	function    int32 // in unit.Functions; none if the linker dropped it
	site        int32 // in inlineTree.sites; none outside inlined calls
	start, size uint32
}

// A part is code that was separated from its function.
type part struct {
	function int32
	code     debuginfo.Range
}

const none = -1

func (w *symbolWalk) reset() {
	w.scopes = w.scopes[:0]
	w.parts = w.parts[:0]
	w.indexed = 0
}

// inner returns the innermost open scope.
func (w *symbolWalk) inner() scope {
	if n := len(w.scopes); n > 0 {
		return w.scopes[n-1]
	}
	return scope{function: none, site: none}
}

// readSymbols walks a module's symbols and adds its functions and inlined calls.
func (r *reader) readSymbols(data []byte) error {
	w := &r.symbols
	defer r.attachParts()
	s := recordScanner{data: data}
	for at := 4; s.next(); at = s.off + 4 { // after the stream's signature
		if r.isUnwanted(s.kind, s.body) && s.skipScope() {
			continue
		}
		if !r.symbol(s.kind, s.body) {
			return fmt.Errorf("symbols+%#x: record of kind %#x has %d bytes", at, s.kind, len(s.body))
		}
		if len(w.scopes) > maxNesting {
			return fmt.Errorf("symbols+%#x: more than %d scopes are open", at, maxNesting)
		}
	}
	if s.bad {
		return fmt.Errorf("symbols+%#x: record cut short", s.off+4)
	}
	return nil
}

// symbol reads one record, and reports whether it is whole.
func (r *reader) symbol(kind uint16, body []byte) bool {
	w := &r.symbols
	switch kind {
	case symGlobalProc, symLocalProc, symGlobalProcID, symLocalProcID, symLocalDPC, symLocalDPCID:
		return r.procedure(kind, body)
	case symThunk:
		return r.thunk(kind, body)
	case symSeparated:
		return r.separated(kind, body)
	case symInlineSite:
		return r.inlineSite(body, 12)
	case symInlineSite2: // has a count of calls before the annotations
		return r.inlineSite(body, 16)
	case symBlock, symWith:
		w.scopes = append(w.scopes, w.inner())
	case symGlobalManaged, symLocalManaged:
		w.scopes = append(w.scopes, scope{function: none, site: none})
	case symEnd, symInlineSiteEnd, symProcIDEnd:
		w.scopes = w.scopes[:max(len(w.scopes)-1, 0)]
	case symCompile2, symCompile3:
		if len(body) > 0 {
			r.language = language(body[0])
		}
	}
	return true
}

// opensFunction reports whether records of a kind start with code of a function,
// which [File.codeOf] finds.
func opensFunction(kind uint16) bool {
	switch kind {
	case symGlobalProc, symLocalProc, symGlobalProcID, symLocalProcID, symLocalDPC, symLocalDPCID, symThunk, symSeparated:
		return true
	}
	return false
}

// codeOf returns the code that a record which opens a function stands for, and
// whether there is some: the linker drops functions, and leaves their records.
func (f *File) codeOf(kind uint16, b []byte) (start, size uint32, ok bool) {
	switch {
	case kind == symThunk && len(b) >= thunkSize:
		start, ok = f.sections.addr(le.Uint16(b[0x10:]), le.Uint32(b[0xc:]))
		size = uint32(le.Uint16(b[0x12:]))
	case kind == symSeparated && len(b) >= separatedSize:
		start, ok = f.sections.addr(le.Uint16(b[0x18:]), le.Uint32(b[0x10:]))
		size = le.Uint32(b[0x8:])
	case kind != symThunk && kind != symSeparated && len(b) >= procedureSize:
		start, ok = f.sections.addr(le.Uint16(b[0x20:]), le.Uint32(b[0x1c:]))
		size = le.Uint32(b[0xc:])
	}
	return start, size, ok && size > 0 && size <= ^start
}

// Sizes of the records that open functions, up to the name.
const (
	procedureSize = 0x23
	thunkSize     = 0x15
	separatedSize = 0x1c
)

// procedure reads a function.
//
//	offset  size  field
//	0x00    4×3   records: parent, end, next
//	0x0c    4     bytes of code
//	0x10    4×2   end of the prologue, start of the epilogue
//	0x18    4     type or id
//	0x1c    4     offset in the section    0x20  2  section
//	0x22    1     flags
//	0x23    …     name
func (r *reader) procedure(kind uint16, b []byte) bool {
	if len(b) < procedureSize {
		return false
	}
	r.function(kind, b, b[procedureSize:])
	return true
}

// thunk reads a jump that the compiler or the linker made.
//
//	offset  size  field
//	0x00    4×3   records: parent, end, next
//	0x0c    4     offset in the section    0x10  2  section
//	0x12    2     bytes of code
//	0x14    1     kind
//	0x15    …     name, and more after it by kind
func (r *reader) thunk(kind uint16, b []byte) bool {
	if len(b) < thunkSize {
		return false
	}
	r.function(kind, b, b[thunkSize:])
	return true
}

// function adds a function and opens its scope.
func (r *reader) function(kind uint16, b, name []byte) {
	sc := scope{function: none, site: none}
	if start, size, ok := r.file.codeOf(kind, b); ok {
		u := r.unit
		sc = scope{function: int32(len(u.Functions)), site: none, start: start, size: size}
		u.Functions = append(u.Functions, debuginfo.Function{
			Entry:  uint64(start),
			Name:   r.addName("", cstring(name)),
			Ranges: debuginfo.Span{First: uint32(len(u.Ranges)), End: uint32(len(u.Ranges) + 1)},
		})
		u.Ranges = append(u.Ranges, debuginfo.Range{Start: uint64(start), End: uint64(start + size)})
	}
	r.symbols.scopes = append(r.symbols.scopes, sc)
}

// separated reads code that was moved away from a function that came before it.
//
//	offset  size  field
//	0x00    4×2   records: parent, end
//	0x08    4     bytes of code
//	0x0c    4     flags
//	0x10    4     offset in the section    0x18  2  section
//	0x14    4     of the function          0x1a  2  section
func (r *reader) separated(kind uint16, b []byte) bool {
	if len(b) < separatedSize {
		return false
	}
	sc := scope{function: none, site: none}
	start, size, ok := r.file.codeOf(kind, b)
	parent, known := r.file.sections.addr(le.Uint16(b[0x1a:]), le.Uint32(b[0x14:]))
	if ok && known {
		if f := r.functionAt(uint64(parent)); f != none {
			sc = scope{function: f, site: none, start: start, size: size}
			r.symbols.parts = append(r.symbols.parts,
				part{f, debuginfo.Range{Start: uint64(start), End: uint64(start + size)}})
		}
	}
	r.symbols.scopes = append(r.symbols.scopes, sc)
	return true
}

// functionAt returns the index of the function read so far that starts at addr.
func (r *reader) functionAt(addr uint64) int32 {
	w := &r.symbols
	if w.indexed == 0 {
		w.entries = map[uint64]int32{}
	}
	for ; w.indexed < len(r.unit.Functions); w.indexed++ {
		w.entries[r.unit.Functions[w.indexed].Entry] = int32(w.indexed)
	}
	if f, ok := w.entries[addr]; ok {
		return f
	}
	return none
}

// attachParts gives separated code to its functions. A function's ranges must
// follow one another, so those of a function with parts move to the end.
func (r *reader) attachParts() {
	u, parts := r.unit, r.symbols.parts
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.function, b.function) })
	for len(parts) > 0 {
		f := &u.Functions[parts[0].function]
		first := uint32(len(u.Ranges))
		u.Ranges = append(u.Ranges, u.Ranges[f.Ranges.First])
		for n := parts[0].function; len(parts) > 0 && parts[0].function == n; parts = parts[1:] {
			u.Ranges = append(u.Ranges, parts[0].code)
		}
		f.Ranges = debuginfo.Span{First: first, End: uint32(len(u.Ranges))}
	}
}

// languages holds the source languages of S_COMPILE2 and S_COMPILE3.
var languages = [...]debuginfo.Language{
	0x00: debuginfo.C, 0x01: debuginfo.CPP, 0x02: debuginfo.Fortran, 0x03: debuginfo.Assembler,
	0x04: debuginfo.Pascal, 0x06: debuginfo.Cobol, 0x0a: debuginfo.CSharp, 0x0b: debuginfo.VisualBasic,
	0x0d: debuginfo.Java, 0x0e: debuginfo.JavaScript, 0x10: debuginfo.HLSL, 0x11: debuginfo.ObjC,
	0x12: debuginfo.ObjCPP, 0x13: debuginfo.Swift, 0x15: debuginfo.Rust, 0x16: debuginfo.Go,
}

func language(code uint8) debuginfo.Language {
	switch {
	case code == 'D':
		return debuginfo.D
	case int(code) < len(languages):
		return languages[code]
	}
	return debuginfo.UnknownLanguage
}
