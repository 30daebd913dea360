// Package debuginfo is the one model of debug information that every format
// (DWARF, PDB, Breakpad) decodes into and every consumer reads.
//
// It holds types only. A [Source] stands for one file's debug information; a
// [Reader] decodes it unit by unit into a reused [Unit] of flat slices, so that
// nobody needs a whole file's functions in memory.
//
// All addresses are linked addresses: as the debug file itself writes them,
// before anything was loaded (PDB and Breakpad: relative to the image).
// All ranges are half-open.
package debuginfo

// A Source is the debug information of one file. It is safe for concurrent
// use; what it hands out is valid while the file stays open.
type Source interface {
	// NumUnits returns how many units there are.
	NumUnits() int

	// UnitSize returns about how many encoded bytes unit i takes, to share out
	// work and to show progress.
	UnitSize(i int) int

	// NewReader returns a Reader, which holds the scratch space of one goroutine.
	NewReader() Reader
}

// A Reader decodes units of its Source, in any order. It is for one goroutine.
type Reader interface {
	// Read replaces what u holds by unit i of the Source. After an error u holds
	// what could be decoded before it, and other units may still be read.
	Read(i int, u *Unit) error
}

// A Locator is a Source that finds the units of an address without decoding them
// all. Its Readers are Seekers.
type Locator interface {
	Source

	// Locate returns handles of the units that may hold a linked address, the
	// likeliest first.
	Locate(addr uint64) []int

	// Extent returns how many encoded bytes the unit of a handle takes, and how
	// many all units do.
	Extent(handle int) (unit, all int)
}

// A Seeker is a Reader that decodes as little as a few addresses need.
type Seeker interface {
	Reader

	// ReadFor replaces what u holds by the rows of the unit that a handle of
	// Locate stands for, and those of its functions that hold one of the linked
	// addresses given, ascending. A function may be missing, and so may rows of
	// other functions; with nil for addresses none is.
	ReadFor(handle int, addrs []uint64, u *Unit) error
}

// A Unit is what one unit (a DWARF compilation unit, a PDB module) says about
// code. Functions, inlined calls and rows refer to names and files by index.
type Unit struct {
	Functions []Function
	Inlines   []Inline
	Ranges    []Range
	Rows      []Row
	Names     []Name   // Names[0] is empty: unknown
	Files     []string // full paths; Files[0] is empty: unknown

	// NoColumns is set by whoever has no use for columns: a Reader may then leave
	// them out, and rows that nothing else tells apart become one. Reset keeps it.
	NoColumns bool
}

// Reset empties u and keeps its memory.
func (u *Unit) Reset() {
	u.Functions = u.Functions[:0]
	u.Inlines = u.Inlines[:0]
	u.Ranges = u.Ranges[:0]
	u.Rows = u.Rows[:0]
	u.Names = append(u.Names[:0], Name{})
	u.Files = append(u.Files[:0], "")
}

// A Span is a run of indexes, half-open.
type Span struct{ First, End uint32 }

// Len returns how many indexes s holds.
func (s Span) Len() int { return int(s.End - s.First) }

// A Function is code that is called, in one or several ranges.
type Function struct {
	Entry   uint64 // linked address where a call arrives
	Name    uint32 // index in Unit.Names
	Ranges  Span   // in Unit.Ranges; neither sorted nor free of overlaps
	Inlines Span   // in Unit.Inlines: every call inlined into it, in preorder
}

// An Inline is a call that the compiler replaced by the callee's body.
type Inline struct {
	Name       uint32 // of the callee, an index in Unit.Names
	Depth      uint32 // 1 when inlined directly into the function; a child has one more than its parent
	CallFile   uint32 // where the call is written: index in Unit.Files
	CallLine   uint32 // from 1, 0 unknown
	CallColumn uint32 // from 1, 0 unknown
	Ranges     Span   // in Unit.Ranges
}

// A Range is a run of linked addresses.
type Range struct{ Start, End uint64 }

// Contains reports whether addr lies in r.
func (r Range) Contains(addr uint64) bool { return r.Start <= addr && addr < r.End }

// A Row says that code from Addr up to the next row comes from a line.
//
// Rows come in sequences: ascending by address (several rows may share one: the
// last of them counts), closed by a row with End set, which only marks where the
// sequence's code stops. Sequences ascend by their first address.
type Row struct {
	Addr   uint64 // linked
	File   uint32 // index in Unit.Files
	Line   uint32 // from 1; 0: code that no line accounts for
	Column uint32 // from 1; 0 unknown, or the left edge
	End    bool
}

// A Name is what a function is called.
type Name struct {
	// Symbol is the linker's (mangled) name, or the plain one where the debug
	// information has no other.
	Symbol string

	// Scope holds the namespaces and types around a plain name, joined the way
	// the language does it ("ns::(anonymous namespace)::Type"). It is empty where
	// Symbol is the linker's name, which carries its scope itself.
	Scope string

	Language Language
}
