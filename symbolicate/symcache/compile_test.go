package symcache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// The rules by which a table says one thing about each address.
func TestRules(t *testing.T) {
	cpp := newUnit()
	cpp.unit.Functions = []debuginfo.Function{{
		Name:  cpp.fullName(debuginfo.Name{Symbol: "run", Scope: "(anonymous namespace)", Language: debuginfo.CPP}),
		Entry: 0x10, Ranges: cpp.ranges([]uint64{0x10, 0x20}),
	}, {
		Name:  cpp.fullName(debuginfo.Name{Symbol: "step", Scope: "ns", Language: debuginfo.CPP}),
		Entry: 0x20, Ranges: cpp.ranges([]uint64{0x20, 0x30}),
	}}
	type answers map[uint64]string
	for _, tt := range []struct {
		name  string
		units units
		syms  []objfile.Symbol
		want  answers
	}{
		{
			"a row holds up to the next, the sequence up to its end",
			units{newUnit().fn("f", 0x10, 0x30).row(0x10, "a.c", 1).row(0x18, "a.c", 2).row(0x20, "", -1)},
			nil,
			answers{0x0f: "", 0x10: "f at a.c:1", 0x17: "f at a.c:1", 0x18: "f at a.c:2", 0x1f: "f at a.c:2", 0x20: "f", 0x2f: "f", 0x30: ""},
		},
		{
			"code before the first row has a function and no line",
			units{newUnit().fn("f", 0x10, 0x30).row(0x18, "a.c", 2).row(0x30, "", -1)},
			nil,
			answers{0x10: "f", 0x18: "f at a.c:2"},
		},
		{
			"of rows at one address the last counts",
			units{newUnit().fn("f", 0x10, 0x20).row(0x10, "a.c", 1).row(0x10, "a.c", 2).row(0x20, "", -1)},
			nil,
			answers{0x10: "f at a.c:2"},
		},
		{
			"a line 0 is an unknown line in a known file",
			units{newUnit().fn("f", 0x10, 0x20).row(0x10, "a.c", 7).row(0x14, "a.c", 0).row(0x20, "", -1)},
			nil,
			answers{0x10: "f at a.c:7", 0x14: "f at a.c:0"},
		},
		{
			"inlined calls nest; the call's place is the caller's line",
			units{newUnit().fn("f", 0x10, 0x40).
				inline(1, "g", "a.c", 3, 0x14, 0x30).inline(2, "h", "g.h", 5, 0x18, 0x20).
				row(0x10, "a.c", 1).row(0x14, "g.h", 4).row(0x18, "h.h", 9).row(0x20, "g.h", 6).row(0x30, "a.c", 2).row(0x40, "", -1)},
			nil,
			answers{
				0x10: "f at a.c:1", 0x14: "g at g.h:4 < f at a.c:3", 0x1f: "h at h.h:9 < g at g.h:5 < f at a.c:3",
				0x20: "g at g.h:6 < f at a.c:3", 0x30: "f at a.c:2",
			},
		},
		{
			"of inlined siblings that overlap the last counts, but the deepest before it",
			units{newUnit().fn("f", 0x10, 0x40).
				inline(1, "a", "a.c", 1, 0x10, 0x30).inline(2, "deep", "a.c", 2, 0x18, 0x20).inline(1, "b", "a.c", 3, 0x14, 0x30)},
			nil,
			answers{0x10: "a < f at a.c:1", 0x14: "b < f at a.c:3", 0x18: "deep < a at a.c:2 < f at a.c:1", 0x20: "b < f at a.c:3"},
		},
		{
			"an inlined call outside its parent still has the parent's chain",
			units{newUnit().fn("f", 0x10, 0x40).inline(1, "a", "a.c", 1, 0x10, 0x18).inline(2, "b", "a.c", 2, 0x20, 0x28)},
			nil,
			answers{0x20: "b < a at a.c:2 < f at a.c:1", 0x28: "f"},
		},
		{
			"a function in pieces is one function",
			units{newUnit().fn("f", 0x10, 0x20, 0x80, 0x90).inline(1, "g", "a.c", 4, 0x18, 0x20, 0x84, 0x88)},
			nil,
			answers{0x1f: "g < f at a.c:4", 0x20: "", 0x80: "f", 0x84: "g < f at a.c:4", 0x88: "f"},
		},
		{
			"of folded identical functions the first unit's name stays",
			units{newUnit().fn("first", 0x10, 0x20), newUnit().fn("second", 0x10, 0x20)},
			nil,
			answers{0x10: "first", 0x1f: "first"},
		},
		{
			"a longer function that starts where another does goes on after it",
			units{newUnit().fn("short", 0x10, 0x20), newUnit().fn("long", 0x10, 0x30)},
			nil,
			answers{0x10: "short", 0x20: "long", 0x2f: "long"},
		},
		{
			"a function inside another interrupts it, rows included",
			units{newUnit().fn("outer", 0x10, 0x40).row(0x10, "o.c", 1).row(0x28, "o.c", 2).row(0x34, "o.c", 3).row(0x40, "", -1), newUnit().fn("inner", 0x20, 0x30)},
			nil,
			answers{0x1f: "outer at o.c:1", 0x20: "inner", 0x2f: "inner", 0x30: "outer at o.c:2", 0x34: "outer at o.c:3"},
		},
		{
			"symbols name what no function does, and end where they say",
			units{newUnit().fn("f", 0x20, 0x30)},
			symbols("before", 0x10, 8, "f_alias", 0x20, 0x10, "after", 0x28, 0x18),
			answers{0x10: "before", 0x17: "before", 0x18: "", 0x20: "f", 0x2f: "f", 0x30: "after", 0x3f: "after", 0x40: ""},
		},
		{
			"rows without a function belong to the symbol there",
			units{newUnit().row(0x10, "a.S", 5).row(0x14, "a.S", 6).row(0x20, "a.S", 7).row(0x30, "", -1)},
			symbols("memcpy", 0x10, 0x10, "memset", 0x20, 0x10),
			answers{0x10: "memcpy at a.S:5", 0x1f: "memcpy at a.S:6", 0x20: "memset at a.S:7"},
		},
		{
			"padding after a function keeps the line and loses the function",
			units{newUnit().fn("f", 0x10, 0x1b).row(0x10, "a.c", 1).row(0x20, "a.c", 9).row(0x30, "", -1).fn("g", 0x20, 0x30)},
			symbols("f", 0x10, 0xb, "g", 0x20, 0x10),
			answers{0x1a: "f at a.c:1", 0x1b: " at a.c:1", 0x1f: " at a.c:1", 0x20: "g at a.c:9"},
		},
		{
			"a linker's name that holds the plain one is better",
			units{cpp},
			symbols("_ZN12_GLOBAL__N_13runEv", 0x10, 0x10, "unrelated", 0x20, 0x10),
			answers{0x10: "_ZN12_GLOBAL__N_13runEv", 0x20: "ns::step"},
		},
		{
			"a function without a name takes the symbol's",
			units{newUnit().fn("", 0x10, 0x20)},
			symbols("known", 0x10, 0x10),
			answers{0x10: "known"},
		},
		{
			"nothing at all",
			nil, nil,
			answers{0: "", 0x10: ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := input{Symbols: tt.syms}
			if tt.units != nil {
				in.Source = tt.units
			}
			c := open(t, in, Options{})
			for addr, want := range tt.want {
				if got := show(c.Lookup(nil, addr)); got != want {
					t.Errorf("%#x is %q, want %q", addr, got, want)
				}
			}
		})
	}
}

