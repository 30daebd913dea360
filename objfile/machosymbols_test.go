package objfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

func TestMachOSymbols(t *testing.T) {
	global := uint8(nlistInSection | nlistExternal)
	text := machoText(0x1000, 0x1100, 0x100)
	for _, tt := range []struct {
		name  string
		macho testMachO
		want  string
	}{
		{"names lose one underscore, the last reaches to the end of the code", testMachO{symbols: []testNlist{
			{name: "__Z1fv", kind: global, section: 1, value: 0x1100},
			{name: "_main", kind: global, section: 1, value: 0x1140},
			{name: "-[A b]", kind: nlistInSection, section: 1, value: 0x1180},
		}}, `
0x1100+0x40 func global _Z1fv
0x1140+0x40 func global main
0x1180+0x80 func local -[A b]`},
		{"only what is in code", testMachO{symbols: []testNlist{
			{name: "__mh_execute_header", kind: global, section: 1, value: 0x1000},
			{name: "_undefined", kind: nlistExternal, value: 0x1100},
			{name: "_stab", kind: 0x24, section: 1, value: 0x1100},
			{name: "_weak", kind: global, section: 1, desc: nlistWeak, value: 0x1110},
		}}, `
0x1110+0xf0 func weak weak`},
		{"a function without a name ends the one before", testMachO{
			symbols: []testNlist{{name: "_f", kind: global, section: 1, value: 0x1100}},
			starts:  []byte{0x80, 0x02, 0x20, 0x30, 0},
		}, `
0x1100+0x20 func global f`},
		{"the export trie names what was stripped", testMachO{trie: []byte{
			0, 1, '_', 0, 5, // the root has one child
			0, 2, 'f', 0, 14, 'g', 'g', 0, 19, // two names start with an underscore
			3, 0, 0x80, 0x02, 0, // _f is at base + 0x100
			3, 0, 0x90, 0x02, 0, // _gg is at base + 0x110
		}}, `
0x1100+0x10 func global f
0x1110+0xf0 func global gg`},
		{"the same in the older command, and known already", testMachO{
			dyldInfo: true,
			trie:     []byte{0, 1, '_', 'f', 0, 6, 3, 0, 0x80, 0x02, 0},
			symbols:  []testNlist{{name: "_f", kind: global, section: 1, value: 0x1100}},
		}, `
0x1100+0x100 func global f`},
		{"exports of other images, and that are no code", testMachO{trie: []byte{
			0, 3, 'a', 0, 12, 'b', 0, 17, 'c', 0, 22,
			0,
			3, 8, 1, 0, 0, // from library 1
			3, 2, 0x80, 2, 0, // absolute
			4, 16, 0x80, 2, 1, 0, // the stub of a resolver
		}}, `
0x1100+0x100 func global c`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.macho.segments = []testMachOSegment{text}
			symbols, err := tt.macho.parse(t).Symbols()
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tt.want, picture(symbols)); diff != "" {
				t.Errorf("Symbols() (-want +got):\n%s", diff)
			}
		})
	}
}

// Thumb code has odd addresses in function starts.
func TestMachOThumb(t *testing.T) {
	m := testMachO{
		narrow: true, cpu: cpuARM, subtype: 9, segments: []testMachOSegment{machoText(0x4000, 0x4100, 0x40)},
		symbols: []testNlist{{name: "_f", kind: nlistInSection, section: 1, desc: 8, value: 0x4100}, {name: "_g", kind: nlistInSection, section: 1, value: 0x4121}},
		starts:  []byte{0x81, 0x02, 0x10, 0x10, 0},
	}
	symbols, err := m.parse(t).Symbols()
	want := "\n0x4100+0x10 func local f\n0x4120+0x20 func local g"
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(), error %v (-want +got):\n%s", err, diff)
	}
}

func TestMachOStubs(t *testing.T) {
	text := machoText(0x1000, 0x1100, 0x20)
	text.sections = append(text.sections, testMachOSection{
		name: "__stubs", addr: 0x1120, flags: machoInstructions | machoSymbolStubs, data: make([]byte, 18), first: 1, each: 6,
	})
	m := testMachO{
		segments: []testMachOSegment{text},
		symbols:  []testNlist{{name: "_main", kind: nlistInSection, section: 1, value: 0x1100}, {name: "_malloc", kind: nlistExternal}},
		indirect: []uint32{9, 1, 0x80000000, 77},
	}
	symbols, err := m.parse(t).Symbols()
	want := "\n0x1100+0x20 func local main\n0x1120+0x6 plt local malloc@plt"
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(), error %v (-want +got):\n%s", err, diff)
	}
}

func TestExportTrieErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		trie []byte
		want string
	}{
		{"a child that is the root", []byte{0, 1, 'a', 0, 0}, "test: export trie+0x0: two nodes lead here"},
		{"a child outside", []byte{0, 1, 'a', 0, 99}, "test: export trie+0x0: offset 0x63 lies outside"},
		{"a node beyond the end", []byte{9, 0}, "test: export trie+0x2: LEB128 number does not end"},
		{"children cut", []byte{0, 2, 'a', 0}, "test: export trie+0x4: LEB128 number does not end"},
		{"a size that wraps", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0}, "test: export trie+0xc: node of 18446744073709551615 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := testMachO{segments: []testMachOSegment{machoText(0, 0x100, 0x10)}, trie: tt.trie}
			if _, err := m.parse(t).Symbols(); fmt.Sprint(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// A trie whose every node adds to a long name costs no more than its share.
func TestExportTrieNames(t *testing.T) {
	trie := []byte{3, 0, 0x80, 2, 1}
	for len(trie) < 1<<20 {
		trie = append(append(trie, strings.Repeat("x", 100)...), 0)
		next := len(trie) + 3
		trie = append(trie, byte(next)|0x80, byte(next>>7)|0x80, byte(next>>14), 3, 0, 0x80, 2, 1)
	}
	m := testMachO{segments: []testMachOSegment{machoText(0, 0x100, 0x10)}, trie: trie}
	symbols, err := m.parse(t).image.(*machoFile).exports()
	if err == nil || !strings.HasSuffix(err.Error(), ": name of 65600 bytes, at most 65536 may follow") || len(symbols) != 656 {
		t.Errorf("%d symbols, error %v", len(symbols), err)
	}
}

// The symbols of the fixture are those that llvm-nm lists.
func TestMachOFixtureSymbols(t *testing.T) {
	f, err := open(t, fixture.Path(t, "bin/macos/fat/prog")).Slice(ARM64)
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	want := `
0x100000388+0x58 func global _Z5stampl
0x1000003e0+0x8 func local _ZN12_GLOBAL__N_16refuseEl
0x1000003e8+0x7c func global _start
0x100000464+0x68 func local _ZNK12_GLOBAL__N_15Label5printEl
0x1000004cc+0x50 func global _ZNK5depot3Box5weighEl
0x10000051c+0x4 func global _ZdlPvm
0x100000520+0x4 func global __cxa_pure_virtual`
	if diff := cmp.Diff(want, picture(symbols)); diff != "" || err != nil {
		t.Errorf("Symbols(), error %v (-want +got):\n%s", err, diff)
	}
}
