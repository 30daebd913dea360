package source

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

func newCache(t *testing.T) *filecache.Cache {
	t.Helper()
	c, err := filecache.Open(filepath.Join(t.TempDir(), "cache"), filecache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// storedCabinet makes a cabinet of one file, which is not compressed.
func storedCabinet(name string, data []byte) []byte {
	le := binary.LittleEndian
	const block = 32 << 10
	blocks := (len(data) + block - 1) / block
	b := []byte("MSCF\x00\x00\x00\x00")
	start := 36 + 8 + 16 + len(name) + 1
	b = le.AppendUint32(b, uint32(start+8*blocks+len(data)))
	b = append(b, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint32(b, uint32(start))
	b = append(le.AppendUint16(b, uint16(blocks)), 0, 0)
	b = le.AppendUint32(b, uint32(len(data)))
	b = append(append(b, make([]byte, 12)...), name+"\x00"...)
	for ; len(data) > 0; data = data[min(block, len(data)):] {
		n := uint16(min(block, len(data)))
		b = le.AppendUint16(le.AppendUint16(append(b, 0, 0, 0, 0), n), n)
		b = append(b, data[:n]...)
	}
	return b
}

const shopID = "75bc5782088d05859a5dba37c4c1166eef8b3f03"

func TestDirPacked(t *testing.T) {
	debug, other := fixture.Read(t, shopDebug), fixture.Read(t, otherShop)
	found := func(name string) []string { return []string{"file " + name + ", debug info, symbols", "ok " + name} }
	for _, tt := range []struct {
		name    string
		path    string
		data    []byte
		want    []string // with a cache
		without []string // nil: the same
	}{
		{"gzip at its place", ".build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug", fixture.Gzip(t, debug), found(".build-id/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug"), nil},
		{"gzip by its id", "x/75/" + shopID[2:] + ".debug.gz", fixture.Gzip(t, debug), found("x/75/" + shopID[2:] + ".debug.gz"), nil},
		{"zstd by its name", "x/shop.debug.zst", fixture.Zstd(t, debug), found("x/shop.debug.zst"), nil},
		{"zstd by any name, being small", "x/y", fixture.Zstd(t, debug), found("x/y"), nil},
		{
			"cabinet by its id", "x/" + shopID + "/anything", storedCabinet("a", debug), found("x/" + shopID + "/anything"),
			[]string{"error x/" + shopID + "/anything x/" + shopID + "/anything: packed as cabinet: give a cache to unpack it into"},
		},
		{
			"cabinet by its name", "SHO_", storedCabinet("a", debug), found("SHO_"),
			[]string{"error SHO_ SHO_: packed as cabinet: give a cache to unpack it into"},
		},
		{"cabinet by any name", "y", storedCabinet("a", debug), []string{"notfound ROOT"}, nil},
		{"cabinet of another id", "shop/0123456789/sho_", storedCabinet("a", debug), []string{"notfound ROOT"}, nil},
		{
			"cabinet with another build", "sho_", storedCabinet("a", other),
			[]string{"other_id sho_ debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"},
			[]string{"error sho_ sho_: packed as cabinet: give a cache to unpack it into"},
		},
		{
			"cabinet with something else", "sho_", storedCabinet("a", []byte("hello")),
			[]string{"malformed sho_ sho_: unknown object file format"},
			[]string{"error sho_ sho_: packed as cabinet: give a cache to unpack it into"},
		},
		{
			"damaged cabinet", "sho_", storedCabinet("a", debug)[:5000],
			[]string{"malformed sho_ sho_: cabinet: cabinet is cut short: 5000 bytes of "},
			[]string{"error sho_ sho_: packed as cabinet: give a cache to unpack it into"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, tt.path), tt.data)
			without := NewDir(dir)
			with := NewDirWith(dir, DirOptions{Cache: newCache(t)})
			if tt.without == nil {
				tt.without = tt.want
			}
			for range 2 { // at first, and when it is known
				comparePacked(t, with, tt.want)
				comparePacked(t, without, tt.without)
			}
		})
	}
}

func comparePacked(t *testing.T, d *Dir, want []string) {
	t.Helper()
	res, err := d.Find(t.Context(), shop())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range res.Files {
		res.Files[i].Path = f.Origin
	}
	got := show(d.root, res)
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], d.root, "ROOT")
		if i < len(want) && strings.HasSuffix(want[i], " ") {
			got[i] = got[i][:min(len(got[i]), len(want[i]))]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with a cache: %v, -want +got:\n%s", d.cache != nil, diff)
	}
}

