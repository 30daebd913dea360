package objfile

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// xzBytes returns an xz stream that stores data in one plain LZMA2 chunk, which
// takes at most 64 KiB.
func xzBytes(data []byte) []byte {
	le := binary.LittleEndian
	sum := func(b []byte) []byte { return le.AppendUint32(b, crc32.ChecksumIEEE(b)) }
	pad := func(b []byte) []byte {
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		return b
	}
	flags := sum([]byte{0, 0}) // no check of the contents
	header := sum([]byte{2, 0, 0x21, 1, 0, 0, 0, 0})
	block := append([]byte{1}, binary.BigEndian.AppendUint16(nil, uint16(len(data)-1))...)
	block = append(append(block, data...), 0)
	unpadded := uint64(len(header) + len(block))
	index := binary.AppendUvarint([]byte{0, 1}, unpadded)
	index = sum(pad(binary.AppendUvarint(index, uint64(len(data)))))
	back := le.AppendUint32(nil, uint32(len(index)/4-1))
	footer := le.AppendUint32(nil, crc32.ChecksumIEEE(append(back, 0, 0)))

	out := append([]byte("\xfd7zXZ\x00"), flags...)
	out = append(append(out, header...), pad(block)...)
	out = append(append(append(out, index...), footer...), back...)
	return append(out, 0, 0, 'Y', 'Z')
}

func TestMiniDebugInfo(t *testing.T) {
	fn := func(name string, value uint64) testSymbol {
		return testSymbol{name: name, typ: elf.STT_FUNC, section: 1, value: value, size: 8}
	}
	inner := testELF{typ: elf.ET_DYN, machine: elf.EM_X86_64}
	inner.sections = append([]testSection{{name: ".text", typ: elf.SHT_NOBITS, flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, addr: 0x1000, size: 0x100}},
		inner.symbols(3, fn("internal", 0x1010), fn("exported", 0x1000), fn("outside", 0x5000))...)
	for _, tt := range []struct {
		name    string
		packed  []byte
		want    string
		wantErr string
	}{
		{"packed", xzBytes(inner.bytes()), "\n0x1000+0x8 func local exported\n0x1010+0x8 func local internal", "<nil>"},
		{"not packed", inner.bytes(), "\n0x1000+0x8 func local exported", "test: .gnu_debugdata at 0x180: xz: file format not recognized"},
		{"no ELF file", xzBytes([]byte("hello")), "\n0x1000+0x8 func local exported", "test: .gnu_debugdata: unknown object file format"},
		{"broken ELF file", xzBytes([]byte("\x7fELF\x02")), "\n0x1000+0x8 func local exported", "test: .gnu_debugdata: ELF header+0x5: need 1 bytes, have 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := testELF{typ: elf.ET_DYN, machine: elf.EM_X86_64}
			e.sections = append([]testSection{text(".text", 0x1000, 0x100)}, e.symbols(3, fn("exported", 0x1000))...)
			e.sections = append(e.sections, testSection{name: ".gnu_debugdata", data: tt.packed})
			symbols, err := e.parse(t).Symbols()
			if diff := cmp.Diff(tt.want, picture(symbols)); diff != "" {
				t.Errorf("Symbols() (-want +got):\n%s", diff)
			}
			if got := fmt.Sprint(err); got != tt.wantErr {
				t.Errorf("Symbols():\n got %s\nwant %s", got, tt.wantErr)
			}
		})
	}
}
