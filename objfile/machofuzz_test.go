package objfile

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// FuzzMachO holds Mach-O files to the same as FuzzELF does, and a debug map, whose
// object file is the fuzzed file itself, to ascending rows inside the code that
// the map names.
func FuzzMachO(f *testing.F) {
	f.Add(fixture.Read(f, "bin/macos/objects/parcel.o"))
	f.Add(fixture.Read(f, "bin/macos/objects/prog"))
	text := machoText(0x1000, 0x1100, 0x20)
	text.sections = append(text.sections,
		testMachOSection{name: "__stubs", addr: 0x1120, flags: machoInstructions | machoSymbolStubs, data: make([]byte, 12), first: 0, each: 6},
		testMachOSection{name: "__zdebug_line", data: append([]byte("ZLIB\x00\x00\x00\x00\x00\x00\x00\x05"), fixture.Zlib(f, []byte("lines"))...)})
	for _, big := range []bool{false, true} {
		for _, narrow := range []bool{false, true} {
			m := testMachO{
				big: big, narrow: narrow, cpu: cpuARM, uuid: testUUID, segments: []testMachOSegment{text},
				symbols: []testNlist{
					{name: "a.o", kind: stabObject},
					{name: "_f", kind: stabFunction, section: 1, value: 0x1100},
					{kind: stabFunction, value: 0x10},
					{name: "_f", kind: nlistInSection, section: 1, value: 0x1100},
				},
				indirect: []uint32{3, 0x80000000}, starts: []byte{0x80, 2, 8, 0},
				trie: []byte{0, 1, '_', 'g', 0, 6, 3, 0, 0x80, 0x02, 0}, crypt: &[3]uint32{0x100, 8, 1},
			}
			f.Add(m.bytes())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("fuzz", data)
		if err != nil || file.Format() != MachO {
			return
		}
		checkCode(t, file)
		checkSections(t, file)
		checkSymbols(t, file)
		file.AttachObjects(func(LinkedObject) (*File, error) { return Parse("object", data) })
		info, err := file.DebugInfo()
		if d, ok := info.(*debugMap); ok && err == nil {
			checkDebugMap(t, d, len(data))
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// checkDebugMap reads all object files. What one says is no more than its bytes
// can encode.
func checkDebugMap(t *testing.T, d *debugMap, size int) {
	t.Helper()
	var u debuginfo.Unit
	r := d.NewReader()
	for i := range min(d.NumUnits(), 4) {
		_ = r.Read(i, &u)
		last := uint64(0)
		for _, row := range u.Rows {
			if row.Addr < last || int(row.File) >= len(u.Files) {
				t.Fatalf("row %+v after %#x", row, last)
			}
			last = row.Addr
		}
		for _, f := range u.Functions {
			if f.Ranges.Len() == 0 || int(f.Ranges.End) > len(u.Ranges) || int(f.Inlines.End) > len(u.Inlines) || int(f.Name) >= len(u.Names) {
				t.Fatalf("function %+v", f)
			}
		}
		if d.UnitSize(i) > size || d.UnitSize(i) < 0 {
			t.Fatalf("unit of %d bytes", d.UnitSize(i))
		}
	}
}

// FuzzExportTrie: names are what edges spell, within their share.
func FuzzExportTrie(f *testing.F) {
	f.Add([]byte{0, 1, '_', 0, 5, 0, 2, 'f', 0, 14, 'g', 'g', 0, 19, 3, 0, 0x80, 0x02, 0, 3, 0, 0x90, 0x02, 0})
	f.Add([]byte{0, 3, 'a', 0, 12, 'b', 0, 17, 'c', 0, 22, 0, 3, 8, 1, 0, 0, 3, 2, 0x80, 2, 0, 4, 16, 0x80, 2, 1, 0})
	f.Fuzz(func(t *testing.T, trie []byte) {
		m := testMachO{segments: []testMachOSegment{machoText(0x1000, 0x1100, 0x10)}, trie: trie}
		file, err := Parse("fuzz", m.bytes())
		if err != nil {
			t.Fatal(err)
		}
		symbols, _ := file.image.(*machoFile).exports()
		total := 0
		for _, s := range symbols {
			total += len(s.Name)
			for i := range len(s.Name) {
				if bytes.IndexByte(trie, s.Name[i]) < 0 {
					t.Fatalf("name %q has a byte that the trie has not", s.Name)
				}
			}
		}
		if total > freeNames+maxTrieShare*len(trie) || len(symbols) > len(trie) {
			t.Fatalf("%d names of %d bytes from a trie of %d", len(symbols), total, len(trie))
		}
		checkSymbols(t, file)
	})
}

// FuzzFunctionStarts: the bounds start where encoding/binary reads that functions do.
func FuzzFunctionStarts(f *testing.F) {
	f.Add([]byte{0x80, 2, 8, 4, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		m := testMachO{segments: []testMachOSegment{machoText(0x1000, 0x1100, 0x1000)}, starts: data}
		if data == nil {
			return
		}
		file, err := Parse("fuzz", m.bytes())
		if err != nil {
			t.Fatal(err)
		}
		starts := map[uint64]bool{}
		for addr, rest := uint64(0x1000), data; len(rest) > 0; {
			step, n := binary.Uvarint(rest)
			if n <= 0 || step == 0 || addr+step < addr {
				break
			}
			addr += step
			starts[addr] = true
			rest = rest[n:]
		}
		end := uint64(0)
		for _, r := range file.image.(*machoFile).functionBounds() {
			if !starts[r.Start] && !minimalUvarints(data) {
				return // encoding/binary refuses what is padded
			}
			if !starts[r.Start] || r.Start < end || r.Start >= r.End {
				t.Fatalf("bound %+v after %#x, starts %#v", r, end, starts)
			}
			end = r.End
		}
	})
}

// minimalUvarints reports whether no number in data is longer than ten bytes.
func minimalUvarints(data []byte) bool {
	run := 0
	for _, b := range data {
		if run++; b < 0x80 {
			run = 0
		}
		if run > 9 {
			return false
		}
	}
	return true
}

// FuzzFat: slices lie in the file, and each is found by its architecture.
func FuzzFat(f *testing.F) {
	x86, arm := testMachO{cpu: cpuX86 | cpu64, uuid: testUUID}, testMachO{cpu: cpuARM | cpu64}
	f.Add(fatFile(fatMagic32, x86.bytes(), arm.bytes()))
	f.Add(fatFile(fatMagic64, x86.bytes(), arm.bytes()))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isFat(data) {
			return
		}
		file, err := Parse("fuzz", data)
		if err != nil {
			return
		}
		slices, _ := file.Slices()
		if len(slices) == 0 || len(slices) > maxSlices || slices[0].Arch() != file.Arch() || slices[0].DebugID() != file.DebugID() {
			t.Fatalf("%d slices, the first for %v", len(slices), file.Arch())
		}
		for _, s := range slices {
			if !bytes.Contains(data, s.data) {
				t.Fatal("a slice that is not in the file")
			}
			if found, err := file.Slice(s.Arch()); err != nil || found.Arch() != s.Arch() {
				t.Fatalf("Slice(%v) = %v, %v", s.Arch(), found, err)
			}
		}
	})
}

// FuzzArchive: a member lies in the archive, behind a header.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(archiveMagic+member("__.SYMDEF", "3", "abc\n")+member("#1/12", "16", "long name.o\x00body")), "long name.o")
	f.Add(fixture.Read(f, "bin/macos/objects/libweigh.a"), "weigh.o")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		body, _, err := archiveMember(data, name)
		if err == nil && (!bytes.Contains(data, body) || len(body)+len(archiveMagic)+archiveHeaderLen > len(data)) {
			t.Fatalf("member of %d bytes in an archive of %d", len(body), len(data))
		}
	})
}
