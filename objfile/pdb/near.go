package pdb

import "sort"

// SymbolsNear returns what [File.Symbols] has at the nearest address with symbols
// that is not behind addr, and what comes behind addr next. Symbols that do not
// count are passed over.
//
// It reads a few public symbols only, as their table is sorted, and the labels that
// Locate goes over in any case. It reports false where a tool rearranged the code, or
// many symbols do not count.
func (f *File) SymbolsNear(addr uint64, counts func(Symbol) bool) (list []Symbol, ok bool) {
	if len(f.sections.omap) > 0 {
		return nil, false
	}
	at, ok := f.sections.place(addr)
	if !ok {
		return nil, true
	}
	publics, labels := f.publicTable(), f.outline().labels
	after := sort.Search(publics.len(), func(i int) bool { return publics.place(i) > at })
	list, ok = appendNear(list, after, publics.len(), func(i int) (Symbol, bool) {
		kind, body, _ := publics.record(i)
		s, ok := f.public(kind, body)
		return s, ok && counts(s)
	})
	if !ok {
		return nil, false
	}
	after = sort.Search(len(labels), func(i int) bool { return labels[i].Addr > addr })
	return appendNear(list, after, len(labels), func(i int) (Symbol, bool) { return labels[i], counts(labels[i]) })
}

// maxNear limits how many symbols there may be at one address, with those between
// it and the next that do not count.
const maxNear = 1 << 12

// appendNear appends, of n symbols ascending by address, those at the last address
// before symbol after, and the next one from there on. It reports false if that
// takes too many.
func appendNear(list []Symbol, after, n int, symbol func(i int) (Symbol, bool)) ([]Symbol, bool) {
	first := len(list)
	for i := after - 1; i >= 0; i-- {
		s, ok := symbol(i)
		if ok && len(list) > first && s.Addr != list[first].Addr {
			break
		}
		if ok {
			list = append(list, s)
		}
		if after-i > maxNear {
			return nil, false
		}
	}
	for i := after; i < n; i++ {
		if s, ok := symbol(i); ok {
			return append(list, s), true
		}
		if i-after > maxNear {
			return nil, false
		}
	}
	return list, true
}