// What a packed file holds is found out once.
func TestDirUnpacksOnce(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"a/sho_", "b/shop.cab", "c/SHO_", "d/sho_", "e/sho_", "f/sho_"} {
		put(t, filepath.Join(dir, name), storedCabinet("a", append(fixture.Read(t, otherShop), byte(i))))
	}
	c := newCache(t)
	d := NewDirWith(dir, DirOptions{Cache: c})
	for _, want := range []int64{maxGuesses, 6, 6} {
		res, err := d.Find(t.Context(), shop())
		if err != nil || len(res.Files) != 0 {
			t.Fatalf("%+v, error %v", res, err)
		}
		items, err := c.List()
		if err != nil || int64(len(items)) != want {
			t.Errorf("%d files unpacked, error %v, want %d", len(items), err, want)
		}
	}
}

// A packed file that changes is unpacked anew.
func TestDirPackedChanges(t *testing.T) {
	w := watch(t, nil)
	w.cache = newCache(t)
	put(t, w.path("sho_"), storedCabinet("a", fixture.Read(t, otherShop)))
	w.want("other_id sho_ " + strings.TrimPrefix(shopOther, "other_id a/shop "))
	put(t, w.path("sho_"), storedCabinet("a", fixture.Read(t, shopDebug)))
	// Before the change is seen, the file is not what it was.
	res, err := w.Find(t.Context(), shop())
	if err != nil || len(res.Files) != 0 {
		t.Fatalf("%+v, error %v", res, err)
	}
	w.later()
	comparePacked(t, w.Dir, []string{"file sho_, debug info, symbols", "ok sho_"})
}

// A full or broken cache is no reason to call a file malformed, nor to remember.
func TestDirWhoseCacheFails(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "sho_"), storedCabinet("a", fixture.Read(t, shopDebug)))
	at := filepath.Join(t.TempDir(), "cache")
	c, err := filecache.Open(at, filecache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := NewDirWith(dir, DirOptions{Cache: c})
	if err := os.Rename(at, at+"2"); err != nil {
		t.Fatal(err)
	}
	put(t, at, nil) // a file where the folder was
	res, err := d.Find(t.Context(), shop())
	if err != nil || len(res.Lookups) != 1 || res.Lookups[0].Status != Failed {
		t.Fatalf("%+v, error %v, want a failed lookup", res, err)
	}
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(at+"2", at); err != nil {
		t.Fatal(err)
	}
	comparePacked(t, d, []string{"file sho_, debug info, symbols", "ok sho_"})
}

func TestIDsInPath(t *testing.T) {
	for path, want := range map[string]string{
		"/": "",
		"/till.pdb/19822FC5F09E442A4C4C44205044422E1/till.pd_": "19822fc5f09e442a4c4c44205044422e1",
		"/ab/cdef0123456789.debug.gz":                          "cdef0123456789 abcdef0123456789",
		"/ab/cdef/debuginfo":                                   "",
		"/abcd/ef01/2345-6789/x":                               "23456789 abcdef0123456789",
		"/_.debug/elf-buildid-sym-ABCDEF0123/_.debug":          "abcdef0123",
		"/x/mach-uuid-0123456789/x":                            "0123456789",
		"/cafe/beef":                                           "cafebeef",
	} {
		if got := strings.Join(idsInPath(path), " "); got != want {
			t.Errorf("%s has %q, want %q", path, got, want)
		}
	}
}

func TestInnerName(t *testing.T) {
	for path, want := range map[string]string{
		"/s/till.pdb/0123/till.pd_": "till.pdb",
		"/s/x/0123/till.pd_":        "till.pd_",
		"/s/till.pdb/0123/till.pdb": "till.pdb",
	} {
		if got := innerName(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// What a packed debug file goes on in lies beside it, not in the cache; and it is not
// unpacked where another does.
func TestDirPackedSplit(t *testing.T) {
	dir := t.TempDir()
	prog := fixture.Read(t, "bin/parcel/gcc-split5/prog")
	put(t, filepath.Join(dir, "deep/prog.gz"), fixture.Gzip(t, prog))
	for _, name := range []string{"parcel.dwo", "weigh.dwo"} {
		put(t, filepath.Join(dir, "deep", name), fixture.Read(t, "bin/parcel/gcc-split5/"+name))
	}
	o, err := objfile.Parse("prog", prog)
	if err != nil {
		t.Fatal(err)
	}
	im := &debugimage.Image{Type: debugimage.ELF, CodeID: o.CodeID()}
	d := NewDirWith(dir, DirOptions{Cache: newCache(t)})
	res, err := d.Find(t.Context(), im)
	if err != nil || len(res.Files) != 1 {
		t.Fatalf("%+v, error %v", res, err)
	}
	f, err := res.Files[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names := functionNames(t, f); len(names) != 7 {
		t.Errorf("functions %q, want 7", names)
	}
	put(t, filepath.Join(dir, "aaa"), prog)
	res, err = NewDirWith(dir, DirOptions{Cache: newCache(t)}).Find(t.Context(), im)
	if want := filepath.Join(dir, "aaa"); err != nil || len(res.Files) != 1 || res.Files[0].Path != want {
		t.Errorf("%+v, error %v, want %s alone", res.Files, err, want)
	}
}
