package objfile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Symbol is a name for code.
type Symbol struct {
	Name    string // the linker's name; aliases the file
	Addr    uint64 // linked address
	Size    uint64 // bytes; where the file does not say, up to whatever comes next
	Kind    SymbolKind
	Binding SymbolBinding
}

// A SymbolKind says what a symbol stands for.
type SymbolKind uint8

// Kinds of symbols.
const (
	Func   SymbolKind = iota + 1 // a function
	IFunc                        // a function that chooses which one to call (ELF)
	Label                        // a place in code without a type: assembly, mostly
	PLT                          // a stub that jumps to a function of another file
	Export                       // an entry of an export table (PE)
	Public                       // a public symbol (PDB, Breakpad)
)

// String returns the kind's name in lower case.
func (k SymbolKind) String() string {
	switch k {
	case Func:
		return "func"
	case IFunc:
		return "ifunc"
	case Label:
		return "label"
	case PLT:
		return "plt"
	case Export:
		return "export"
	case Public:
		return "public"
	}
	return "unknown"
}

// A SymbolBinding says how far a symbol is visible to the linker.
type SymbolBinding uint8

// Bindings, the preferred one first: of two names for one address the one that
// the programmer exported is the better known.
const (
	Global SymbolBinding = iota
	Weak
	Local
)

// String returns the binding's name in lower case.
func (b SymbolBinding) String() string {
	switch b {
	case Global:
		return "global"
	case Weak:
		return "weak"
	case Local:
		return "local"
	}
	return "unknown"
}

// tidySymbols sorts symbols, drops duplicates and what lies outside the code or,
// as a mere label, inside a function, and closes the sizes that a file left open.
// Bounds says where functions are known to start and end without a name; it is
// asked only if there are open sizes.
func tidySymbols(symbols []Symbol, code []debuginfo.Range, bounds func() []debuginfo.Range) []Symbol {
	symbols = slices.DeleteFunc(symbols, func(s Symbol) bool {
		_, ok := findRange(code, s.Addr)
		return !ok || s.Name == ""
	})
	symbols = sortSymbols(symbols)
	symbols = slices.CompactFunc(symbols, func(a, b Symbol) bool { return a.Addr == b.Addr && a.Name == b.Name })
	symbols = dropInnerLabels(symbols)
	if slices.ContainsFunc(symbols, func(s Symbol) bool { return s.Size == 0 }) {
		closeSizes(symbols, code, bounds())
	}
	return clampSizes(symbols, code)
}

// sortSymbols sorts by compareSymbols. Symbols that share an address are few, so
// it sorts one number a symbol, its address and index, and compares only those.
func sortSymbols(symbols []Symbol) []Symbol {
	low, high := ^uint64(0), uint64(0)
	for i := range symbols {
		low, high = min(low, symbols[i].Addr), max(high, symbols[i].Addr)
	}
	const indexBits = 24
	if len(symbols) >= 1<<indexBits || len(symbols) > 0 && high-low >= 1<<(64-indexBits) {
		slices.SortFunc(symbols, compareSymbols)
		return symbols
	}
	keys := make([]uint64, len(symbols))
	for i := range symbols {
		keys[i] = (symbols[i].Addr-low)<<indexBits | uint64(i)
	}
	slices.Sort(keys)
	sorted := make([]Symbol, len(symbols))
	for i, k := range keys {
		sorted[i] = symbols[k&(1<<indexBits-1)]
	}
	for i := 0; i < len(sorted); {
		n := i + 1
		for n < len(sorted) && sorted[n].Addr == sorted[i].Addr {
			n++
		}
		if n > i+1 {
			slices.SortFunc(sorted[i:n], compareSymbols)
		}
		i = n
	}
	return sorted
}

// dropInnerLabels drops the labels that lie within a function's size: branch
// targets that an assembler left in the table.
func dropInnerLabels(symbols []Symbol) []Symbol {
	var within debuginfo.Range
	return slices.DeleteFunc(symbols, func(s Symbol) bool {
		if s.Kind == Label {
			return within.Contains(s.Addr) && s.Addr != within.Start
		}
		if end := s.Addr + s.Size; end > within.End {
			within = debuginfo.Range{Start: s.Addr, End: end}
		}
		return false
	})
}

// compareSymbols orders by address, then the preferred name first: one with a
// size, of a function, exported, not meant for the implementation.
func compareSymbols(a, b Symbol) int {
	if a.Addr != b.Addr {
		return cmp.Compare(a.Addr, b.Addr) // nearly always
	}
	return cmp.Or(
		cmp.Compare(min(b.Size, 1), min(a.Size, 1)),
		cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Binding, b.Binding),
		cmp.Compare(underscores(a.Name), underscores(b.Name)),
		strings.Compare(a.Name, b.Name),
		cmp.Compare(b.Size, a.Size),
	)
}

func underscores(name string) int { return len(name) - len(strings.TrimLeft(name, "_")) }

// closeSizes gives a size to each symbol without one: it ends where its code
// range does, where the next symbol starts, or at the nearest bound.
func closeSizes(symbols []Symbol, code, bounds []debuginfo.Range) {
	next := ^uint64(0) // start of the symbol after those at the current address
	for i := len(symbols) - 1; i >= 0; i-- {
		s := &symbols[i]
		if i+1 < len(symbols) && symbols[i+1].Addr > s.Addr {
			next = symbols[i+1].Addr
		}
		if s.Size == 0 {
			r, _ := findRange(code, s.Addr)
			s.Size = min(r.End, next, nextBound(bounds, s.Addr)) - s.Addr
		}
	}
}

// clampSizes ends symbols where their code range ends.
func clampSizes(symbols []Symbol, code []debuginfo.Range) []Symbol {
	for i := range symbols {
		s := &symbols[i]
		r, _ := findRange(code, s.Addr)
		s.Size = min(s.Size, r.End-s.Addr)
	}
	return symbols
}

// nextBound returns where the first of the sorted bounds after addr lies.
func nextBound(bounds []debuginfo.Range, addr uint64) uint64 {
	i, _ := slices.BinarySearchFunc(bounds, addr, func(r debuginfo.Range, addr uint64) int {
		return cmp.Compare(r.End, addr+1)
	})
	switch {
	case i == len(bounds):
		return ^uint64(0)
	case bounds[i].Start > addr:
		return bounds[i].Start
	}
	return bounds[i].End
}

// findRange returns which of the sorted ranges holds addr.
func findRange(ranges []debuginfo.Range, addr uint64) (debuginfo.Range, bool) {
	i, ok := slices.BinarySearchFunc(ranges, addr, func(r debuginfo.Range, addr uint64) int {
		switch {
		case r.End <= addr:
			return -1
		case r.Start > addr:
			return 1
		}
		return 0
	})
	if !ok {
		return debuginfo.Range{}, false
	}
	return ranges[i], true
}

// mergeRanges sorts ranges, drops those that are empty or wrap around, and joins
// those that overlap.
func mergeRanges(ranges []debuginfo.Range) []debuginfo.Range {
	ranges = slices.DeleteFunc(ranges, func(r debuginfo.Range) bool { return r.Start >= r.End })
	slices.SortFunc(ranges, func(a, b debuginfo.Range) int { return cmp.Compare(a.Start, b.Start) })
	merged := ranges[:0]
	for _, r := range ranges {
		if n := len(merged); n > 0 && r.Start < merged[n-1].End {
			merged[n-1].End = max(merged[n-1].End, r.End)
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