func TestEntryAndSize(t *testing.T) {
	c := open(t, input{Base: 0x1000, Source: units{newUnit().fn("f", 0x1010, 0x1020, 0x1080, 0x1090).inline(1, "g", "a.c", 4, 0x1084, 0x1088)}}, Options{})
	for _, f := range c.Lookup(nil, 0x84) {
		if f.Entry != 0x10 || f.Size != 0x10 {
			t.Errorf("%s: entry %#x, size %#x, want 0x10, 0x10", f.Symbol, f.Entry, f.Size)
		}
	}
	if c.Base() != 0x1000 {
		t.Errorf("Base() = %#x, want 0x1000", c.Base())
	}
}

// Code longer than a block, files more than two bytes can number, addresses more
// than 4 GiB apart, names longer than 64 KiB: what the format has exceptions for.
func TestExtremes(t *testing.T) {
	long := "_Z" + strings.Repeat("x", 1<<16+5)
	u := newUnit().fn("huge", 0x1000, 0x41000).inline(1, "in", "huge.c", 7, 0x20ff0, 0x30010)
	for a := uint64(0x1000); a < 0x41000; a += 0x10 {
		u.row(a, "huge.c", int(a))
	}
	u.row(0x41000, "", -1)
	far := newUnit().fn("far", 1<<40, 1<<40+0x10).row(1<<40, "far.c", 3).row(1<<40+0x10, "", -1)
	far.fn(long, 1<<41, 1<<41+8)
	c := open(t, input{Source: units{u, far}, Symbols: symbols("sym", uint64(1<<40+0x20), uint64(1<<33))}, Options{Columns: true})
	for _, tt := range []struct {
		addr uint64
		want string
	}{
		{0x1000, "huge at huge.c:4096"},
		{0x10fff, "huge at huge.c:69616"},
		{0x20ff0, "in at huge.c:135152 < huge at huge.c:7"},
		{0x3000f, "in at huge.c:196608 < huge at huge.c:7"},
		{0x30010, "huge at huge.c:196624"},
		{0x40fff, "huge at huge.c:266224"},
		{0x41000, ""},
		{1<<40 + 0xf, "far at far.c:3"},
		{1<<40 + 0x10, ""},
		{1<<40 + 0x20, "sym"},
		{1<<40 + 0x20 + 1<<33 - 1, "sym"},
		{1<<40 + 0x20 + 1<<33, ""},
		{1<<41 + 7, long},
		{1 << 63, ""},
	} {
		frames := c.Lookup(nil, tt.addr)
		if got := show(frames); got != tt.want {
			t.Errorf("%#x is %.80q, want %.80q", tt.addr, got, tt.want)
		}
		for _, f := range frames {
			if f.Line != 0 && f.Column != f.Line+100 {
				t.Errorf("%#x: line %d has column %d, want %d", tt.addr, f.Line, f.Column, f.Line+100)
			}
		}
	}
}

