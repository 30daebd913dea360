package objfile

import (
	"debug/elf"
	"errors"
	"slices"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// FuzzELF holds what is read of any bytes to what it claims: ids that do not
// change, section data that come from the file or stay within the limit, symbols
// inside the code they name.
func FuzzELF(f *testing.F) {
	for _, seed := range elfSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("fuzz", data)
		if isELF(data) && errors.Is(err, ErrUnknownFormat) {
			t.Fatalf("magic %v, error %v", isELF(data), err)
		}
		if err != nil || file.Format() != ELF {
			return
		}
		again, err := Parse("fuzz", data)
		if err != nil || again.DebugID() != file.DebugID() || again.CodeID() != file.CodeID() {
			t.Fatalf("%v %s, then %v %s, error %v", file.DebugID(), file.CodeID(), again.DebugID(), again.CodeID(), err)
		}
		if id, err := ParseDebugID(file.DebugID().String()); id != file.DebugID() || err != nil {
			t.Fatalf("debug id %v reads as %v, error %v", file.DebugID(), id, err)
		}
		checkCode(t, file)
		checkSections(t, file)
		checkSymbols(t, file)
		_, _ = file.Links()
		_, _ = file.DebugInfo()
		file.SharedID()
		if n := file.unpacked.Load(); n > file.growthLimit() {
			t.Fatalf("%d bytes unpacked, limit %d", n, file.growthLimit())
		}
	})
}

func checkCode(t *testing.T, file *File) {
	end := uint64(0)
	for i, r := range file.CodeRanges() {
		if r.Start >= r.End || i > 0 && r.Start < end {
			t.Fatalf("code ranges %v", file.CodeRanges())
		}
		end = r.End
	}
}

func checkSections(t *testing.T, file *File) {
	for i := range file.sections {
		s := &file.sections[i]
		data, err := s.Data()
		if err != nil {
			continue
		}
		if s.unpack == nil && uint64(len(data)) != s.stored {
			t.Fatalf("%s: %d bytes, header says %d", s.Name, len(data), s.stored)
		}
	}
}

func checkSymbols(t *testing.T, file *File) {
	symbols, _ := file.Symbols()
	for i, s := range symbols {
		r, ok := findRange(file.CodeRanges(), s.Addr)
		if !ok || s.Name == "" || s.Size == 0 || s.Size > r.End-s.Addr {
			t.Fatalf("symbol %+v in %+v", s, r)
		}
		if i > 0 && symbols[i-1].Addr > s.Addr {
			t.Fatalf("symbol %+v after %+v", s, symbols[i-1])
		}
	}
	again, _ := file.Symbols()
	if !slices.Equal(symbols, again) {
		t.Fatalf("%v, then %v", symbols, again)
	}
}

// elfSeeds returns files that reach every part of the reader.
func elfSeeds(f *testing.F) [][]byte {
	seeds := [][]byte{nil, []byte("\x7fELF")}
	for _, name := range []string{"bin/shop-gcc12-x86_64", "bin/shop-gcc12-arm64"} {
		seeds = append(seeds, fixture.Read(f, name))
	}
	for _, machine := range []elf.Machine{elf.EM_X86_64, elf.EM_RISCV, elf.EM_MIPS, elf.EM_PPC64} {
		for _, big := range []bool{false, true} {
			e := testELF{machine: machine, big: big}
			relocs := []testReloc{{0, 1, 1, 2}, {8, 2, 2, 0}, {4, riscvSetUleb128, 3, 0}}
			e = relocFile(e, make([]byte, 16), e.relocs(true, relocs...))
			e.sections = append(e.sections,
				testSection{name: ".note.gnu.build-id", typ: elf.SHT_NOTE, data: e.note("GNU", 3, make([]byte, 20))},
				testSection{name: ".gnu_debuglink", data: e.encoder().str("name\x00").pad(4).u32(1).Bytes()},
				e.compressed(elf.COMPRESS_ZLIB, 100, fixture.Zlib(f, make([]byte, 100))),
				e.compressed(elf.COMPRESS_ZSTD, 100, fixture.Zstd(f, make([]byte, 100))),
				gnuCompressed(100, fixture.Zlib(f, make([]byte, 100))))
			seeds = append(seeds, e.bytes())
		}
	}
	inner := testELF{typ: elf.ET_DYN, machine: elf.EM_X86_64}
	inner.sections = append([]testSection{text(".text", 0x1000, 0x40)},
		inner.symbols(3, testSymbol{name: "f", typ: elf.STT_FUNC, section: 1, value: 0x1000})...)
	frames := frames{encoder: inner.encoder()}
	frames.cie(&inner, "zPLR", 1, 0x9b, 1, 2, 3, 4, 0x1b, 0x03)
	frames.fde(&inner, inner.encoder().u32(0x1000, 0x20))
	outer := inner
	outer.sections = append(slices.Clone(inner.sections),
		testSection{name: ".eh_frame", data: frames.Bytes()},
		testSection{name: miniDebugInfo, data: xzBytes(inner.bytes())})
	seeds = append(seeds, outer.bytes())
	for _, tag := range []elf.DynTag{elf.DT_HASH, elf.DT_GNU_HASH} {
		e := dynamicFile(elf.ELFCLASS32, true, tag, func(e *testELF) []byte {
			return e.encoder().u32(2, 2, 1, 6).addr(0).u32(2, 3, 0x10, 0x21).Bytes()
		})
		seeds = append(seeds, e.bytes())
	}
	return seeds
}
