package objfile

import (
	"cmp"
	"debug/elf"
	"slices"

	"github.com/nativesym/nativesym/internal/cursor"
)

// dynamicSymbols finds the dynamic symbols of a file without section headers, the
// way a loader finds them.
func (f *elfFile) dynamicSymbols() (symbolTable, bool) {
	d := f.dynamic()
	symbols, names := d[elf.DT_SYMTAB], d[elf.DT_STRTAB]
	if symbols == 0 || names == 0 {
		return symbolTable{}, false
	}
	table := f.loaded(symbols)
	size := f.dynamicSymbolCount(d) * uint64(f.symbolSize())
	strings := f.loaded(names)
	return symbolTable{
		section: "dynamic symbols",
		data:    table[:min(size, uint64(len(table)))],
		names:   newStringTable(strings[:min(d[elf.DT_STRSZ], uint64(len(strings)))]),
	}, true
}

// dynamic returns the dynamic table. Of entries with one tag the last counts,
// which is of no consequence for those that are used here.
func (f *elfFile) dynamic() map[elf.DynTag]uint64 {
	d := map[elf.DynTag]uint64{}
	i := slices.IndexFunc(f.segments, func(s segment) bool { return s.typ == elf.PT_DYNAMIC })
	if i < 0 {
		return d
	}
	c := cursor.New("dynamic table", f.order, f.fileBytes(f.segments[i].offset, f.segments[i].filesz))
	for c.Len() > 0 {
		tag, value := elf.DynTag(c.Uint(f.word)), c.Uint(f.word)
		if c.Err() != nil || tag == elf.DT_NULL {
			break
		}
		d[tag] = value
	}
	return d
}

// loaded returns the bytes that the file has loaded from addr on, to the end of
// their segment.
func (f *elfFile) loaded(addr uint64) []byte {
	i, found := slices.BinarySearchFunc(f.loads, addr, func(s segment, addr uint64) int { return cmp.Compare(s.vaddr, addr) })
	if !found {
		i--
	}
	if i < 0 {
		return nil
	}
	s := &f.loads[i]
	data := f.fileBytes(s.offset, s.filesz)
	return data[min(addr-s.vaddr, uint64(len(data))):]
}

// dynamicSymbolCount takes the number of dynamic symbols from their hash table,
// which is the only thing that tells it.
func (f *elfFile) dynamicSymbolCount(d map[elf.DynTag]uint64) uint64 {
	if addr := d[elf.DT_HASH]; addr != 0 {
		// Buckets, then chains: one for each symbol.
		c := cursor.New("hash table", f.order, f.loaded(addr))
		c.U32()
		return uint64(c.U32())
	}
	if addr := d[elf.DT_GNU_HASH]; addr != 0 {
		return f.gnuHashSymbols(f.loaded(addr))
	}
	return 0
}

// gnuHashSymbols counts the symbols of a GNU hash table: buckets hold the index
// of their first symbol, and the chain of the highest runs to the last symbol,
// whose hash has its lowest bit set.
func (f *elfFile) gnuHashSymbols(data []byte) uint64 {
	c := cursor.New("GNU hash table", f.order, data)
	buckets, first, bloom := c.U32(), c.U32(), c.U32()
	c.U32() // shift of the bloom filter
	c.Skip(uint64(bloom) * uint64(f.word))
	var last uint32
	for range buckets {
		if last = max(last, c.U32()); c.Err() != nil {
			return 0
		}
	}
	if last < first {
		return uint64(first)
	}
	c.Skip(4 * uint64(last-first))
	for c.U32()&1 == 0 {
		if c.Err() != nil {
			return 0
		}
		last++
	}
	return uint64(last) + 1
}