func TestManyFiles(t *testing.T) {
	u := newUnit().fn("f", 0, 1<<17)
	for i := range 1<<16 + 10 {
		u.unit.Files = append(u.unit.Files, string(rune('a'+i%26))+strings.Repeat("/", i%3)+string([]byte{'0' + byte(i/10000), '0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}))
		u.unit.Rows = append(u.unit.Rows, debuginfo.Row{Addr: uint64(i), File: uint32(i + 1), Line: 1})
	}
	c := open(t, input{Source: units{u}}, Options{})
	for _, i := range []int{0, 255, 40000, 1<<16 + 9} {
		frames := c.Lookup(nil, uint64(i))
		if len(frames) != 1 || frames[0].File != u.unit.Files[i+1] {
			t.Errorf("%#x is %q, want file %q", i, show(frames), u.unit.Files[i+1])
		}
	}
}

func TestBrokenUnit(t *testing.T) {
	bad := newUnit().fn("half", 0x10, 0x20)
	bad.err = errors.New(".debug_info+0x40: no")
	res, err := compile(input{Source: units{bad, newUnit().fn("whole", 0x20, 0x30)}}, Options{})
	if err != nil || res.Broken != 1 || res.Fault != bad.err {
		t.Fatalf("compile = %d broken, fault %v, error %v; want 1, %v, none", res.Broken, res.Fault, err, bad.err)
	}
	c, err := Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	if got := show(c.Lookup(nil, 0x10)) + ", " + show(c.Lookup(nil, 0x20)); got != "half, whole" {
		t.Errorf("got %q, want what either unit told", got)
	}
}

// binaries are programs of our own with debug information.
var binaries = []string{
	"bin/shop-clang19-x86_64", "bin/relay-rust1.95-x86_64", "bin/fleet-go1.26-x86_64.debug", "bin/shop-gcc12-arm64",
}

func compileFile(t testing.TB, path string, opts Options) (*objfile.File, []byte) {
	t.Helper()
	f, err := objfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	res, err := Compile(f, opts)
	if err != nil || res.Broken > 0 {
		t.Fatalf("%s: %v, %d broken units, %v", path, err, res.Broken, res.Fault)
	}
	return f, res.Table
}

func TestSameBytesHoweverManyWorkers(t *testing.T) {
	for _, name := range binaries {
		_, one := compileFile(t, fixture.Path(t, name), Options{Columns: true})
		for _, workers := range []int{1, 2, 5} {
			if _, again := compileFile(t, fixture.Path(t, name), Options{Columns: true, Workers: workers}); !bytes.Equal(one, again) {
				t.Errorf("%s: %d workers give other bytes than one", name, workers)
			}
		}
	}
}

// probes returns offsets all over a file's code, and around it.
func probes(f *objfile.File) (rels []uint64) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, r := range f.CodeRanges() {
		rels = append(rels, r.Start-f.Base(), r.End-f.Base(), r.End-f.Base()-1)
		for range 500 {
			rels = append(rels, r.Start-f.Base()+rng.Uint64N(r.End-r.Start))
		}
	}
	return append(rels, 0, 1<<31, 1<<63)
}

func TestBatchAgreesWithLookup(t *testing.T) {
	for _, name := range binaries {
		f, table := compileFile(t, fixture.Path(t, name), Options{Columns: true})
		c, err := Open(table)
		if err != nil {
			t.Fatal(err)
		}
		rels := probes(f)
		seen := make([]bool, len(rels))
		last := uint64(0)
		c.LookupAll(rels, func(i int, frames []Frame) {
			if rels[i] < last || seen[i] {
				t.Fatalf("%s: %#x comes after %#x, or twice", name, rels[i], last)
			}
			last, seen[i] = rels[i], true
			if diff := cmp.Diff(c.Lookup(nil, rels[i]), append([]Frame(nil), frames...)); diff != "" {
				t.Errorf("%s: %#x (-Lookup +LookupAll):\n%s", name, rels[i], diff)
			}
		})
		for i, ok := range seen {
			if !ok {
				t.Errorf("%s: %#x is not answered", name, rels[i])
			}
		}
	}
}

// Random changes must not make lookups fault, hang or read outside the table.
func TestMutations(t *testing.T) {
	count := 100_000
	if testing.Short() {
		count = 5_000
	}
	_, table := compileFile(t, fixture.Path(t, "bin/relay-rust1.95-x86_64"), Options{Columns: true})
	f, err := objfile.Open(fixture.Path(t, "bin/relay-rust1.95-x86_64"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rels := probes(f)[:40]
	rng := rand.New(rand.NewPCG(3, 4))
	bad := bytes.Clone(table)
	var frames []Frame
	for range count {
		var undo [4]struct {
			at  int
			old byte
		}
		for i := range undo {
			// As many changes hit the headers, which are few, as hit the rest.
			at := rng.IntN(len(bad))
			if rng.IntN(4) == 0 {
				at = headerSize + rng.IntN(256)
			}
			undo[i].at, undo[i].old = at, bad[at]
			bad[at] = byte(rng.Uint32())
		}
		seal(bad)
		if c, err := Open(bad); err == nil {
			for _, rel := range rels {
				frames = checkStrings(t, c, c.Lookup(frames[:0], rel))
			}
		}
		for i := len(undo) - 1; i >= 0; i-- {
			bad[undo[i].at] = undo[i].old
		}
	}
}

// However deep a file says that calls nest, an address has no more than maxOverlap of
// them: the outermost, the innermost, and the function itself.
func TestInlineDepthIsBounded(t *testing.T) {
	const deep = 1 << 16
	for _, tt := range []struct {
		name   string
		callee func(u *unitBuilder, depth uint32)
	}{
		{"each around the next", func(u *unitBuilder, depth uint32) {
			u.inline(depth, fmt.Sprint(depth), "a.c", depth, 0x1000, 0x1010)
		}},
		{"each beside the next", func(u *unitBuilder, depth uint32) {
			at := 0x1010 + uint64(depth)
			if depth == deep {
				at = 0x1000
			}
			u.inline(depth, fmt.Sprint(depth), "a.c", depth, at, at+1)
		}},
	} {
		u := newUnit().fn("f", 0x1000, 0x1010+deep+1)
		for depth := uint32(1); depth <= deep; depth++ {
			tt.callee(u, depth)
		}
		u.row(0x1000, "a.c", 1).row(0x1010+deep+1, "", -1)
		frames := open(t, input{Source: units{u}}, Options{}).Lookup(nil, 0x1000)
		if len(frames) != maxOverlap+1 {
			t.Fatalf("%s: %d frames, want %d", tt.name, len(frames), maxOverlap+1)
		}
		for i, want := range map[int]string{0: "65536", 1: "1023", maxOverlap - 1: "1", maxOverlap: "f"} {
			if frames[i].Symbol != want {
				t.Errorf("%s: frame %d is %s, want %s", tt.name, i, frames[i].Symbol, want)
			}
		}
	}
}

// Plain names differ in their scopes only: every class may have a run.
func TestManyScopes(t *testing.T) {
	table := nameTable{}
	table.init(16)
	const n = 20_000
	took := fixture.CPU(func() {
		for i := range n {
			name := debuginfo.Name{Symbol: "run", Scope: fmt.Sprintf("ns::Type%05d", i)}
			if got := table.number(name); got != uint32(i+1) || table.number(name) != got {
				t.Fatalf("%v is number %d, want %d", name, got, i+1)
			}
		}
	})
	if took > time.Second {
		t.Errorf("%d scopes of one name took %v", n, took)
	}
}

// What a file claims costs no more than what it says: terabytes of code, and names
// that are ends of one another.
func TestLargeClaims(t *testing.T) {
	const tera = 1 << 40
	c := newUnit().fn("f", 0x1000, tera).inline(1, "g", "a.c", 3, 0x2000, tera).row(0x1000, "a.c", 1).row(0x2000, "a.h", 2).row(tera, "", -1)
	res, err := compile(input{Source: units{c}, Symbols: symbols("s", uint64(tera), uint64(tera))}, Options{Columns: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Table) > 1<<17 {
		t.Errorf("one function and one symbol make a table of %d bytes", len(res.Table))
	}
	cache, err := Open(res.Table)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[uint64]string{
		0x1fff: "f at a.c:1", 0x2000: "g at a.h:2 < f at a.c:3", tera / 3: "g at a.h:2 < f at a.c:3", tera - 1: "g at a.h:2 < f at a.c:3",
		tera: "s", 2*tera - 1: "s", 2 * tera: "",
	} {
		if got := show(cache.Lookup(nil, addr)); got != want {
			t.Errorf("%#x is %q, want %q", addr, got, want)
		}
	}
	_, err = compile(input{Symbols: symbols("all", 0, uint64(1<<59))}, Options{})
	if err == nil || err.Error() != "symcache: code lies in more than 65536 places far apart" {
		t.Errorf("error %v for a symbol of 2^59 bytes, want that it is in too many places", err)
	}
	many := newUnit()
	text := strings.Repeat("x", 1<<16)
	for i := range 2000 {
		many.fn(text[i:], uint64(0x1000+16*i), uint64(0x1010+16*i))
	}
	_, err = compile(input{Source: units{many}, Size: 1 << 16}, Options{})
	const want = "symcache: names and paths take 129085006 bytes, more than the 69206016 that a file of its size may have"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Many symbols far from one another take few buckets each, and few steps.
func TestSparseCode(t *testing.T) {
	var syms []objfile.Symbol
	for i := range 5000 {
		syms = append(syms, objfile.Symbol{Name: fmt.Sprint("s", i), Addr: uint64(i) * 1_000_003, Size: 16})
	}
	for i := range 5000 {
		syms = append(syms, objfile.Symbol{Name: fmt.Sprint("t", i), Addr: 1<<33 + uint64(i), Size: 1})
	}
	c := open(t, input{Symbols: syms}, Options{})
	if len(c.data) > 5<<20 {
		t.Errorf("10000 symbols make a table of %d bytes", len(c.data))
	}
	for _, s := range syms {
		if got := show(c.Lookup(nil, s.Addr)); got != s.Name {
			t.Fatalf("%#x is %q, want %s", s.Addr, got, s.Name)
		}
	}
}

// Compiling ends with its context, after the unit that is being read.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	opts := Options{Context: ctx, Progress: func(int64, int64) {
		if read++; read == 2 {
			cancel()
		}
	}}
	source := units{newUnit(), newUnit(), newUnit(), newUnit(), newUnit()}
	if _, err := compile(input{Source: source}, opts); err != context.Canceled || read != 2 {
		t.Errorf("error %v after %d units, want %v after 2", err, read, context.Canceled)
	}
}
