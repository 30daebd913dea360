package symcache

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// testAddresses returns offsets in the image where answers change, those around
// them, and some at random.
func testAddresses(f *objfile.File) (rels []uint64) {
	source, err := f.DebugInfo()
	if err != nil || source == nil {
		return nil
	}
	end := uint64(0)
	add := func(addr uint64) {
		rel := addr - f.Base()
		rels = append(rels, rel, rel-1, rel+1)
		end = max(end, rel)
	}
	r := source.NewReader()
	var u debuginfo.Unit
	for i := range source.NumUnits() {
		r.Read(i, &u) // what precedes an error is in the table, too
		for _, row := range u.Rows {
			add(row.Addr)
		}
		for _, v := range u.Ranges {
			add(v.Start)
			add(v.End)
		}
	}
	symbols, _ := f.Symbols()
	for _, s := range symbols {
		add(s.Addr)
		add(s.Addr + s.Size)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		rels = append(rels, random.Uint64N(end+0x1000))
	}
	slices.Sort(rels)
	return slices.Compact(rels)
}

// What a PDB says of a few addresses is what its table says: wherever an answer
// changes, and in between.
func TestLazyPDB(t *testing.T) { compareFile(t, fixture.Path(t, "bin/till-clang19-windows.pdb")) }

func TestLazyPDBCorpus(t *testing.T) {
	filepath.WalkDir(fixture.Corpus(t, ""), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(path) == ".pdb" && !strings.HasPrefix(e.Name(), "bad-") {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				compareFile(t, path)
			})
		}
		return nil
	})
}

// The same holds for Breakpad's text, in whatever order its functions are.
func TestLazyBreakpad(t *testing.T) {
	filepath.WalkDir(fixture.Corpus(t, ""), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Ext(path) == ".sym" {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				compareFile(t, path)
			})
		}
		return nil
	})
}

// maxCompared is how many addresses of a file are compared: all of most files.
const maxCompared = 15000

// compareFile compares answers from a file, alone and with the image beside it.
func compareFile(t *testing.T, path string) {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	addrs := testAddresses(f)
	addrs = shuffled(addrs)[:min(len(addrs), maxCompared)]
	compareLazy(t, f, nil, addrs)
	if image, err := objfile.Open(strings.TrimSuffix(path, "pdb") + "exe"); err == nil {
		defer image.Close()
		compareLazy(t, f, image, addrs)
	}
}

// compareLazy looks addresses up in a table, one by one in f, and many at once.
func compareLazy(t *testing.T, f, image *objfile.File, rels []uint64) {
	t.Helper()
	opts := Options{Columns: true, Image: image}
	res, err := Compile(f, opts)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	newLazy := func() *Lazy {
		l, err := NewLazy(f, opts)
		if err != nil {
			t.Fatal(err)
		}
		l.spent = math.MinInt / 2
		return l
	}
	differ := 0
	check := func(how string, l *Lazy, rel uint64, got []Frame) {
		if got, want := text(got), text(cache.Lookup(nil, rel)); got != want {
			if differ++; differ < 6 {
				t.Errorf("%#x, %s:\n%swant\n%s", rel, how, got, want)
			}
		}
		if l.cache != nil {
			t.Fatal("the file was compiled")
		}
	}
	l := newLazy()
	for _, rel := range rels {
		got, err := l.Lookup(nil, rel)
		if err != nil {
			t.Fatal(err)
		}
		check("alone", l, rel, got)
	}
	for some := range slices.Chunk(shuffled(rels)[:len(rels)/4], 100) {
		l := newLazy()
		if err := l.LookupAll(some, func(i int, frames []Frame) { check("with others", l, some[i], frames) }); err != nil {
			t.Fatal(err)
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d answers differ", differ, len(rels)+len(rels)/4)
	}
}

func shuffled(v []uint64) []uint64 {
	v = slices.Clone(v)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
	return v
}

// text shows frames, without the numbers that names have in a table.
func text(frames []Frame) string {
	var b strings.Builder
	for _, f := range frames {
		f.ID = 0
		fmt.Fprintf(&b, "\t%+v\n", f)
	}
	return cmp.Or(b.String(), "\tnothing\n")
}
