package symbolicate

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

const shopDebug = "symbols/.build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"

// What is in the folder of symbols decides what a frame gets.
func TestDebugFiles(t *testing.T) {
	write := func(t *testing.T, dir, name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compiled := func(t *testing.T) []byte {
		t.Helper()
		f, err := objfile.Parse("shop", fixture.Read(t, shopDebug))
		if err != nil {
			t.Fatal(err)
		}
		res, err := symcache.Compile(f, symcache.Options{Columns: true})
		if err != nil {
			t.Fatal(err)
		}
		return res.Table
	}
	const main = "event\n  main main.cc:0x55\n"
	for _, tt := range []struct {
		name  string
		plant func(t *testing.T, dir string)
		want  string
		has   string
	}{
		{"the debug file", func(t *testing.T, dir string) {
			write(t, dir, "a", fixture.Read(t, shopDebug))
		}, main, `"debug_status":"found"`},
		{"with the executable", func(t *testing.T, dir string) {
			write(t, dir, "a", fixture.Read(t, "bin/shop-gcc12-x86_64"))
			write(t, dir, "b", fixture.Read(t, shopDebug))
		}, main, `"has_debug_info":true`},
		{"compiled before", func(t *testing.T, dir string) {
			write(t, dir, "a", compiled(t))
		}, main, `"has_symbols":true`},
		{"compiled before, and damaged: the next is taken", func(t *testing.T, dir string) {
			table := compiled(t)
			write(t, dir, "a", table[:len(table)/2])
			write(t, dir, "b", fixture.Read(t, shopDebug))
		}, main, `"debug_status":"found"`},
		{"with a source bundle", func(t *testing.T, dir string) {
			write(t, dir, "a", fixture.Read(t, shopDebug))
			f, err := os.Create(filepath.Join(dir, "b"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z := zip.NewWriter(f)
			for name, text := range map[string]string{
				"manifest.json": `{"code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","files":{"m":{"type":"source","path":"/src/shop/main.cc"}}}`,
				"m":             strings.Repeat("x\n", 84) + "this is line 85\n",
			} {
				w, err := z.Create(name)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
		}, main, `"pre_context":["x","x","x","x","x"],"context_line":"this is line 85","post_context":[]`},
		{"a file of another build", func(t *testing.T, dir string) {
			write(t, dir, "shop", fixture.Read(t, "bin/shop-clang19-x86_64"))
		}, "event\n  0x555555555285 missing\n", `shop has debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"`},
		{"many files of other builds", func(t *testing.T, dir string) {
			for _, sub := range []string{"1", "2", "3", "4", "5"} {
				if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
					t.Fatal(err)
				}
				write(t, dir, sub+"/shop", fixture.Read(t, "bin/shop-clang19-x86_64"))
			}
		}, "event\n  0x555555555285 missing\n", `3/shop has debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78; and so on"`},
		{"a damaged file", func(t *testing.T, dir string) {
			write(t, dir, "shop", fixture.Read(t, shopDebug)[:60])
		}, "event\n  0x555555555285 malformed\n", `"type":"native_bad_dsym"`},
		{
			"nothing", func(*testing.T, string) {}, "event\n  0x555555555285 missing\n",
			`"symbolicator_reason":"/opt/shop: no debug file with debug id 8257bc75-8d08-8505-9a5d-ba37c4c1166e or code id 75bc5782088d05859a5dba37c4c1166eef8b3f03"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.plant(t, dir)
			out, err := New(Options{Sources: []Source{source.NewDir(dir)}}).Event(t.Context(), []byte(`{"platform":"native",
				"stacktrace":{"frames":[{"instruction_addr":"0x555555555285"}]},
				"debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","code_file":"/opt/shop","image_addr":"0x555555554000"}]}}`))
			if err != nil {
				t.Fatal(err)
			}
			if got := picture(t, string(out)); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if !strings.Contains(string(out), tt.has) {
				t.Errorf("no %s in %s", tt.has, out)
			}
		})
	}
}

// A file that is damaged in part is used, and the report says so.
func TestPartlyDamagedFile(t *testing.T) {
	data := bytes.Clone(fixture.Read(t, shopDebug))
	damageInfo(t, data)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	out, report, err := s.Explain(t.Context(), []byte(`{"platform":"native",
		"stacktrace":{"frames":[{"instruction_addr":"0x555555555285"}]},
		"debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","image_addr":"0x555555554000"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := picture(t, string(out)), "event\n  main main.cc:0x55\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if im := report.Images[0]; im.Status != ImageFound || !strings.HasPrefix(im.Reason, "units not read to their end: 1, the first: ") {
		t.Errorf("the report says %s", im.String())
	}
}

// A PDB whose debug information is elsewhere names functions by its public symbols,
// and the report says why there is no more. It is no reason to stop searching.
func TestFastlink(t *testing.T) {
	data := bytes.Clone(fixture.Read(t, "bin/till-clang19-windows.pdb"))
	vc140 := binary.LittleEndian.AppendUint32(nil, 20140508) // the features, which end with it
	if n := bytes.Count(data, vc140); n != 1 {
		t.Fatalf("%d places may be the features", n)
	}
	copy(data[bytes.Index(data, vc140):], "MINI")
	dir := t.TempDir()
	path := filepath.Join(dir, "till.pdb")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := objfile.Parse("till.pdb", data)
	if err != nil {
		t.Fatal(err)
	}
	for _, cache := range []*filecache.Cache{nil, openCache(t, t.TempDir())} {
		s := New(Options{Sources: []Source{source.NewDir(dir)}, Cache: cache})
		r, err := s.Image(t.Context(), &debugimage.Image{Type: debugimage.PE, DebugID: f.DebugID(), DebugFile: "till.pdb"})
		if err != nil || r.Status != ImageFound || r.Reason != path+": "+objfile.ErrFastlink.Error() || r.Features.DebugInfo {
			t.Errorf("the report says %s, %v", r.String(), err)
		}
	}
}

// One section of a small file may be a gigabyte of zeros: with a limit of memory it
// is refused, by the names of file and section.
func TestUnpackingIsBounded(t *testing.T) {
	const size = 64 << 20
	var packed bytes.Buffer
	packed.Write(binary.LittleEndian.AppendUint64([]byte{1, 0, 0, 0, 0, 0, 0, 0}, size)) // ELFCOMPRESS_ZLIB
	packed.Write(make([]byte, 8))
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	data := bytes.Clone(fixture.Read(t, shopDebug))
	at := len(data)
	data = append(append(data, packed.Bytes()...), make([]byte, 4<<20)...) // so that 32 times its size is enough
	setSection(t, data, ".debug_info", uint64(at), uint64(packed.Len()))
	dir := t.TempDir()
	path := filepath.Join(dir, "shop")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	for memory, refused := range map[int64]bool{32 << 20: true, 128 << 20: false} {
		s := New(Options{Sources: []Source{source.NewDir(dir)}, Memory: memory})
		r, err := s.Image(t.Context(), imageOf(t, shopDebug))
		want := fmt.Sprintf("%s: .debug_info at %#x: unpacks to %d bytes, beyond the limit of %d bytes of memory", path, at, size, memory)
		if err != nil || (r.Reason == want) != refused {
			t.Errorf("with %d bytes: %s, %v, want refused %v", memory, r.String(), err, refused)
		}
	}
}

// setSection has the header of a section say that it is compressed, and where.
func setSection(t *testing.T, data []byte, name string, offset, size uint64) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Sections, func(s *elf.Section) bool { return s.Name == name })
	le := binary.LittleEndian
	h := data[le.Uint64(data[0x28:])+64*uint64(i):]
	le.PutUint64(h[0x08:], uint64(elf.SHF_COMPRESSED))
	le.PutUint64(h[0x18:], offset)
	le.PutUint64(h[0x20:], size)
}

// damageInfo damages the end of an ELF file's debug information.
func damageInfo(t *testing.T, data []byte) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	info := f.Section(".debug_info")
	for i := info.Offset + info.Size - 64; i < info.Offset+info.Size; i++ {
		data[i] = 0x7f // no abbreviation has such a number
	}
}
