package pdb

import (
	"bytes"
	"slices"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// fuzzed returns a PDB to start from that has a bit of everything.
func fuzzed() testPDB {
	return testPDB{
		strings: testStrings, typeIndex: true,
		types: []buffer{record(leafStructure, buffer{}.zeros(16).u16(4).str("ns::Type"))},
		items: []buffer{
			record(leafMemberFuncID, buffer{}.u32(0x1000, 0).str("method")),
			record(leafStringID, buffer{}.u32(0).str("ns")),
			record(leafFuncID, buffer{}.u32(0x1001, 0).str("helper")),
		},
		modules: []testModule{{
			name: "Other.obj",
			symbols: join(
				record(symCompile3, buffer{}.u32(1).zeros(20)),
				proc(symGlobalProc, "f", 0x100, 0x20),
				inlineSite(0x1000, 3, 4, 4, 0x10),
				inlineSite(0x1002, 3, 8, 6, 4, 4, 4), end(symInlineSiteEnd),
				end(symInlineSiteEnd),
				inlineSite(importBit, 11, 0x2c, 12, 4, 4), end(symInlineSiteEnd),
				end(symEnd),
				record(symThunk, buffer{}.zeros(0xc).u32(0x140).u16(1, 6).u8(0).str("jump")), end(symEnd),
				record(symSeparated, buffer{}.zeros(8).u32(0x10, 0, 0x800, 0x100).u16(1, 1)), end(symEnd),
			),
			c13: join(testChecksums,
				lines(0x100, 0x20, block{0, [][2]uint32{{0, 5}, {8, 6}}}, block{8, [][2]uint32{{4, 9}}}),
				inlinees(inlinee{id: 0x1002, file: 0, line: 40}, inlinee{id: 0x1000, file: 8, line: 30}),
				subsection(subsectionImports, buffer{}.u32(nameOther, 1, 0x1000)),
				subsection(subsectionExports, buffer{}.u32(0x1000, 0x1002))),
		}},
		publics:  []buffer{record(symPublic, buffer{}.u32(publicFunction, 0x100).u16(1).str("?f@@YAXXZ"))},
		contribs: buffer{}.u32(contributions60).u16(1, 0).u32(0x100, 0x20).zeros(16),
	}
}

// readAll decodes all there is and holds it to the promises of the package.
func readAll(t *testing.T, f *File) {
	var u debuginfo.Unit
	r := newReader(f)
	for i := range f.NumUnits() {
		_ = r.Read(i, &u) // what precedes an error must be sound too
		checkUnit(t, &u)
	}
	symbols, _ := f.Symbols()
	for _, s := range symbols {
		if s.Addr >= 1<<32 {
			t.Fatalf("symbol %+v", s)
		}
	}
	f.Contributions()
	readFew(t, f, r)
}

// readFew asks for what is at some addresses.
func readFew(t *testing.T, f *File, r debuginfo.Seeker) {
	var u debuginfo.Unit
	addrs := []uint64{0, 0x1100, 0x1110, 0x1140, 0x1800, 0x1400, 1<<32 - 1, 1 << 32}
	for _, p := range f.outline().code[:min(len(f.outline().code), 16)] {
		addrs = append(addrs, uint64(p.start), uint64(p.end))
	}
	slices.Sort(addrs)
	for _, addr := range addrs {
		f.SymbolsNear(addr, func(s Symbol) bool { return s.Name != "" })
		f.ContributionsNear(debuginfo.Range{Start: addr, End: addr + 0x10})
		for _, m := range f.Locate(addr) {
			for _, some := range [][]uint64{{addr}, addrs, {}} {
				_ = r.ReadFor(m, some, &u)
				checkUnit(t, &u)
			}
			if unit, all := f.Extent(m); unit > all {
				t.Fatalf("module %d has %d of %d bytes", m, unit, all)
			}
		}
	}
}

// FuzzLocate asks a PDB with other symbols and contributions for a few addresses.
func FuzzLocate(f *testing.F) {
	p := located()
	f.Add([]byte(p.modules[0].symbols), []byte(p.modules[1].symbols), []byte(p.contribs), []byte(join(p.publics...)))
	f.Fuzz(func(t *testing.T, a, b, contribs, publics []byte) {
		p := located()
		p.modules[0].symbols, p.modules[1].symbols, p.contribs, p.publics = a, b, contribs, nil
		for len(publics) > 0 {
			n := min(len(publics), 20)
			p.publics, publics = append(p.publics, publics[:n]), publics[n:]
		}
		if file, err := Parse(p.bytes()); err == nil {
			readFew(t, file, newReader(file))
		}
	})
}

// FuzzPDB parses whole files.
func FuzzPDB(f *testing.F) {
	f.Add(fuzzed().bytes())
	p := fuzzed()
	p.msf.fragmented = true
	p.omap = []move{{0x1000, 0x1000}, {0x1108, 0x3000}, {0x1110, 0}}
	f.Add(p.bytes())
	f.Add(fixture.Read(f, "bin/till-clang19-windows.pdb"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := Parse(data); err == nil {
			readAll(t, file)
		}
	})
}

// FuzzMSF reads the streams of a container: a stream is as long as the directory
// says, and holds the bytes of its blocks in their order.
func FuzzMSF(f *testing.F) {
	streams := []buffer{nil, make(buffer, 1300), {1, 2, 3}, {}, bytes.Repeat(buffer{7}, 700)}
	f.Add(testMSF{streams: streams}.bytes())
	f.Add(testMSF{streams: streams, fragmented: true}.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := openMSF(data)
		if err != nil {
			return
		}
		total := 0
		for n := range m.sizes {
			stream, err := m.stream(uint16(n))
			if n > 0xffff || err != nil {
				continue
			}
			if n > 0 {
				total += len(stream)
			}
			if len(stream) != int(m.sizes[n]) {
				t.Fatalf("stream %d has %d bytes, want %d", n, len(stream), m.sizes[n])
			}
			for at := 0; at < len(stream); at += int(m.blockSize) {
				block := uint64(le.Uint32(m.blocks[4*(int(m.first[n])+at/int(m.blockSize)):]))
				if stream[at] != data[block*m.blockSize] {
					t.Fatalf("stream %d+%#x is not block %d", n, at, block)
				}
			}
		}
		if total > len(data)+int(m.blockSize) {
			t.Fatalf("streams of %d bytes in a file of %d", total, len(data))
		}
	})
}

