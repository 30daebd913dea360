package objfile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/nativesym/nativesym/internal/fixture"
)

// Thousands of headers lead to the same megabyte. Unbounded, each of these would
// read 20 gigabytes and take up to a minute; bounded, they take milliseconds of the
// processor, and are allowed a thousand times as many.
func TestOverlappingHeadersTakeLinearTime(t *testing.T) {
	const (
		copies = 20_000
		size   = 1 << 20
		limit  = 10 * time.Second
	)
	e := testELF{machine: elf.EM_X86_64, typ: elf.ET_DYN}
	plt := text(".plt", 0x1000, 0)
	plt.data = unhex(t, "ff 25 ea 1f 00 00")
	section := func(name string, typ elf.SectionType, flags elf.SectionFlag) testSection {
		return testSection{name: name, typ: typ, flags: flags}
	}
	for _, tt := range []struct {
		name    string
		repeat  testSection
		segment elf.ProgType // without section headers, if it is PT_LOAD
		typ     elf.Type
	}{
		{"segments of a Go program", section("load", elf.SHT_PROGBITS, 0), elf.PT_LOAD, elf.ET_DYN},
		{"notes", section("n", elf.SHT_PROGBITS, 0), elf.PT_NOTE, elf.ET_DYN},
		{"dynamic tables", section("d", elf.SHT_PROGBITS, 0), elf.PT_DYNAMIC, elf.ET_DYN},
		{"stubs", section(".plt", elf.SHT_PROGBITS, elf.SHF_ALLOC|elf.SHF_EXECINSTR), elf.PT_NULL, elf.ET_DYN},
		{"relocations of slots", section(".rela.plt", elf.SHT_RELA, elf.SHF_ALLOC), elf.PT_NULL, elf.ET_DYN},
		{"symbol tables", section(".symtab", elf.SHT_SYMTAB, 0), elf.PT_NULL, elf.ET_DYN},
		{"debug information", section(".debug_info", elf.SHT_PROGBITS, 0), elf.PT_NULL, elf.ET_REL},
		{"relocations of debug information", section(".rela.debug_info", elf.SHT_RELA, 0), elf.PT_NULL, elf.ET_REL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := e
			file.typ, file.noSections = tt.typ, tt.segment == elf.PT_LOAD
			tt.repeat.data = bytes.Repeat([]byte{0}, size)
			binary.LittleEndian.PutUint64(tt.repeat.data, 4)
			file.sections = []testSection{plt, tt.repeat}
			tt.repeat.data = nil
			for range copies {
				if tt.segment != elf.PT_NULL {
					file.segments = append(file.segments, testSegment{typ: tt.segment, first: tt.repeat.name, last: tt.repeat.name})
				} else {
					file.sections = append(file.sections, tt.repeat)
				}
			}
			if tt.repeat.typ == elf.SHT_RELA && tt.typ == elf.ET_REL {
				for i := range copies {
					file.sections = append(file.sections, testSection{name: ".debug_info", data: []byte{1}})
					file.sections[2+i].info = uint32(3 + copies + i)
				}
			}
			data := file.bytes()
			headers := data[binary.LittleEndian.Uint64(data[0x28:]):]
			for i := range len(file.sections) - 1 {
				if file.noSections {
					break
				}
				if h, first := headers[(i+2)*64:], headers[2*64:]; file.sections[i+1].name == tt.repeat.name {
					copy(h[0x18:0x28], first[0x18:0x28]) // offset and size
				}
			}

			var f *File
			var err error
			took := fixture.CPU(func() {
				if f, err = Parse("test", data); err == nil {
					_, _ = f.Symbols()
					_, err = f.DebugInfo()
				}
			})
			if f == nil {
				t.Fatal(err)
			}
			if took > limit {
				t.Errorf("took %v, want at most %v", took, limit)
			}
			if tt.repeat.name == ".debug_info" {
				section, _ := f.Section(".debug_info")
				want := fmt.Sprintf("test: .debug_info at %#x: unpacks to %d bytes, beyond the %d of a file of %d bytes", section.offset, size, f.growthLimit(), len(data))
				if fmt.Sprint(err) != want {
					t.Errorf("DebugInfo():\n got %v\nwant %s", err, want)
				}
			}
		})
	}
}

func TestShare(t *testing.T) {
	f := &File{data: make([]byte, 100)}
	s := f.share()
	for i, tt := range []struct {
		n    int
		want bool
	}{{60, true}, {60, false}, {40, true}, {1, false}, {0, true}} {
		if got := s.take(tt.n); got != tt.want {
			t.Errorf("step %d: take(%d) = %v, want %v", i, tt.n, got, tt.want)
		}
	}
}
