package objfile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/nativesym/nativesym/internal/fixture"
)

// zstdStream returns a frame that does not say its size.
func zstdStream(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	for len(data) > 0 {
		n := min(100, len(data))
		if _, err := w.Write(data[:n]); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// compressed is a section with SHF_COMPRESSED.
func (e *testELF) compressed(method elf.CompressionType, size uint64, stream []byte) testSection {
	b := e.encoder().u32(uint32(method))
	if e.word() == 8 {
		b.u32(0)
	}
	b.addr(size, 1)
	b.Write(stream)
	return testSection{name: ".debug_info", flags: elf.SHF_COMPRESSED, data: b.Bytes()}
}

func gnuCompressed(size uint64, stream []byte) testSection {
	return testSection{name: ".zdebug_info", data: append(binary.BigEndian.AppendUint64([]byte("ZLIB"), size), stream...)}
}

func TestCompressedSections(t *testing.T) {
	want := []byte(strings.Repeat("line 1, line 2, ", 100))
	n := uint64(len(want))
	for _, e := range []testELF{{class: elf.ELFCLASS64}, {class: elf.ELFCLASS32, big: true}} {
		for _, tt := range []struct {
			name    string
			section testSection
		}{
			{"plain", testSection{name: ".debug_info", data: want}},
			{"zlib", e.compressed(elf.COMPRESS_ZLIB, n, fixture.Zlib(t, want))},
			{"zstd", e.compressed(elf.COMPRESS_ZSTD, n, fixture.Zstd(t, want))},
			{"two zstd frames", e.compressed(elf.COMPRESS_ZSTD, n, append(fixture.Zstd(t, want[:100]), fixture.Zstd(t, want[100:])...))},
			{"zstd with a window larger than the section", e.compressed(elf.COMPRESS_ZSTD, n, zstdStream(t, want))},
			{"GNU", gnuCompressed(n, fixture.Zlib(t, want))},
			{"GNU in name only", testSection{name: ".zdebug_info", data: want}},
		} {
			t.Run(fmt.Sprintf("%s big=%v", tt.name, e.big), func(t *testing.T) {
				file := e
				file.sections = []testSection{tt.section}
				f := file.parse(t)
				s, ok := f.Section(".debug_info")
				if !ok {
					t.Fatal("there is no .debug_info")
				}
				got, err := s.Data()
				if !bytes.Equal(got, want) || err != nil {
					t.Errorf("Data() = %q, %v", got, err)
				}
				again, _ := s.Data()
				if &again[0] != &got[0] {
					t.Error("Data() unpacks twice")
				}
				f.Release()
				after, err := s.Data()
				if !bytes.Equal(after, want) || err != nil {
					t.Errorf("Data() after Release() = %q, %v", after, err)
				}
				if unpacked := tt.name != "plain" && tt.name != "GNU in name only"; unpacked == (&after[0] == &got[0]) {
					t.Errorf("Data() after Release(): unpacked again %v, want %v", !unpacked, unpacked)
				}
			})
		}
	}
}

func TestSectionErrors(t *testing.T) {
	e := testELF{}
	data := bytes.Repeat([]byte("x"), 1000)
	sum := fixture.Zlib(t, data)
	sum[len(sum)-1]++
	bomb := bytes.Repeat([]byte{0}, freeGrowth+1)
	for _, tt := range []struct {
		name    string
		section testSection
		want    string
	}{
		{
			"no header",
			testSection{name: ".debug_info", flags: elf.SHF_COMPRESSED, data: data[:23]},
			"test: .debug_info at 0x40: compression header+0x10: need 8 bytes, have 7",
		},
		{"method", e.compressed(3, 1000, data), "test: .debug_info at 0x40: compressed with unknown method 3"},
		{"not zlib", e.compressed(elf.COMPRESS_ZLIB, 1000, data), "test: .debug_info at 0x40: compressed data at 0x0: zlib header has a wrong check"},
		{"zlib ends early", e.compressed(elf.COMPRESS_ZLIB, 1001, fixture.Zlib(t, data)), "test: .debug_info at 0x40: compressed data at 0xd: stream ends after 0x3e8 bytes of 0x3e9"},
		{"zlib cut", e.compressed(elf.COMPRESS_ZLIB, 1000, fixture.Zlib(t, data)[:10]), "test: .debug_info at 0x40: compressed data at 0xa: block is cut short"},
		{"zlib ends late", e.compressed(elf.COMPRESS_ZLIB, 999, fixture.Zlib(t, data)), "test: .debug_info at 0x40: compressed data at 0xb: stream unpacks to more than it should"},
		{"zlib sum", e.compressed(elf.COMPRESS_ZLIB, 1000, sum), "test: .debug_info at 0x40: compressed data at 0xd: checksum is 0xaaf4d4d1, bytes give 0xaaf4d4d0"},
		{"zstd ends early", e.compressed(elf.COMPRESS_ZSTD, 1001, fixture.Zstd(t, data)), "test: .debug_info at 0x40: unpacks to 1000 bytes, not the 1001 it claims"},
		{"zstd ends late", e.compressed(elf.COMPRESS_ZSTD, 999, fixture.Zstd(t, data)), "test: .debug_info at 0x40: decompressed size exceeds configured limit"},
		{"not zstd", e.compressed(elf.COMPRESS_ZSTD, 1000, data), "test: .debug_info at 0x40: invalid input: magic number mismatch"},
		{"GNU ends early", gnuCompressed(1001, fixture.Zlib(t, data)), "test: .debug_info at 0x40: compressed data at 0xd: stream ends after 0x3e8 bytes of 0x3e9"},
		{
			"zlib bomb", e.compressed(elf.COMPRESS_ZLIB, uint64(len(bomb)), fixture.Zlib(t, bomb)),
			"test: .debug_info at 0x40: unpacks to 16777217 bytes, beyond the 16777216 of a file of 16920 bytes",
		},
		{
			"zstd bomb", e.compressed(elf.COMPRESS_ZSTD, uint64(len(bomb)), fixture.Zstd(t, bomb)),
			"test: .debug_info at 0x40: unpacks to 16777217 bytes, beyond the 16777216 of a file of 2104 bytes",
		},
		{
			"larger than any section", e.compressed(elf.COMPRESS_ZLIB, maxSection+1, fixture.Zlib(t, data)),
			"test: .debug_info at 0x40: unpacks to 4294967297 bytes, more than 4294967296",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := (&testELF{sections: []testSection{tt.section}}).parse(t)
			s, _ := f.Section(".debug_info")
			got, err := s.Data()
			if got != nil || fmt.Sprint(err) != tt.want {
				t.Errorf("Data():\n got %v\nwant %s", err, tt.want)
			}
		})
	}
}

// Many sections may lead to one stream: what they unpack to is counted together.
func TestSectionsUnpackWithinOneLimit(t *testing.T) {
	zeros := bytes.Repeat([]byte{0}, freeGrowth/4)
	e := testELF{}
	for i := range 5 {
		s := e.compressed(elf.COMPRESS_ZSTD, uint64(len(zeros)), fixture.Zstd(t, zeros))
		s.name = fmt.Sprintf(".debug_%d", i)
		e.sections = append(e.sections, s)
	}
	f := e.parse(t)
	load := func(name string) error {
		s, _ := f.Section(name)
		_, err := s.Data()
		return err
	}
	for i := range 4 {
		if err := load(fmt.Sprintf(".debug_%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprintf("test: .debug_4 at 0x7c0: unpacks to 4194304 bytes, beyond the 16777216 of a file of %d bytes", len(f.data))
	if err := load(".debug_4"); fmt.Sprint(err) != want {
		t.Errorf("the fifth:\n got %v\nwant %s", err, want)
	}
	f.Release()
	if err := load(".debug_4"); err != nil {
		t.Errorf("after Release: %v", err)
	}
}

// A limit of memory bounds what a file and its companions unpack to, and comes on top
// of the bound that their sizes set: what it refuses is named by file, section and
// offset. Without one, and of files in proportion to their size, nothing is refused.
func TestLimitMemory(t *testing.T) {
	zeros := bytes.Repeat([]byte{0}, 1<<20)
	e := testELF{}
	for _, name := range []string{".debug_info", ".debug_line", ".debug_str"} {
		s := e.compressed(elf.COMPRESS_ZLIB, uint64(len(zeros)), fixture.Zlib(t, zeros))
		s.name = name
		e.sections = append(e.sections, s)
	}
	f, companion := e.parse(t), e.parse(t)
	f.companions = &companions{}
	load := func(f *File, name string) error {
		s, _ := f.Section(name)
		_, err := s.Data()
		return err
	}
	f.LimitMemory(0)
	if err := load(f, ".debug_info"); err != nil {
		t.Fatalf("without a limit: %v", err)
	}
	f.LimitMemory(5 << 19)
	companion.join(f.companions.budget)
	for range 2 {
		for _, tt := range []struct {
			file *File
			name string
			want string
		}{
			{f, ".debug_info", ""},
			{companion, ".debug_info", ""},
			{f, ".debug_info", ""},
			{f, ".debug_line", "test: .debug_line at 0x4a0: unpacks to 1048576 bytes, beyond the limit of 2621440 bytes of memory"},
			{companion, ".debug_str", "test: .debug_str at 0x900: unpacks to 1048576 bytes, beyond the limit of 2621440 bytes of memory"},
		} {
			if err := load(tt.file, tt.name); err == nil && tt.want != "" || err != nil && err.Error() != tt.want {
				t.Errorf("%s:\n got %v\nwant %s", tt.name, err, tt.want)
			}
		}
		f.Release()
		companion.Release()
	}
}

func TestSectionBeyondTheFile(t *testing.T) {
	data := (&testELF{sections: []testSection{{name: ".debug_info", data: make([]byte, 16)}}}).bytes()
	headers := binary.LittleEndian.Uint64(data[0x28:])
	binary.LittleEndian.PutUint64(data[headers+64+0x20:], 1<<63)
	f, err := Parse("test", data)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := f.Section(".debug_info")
	want := fmt.Sprintf("test: .debug_info: offset 0x40, size 0x8000000000000000: file has %#x bytes", len(data))
	if _, err := s.Data(); fmt.Sprint(err) != want {
		t.Errorf("Data():\n got %v\nwant %s", err, want)
	}
	if _, err := f.DebugInfo(); fmt.Sprint(err) != want {
		t.Errorf("DebugInfo():\n got %v\nwant %s", err, want)
	}
}

func TestNoSection(t *testing.T) {
	f := (&testELF{}).parse(t)
	if s, ok := f.Section(".debug_info"); ok {
		t.Errorf("Section(.debug_info) = %v, want none", s)
	}
	if info, err := f.DebugInfo(); info != nil || err != nil {
		t.Errorf("DebugInfo() = %v, %v, want none", info, err)
	}
}