// rebuilt returns a PDB in which one stream has other bytes.
func rebuilt(t testing.TB, p testPDB, stream int, data []byte) (*File, error) {
	m, err := openMSF(p.bytes())
	if err != nil {
		t.Fatal(err)
	}
	q := testMSF{streams: make([]buffer, len(m.sizes))}
	for n := range q.streams {
		s, err := m.stream(uint16(n))
		if err != nil {
			t.Fatal(err)
		}
		q.streams[n] = append(buffer{}, s...)
	}
	q.streams[stream] = data
	return Parse(q.bytes())
}

// seed returns the bytes of a stream of a PDB.
func seed(f testing.TB, p testPDB, stream uint16) []byte {
	m, err := openMSF(p.bytes())
	if err != nil {
		f.Fatal(err)
	}
	data, err := m.stream(stream)
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// FuzzDBI replaces the stream that lists modules and streams.
func FuzzDBI(f *testing.F) {
	f.Add(seed(f, fuzzed(), streamDBI))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := rebuilt(t, fuzzed(), int(streamDBI), data); err == nil {
			readAll(t, file)
		}
	})
}

// FuzzTypes replaces the stream of function ids.
func FuzzTypes(f *testing.F) {
	f.Add(seed(f, fuzzed(), streamIPI))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := rebuilt(t, fuzzed(), int(streamIPI), data); err == nil {
			readAll(t, file)
		}
	})
}

// FuzzSymbols replaces a module's symbols.
func FuzzSymbols(f *testing.F) {
	f.Add([]byte(fuzzed().modules[0].symbols))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := fuzzed()
		p.modules[0].symbols = data
		if file, err := Parse(p.bytes()); err == nil {
			readAll(t, file)
		}
	})
}

// FuzzC13 replaces a module's lines, files, inlinees, imports and exports.
func FuzzC13(f *testing.F) {
	f.Add([]byte(fuzzed().modules[0].c13))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := fuzzed()
		p.modules[0].c13 = data
		if file, err := Parse(p.bytes()); err == nil {
			readAll(t, file)
		}
	})
}

// FuzzAnnotations decodes the byte code of an inlined call: rows are not empty,
// and no longer in number than the code that makes them.
func FuzzAnnotations(f *testing.F) {
	f.Add([]byte{3, 0x41, 12, 3, 7, 6, 0xf, 12, 6, 5, 0, 0})
	f.Add([]byte{5, 0x30, 9, 7, 11, 0x23, 4, 0xc0, 1, 0, 0, 2, 1, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		rows := annotate(nil, data, span{line: 1})
		for _, r := range rows {
			if r.start >= r.end {
				t.Fatalf("row %+v", r)
			}
		}
		if len(rows) > len(data) {
			t.Fatalf("%d rows of %d bytes", len(rows), len(data))
		}
	})
}
