package pdb

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/internal/fixture"
)

// movedStart is where the rearranged image has its code.
const movedStart = 0x40000

// rearranged returns a PDB as a tool leaves it that moves code after linking: its
// code is cut into pieces, of which some are removed and the others laid out from
// back to front. No real PDB of such a tool could be had.
func rearranged(t *testing.T, data []byte, piece uint32) ([]byte, omap) {
	t.Helper()
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	streams := make([]buffer, len(f.msf.sizes))
	for i := range streams {
		s, err := f.msf.stream(uint16(i))
		if err != nil {
			t.Fatal(err)
		}
		streams[i] = append(buffer{}, s...)
	}
	text := f.sections.linked[0]
	var moves omap
	to := uint32(movedStart)
	for from := text.rva; from < text.rva+text.size; from += piece {
		moves = append(moves, move{from: from})
	}
	for i, m := range slices.Backward(moves) {
		if m.from/piece%5 != 3 {
			moves[i].to = to
			to += piece
		}
	}
	var fromSource, toSource buffer
	back := slices.Clone(moves)
	slices.SortFunc(back, func(a, b move) int { return int(a.to) - int(b.to) })
	for i, m := range moves {
		fromSource = fromSource.u32(m.from, m.to)
		if back[i].to != 0 {
			toSource = toSource.u32(back[i].to, back[i].from)
		}
	}
	original := uint16(len(streams) + 2)
	streams = append(streams, toSource, fromSource, slices.Clone(streams[f.dbi.debugStream(debugSections)]))
	headers := streams[f.dbi.debugStream(debugSections)]
	le.PutUint32(headers[8:], to-movedStart)
	le.PutUint32(headers[12:], movedStart)
	dbi := streams[streamDBI]
	debug := dbi[len(dbi)-len(f.dbi.debug):] // comes last
	le.PutUint16(debug[2*debugOmapToSource:], original-2)
	le.PutUint16(debug[2*debugOmapFromSource:], original-1)
	le.PutUint16(debug[2*debugOriginalSections:], original)
	return testMSF{streams: streams}.bytes(), moves
}

const debugOmapToSource = 3 // not read: addresses are only ever moved to the image

// Whatever is said of an address is said of where its code went, and nothing of
// code that was removed.
func TestOMAP(t *testing.T) {
	for _, name := range []string{"bin/till-clang19-windows.pdb", "gen/out/pe/clangcv-x86_64/prog.pdb", "gen/out/pe/clangcv-aarch64/prog.pdb"} {
		for _, piece := range []uint32{16, 64} {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(filepath.Dir(name)), piece), func(t *testing.T) {
				data, err := os.ReadFile(locate(t, name))
				if err != nil {
					t.Fatal(err)
				}
				before, err := Parse(data)
				if err != nil {
					t.Fatal(err)
				}
				moved, moves := rearranged(t, data, piece)
				after, err := Parse(moved)
				if err != nil {
					t.Fatal(err)
				}
				old, now := decodeAll(t, before), decodeAll(t, after)
				gone, kept := 0, 0
				for addr := uint64(before.sections.linked[0].rva); addr < uint64(before.sections.linked[0].rva+before.sections.linked[0].size); addr++ {
					to, ok := moves.addr(addr)
					if !ok {
						gone++
						continue
					}
					kept++
					if got, want := fmt.Sprint(lookup(now, to)), fmt.Sprint(lookup(old, addr)); got != want {
						t.Fatalf("%#x, which was %#x:\n got %s\nwant %s", to, addr, got, want)
					}
				}
				if gone == 0 || kept == 0 {
					t.Errorf("%d bytes are gone and %d kept", gone, kept)
				}
				for _, addr := range addresses(now) {
					if addr < movedStart {
						t.Errorf("something is said of %#x, which is not in the image", addr)
					}
				}
			})
		}
	}
}

// llvm-pdbutil finds the streams of the rearranged PDB where they should be.
func TestOMAPStreams(t *testing.T) {
	pdbutil := tool(t, "llvm-pdbutil")
	moved, moves := rearranged(t, fixture.Read(t, "bin/till-clang19-windows.pdb"), 32)
	path := filepath.Join(t.TempDir(), "moved.pdb")
	if err := os.WriteFile(path, moved, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(pdbutil, "dump", "-streams", "-section-headers", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{
		fmt.Sprintf("%d bytes): [Omap From Source Data]", 8*len(moves)),
		"[Omap To Source Data]",
		"40000 virtual address",
		"[Section Header Original Data]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
