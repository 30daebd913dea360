package pdb

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestInlinesAreTheRecords compares the inlined calls at every address with the
// PDB's own S_INLINESITE records as llvm-pdbutil prints them: which records
// cover the address, in their order, the functions' names, and the line of the
// innermost one.
func TestInlinesAreTheRecords(t *testing.T) {
	pdbutil := tool(t, "llvm-pdbutil")
	for _, pdb := range []string{
		"bin/till-clang19-windows.pdb",
		"gen/out/pe/clangcv-x86_64/prog.pdb",
		"gen/out/pe/clangcv-x86_64-icf/prog.pdb",
		"gen/out/pe/clangcv-i686/prog.pdb",
		"gen/out/pe/clangcv-aarch64/prog.pdb",
		"github/llvm/tools/llvm-symbolizer/pdb/Inputs/test.pdb",
		"github/llvm/tools/llvm-symbolizer/pdb/Inputs/test-columns.pdb",
		"github/symbolic/windows/crash.pdb",
		"github/symbolic/windows/CrashWithException.pdb",
		"github/dump_syms/windows/dump_syms_regtest64.pdb",
	} {
		t.Run(pdb, func(t *testing.T) {
			path := locate(t, pdb)
			f := parseFile(t, path)
			modules := decodeAll(t, f)
			dump, err := exec.Command(pdbutil, "dump", "-symbols", "-il", path).Output()
			if err != nil {
				t.Fatal(err)
			}
			procs := readProcs(t, f, string(dump))
			inlined := 0
			for _, addr := range addresses(modules) {
				if folded(modules, addr) {
					continue
				}
				want := procs.chain(addr)
				frames := lookup(modules, addr)
				if len(want) > 0 {
					inlined++
				}
				if len(frames)-1 != len(want) {
					t.Errorf("%#x: got %v, want %v", addr, frames, want)
					continue
				}
				for i, w := range want {
					if !w.matches(frames[i]) || i == 0 && int64(frames[i].Line) != w.line {
						t.Errorf("%#x: got %v, want %v", addr, frames, want)
					}
				}
			}
			t.Logf("%d addresses in inlined calls", inlined)
		})
	}
}

// A procRecord is a function in llvm-pdbutil's output, a siteRecord an inlined
// call in it.
type (
	procRecord struct {
		start, end uint64
		sites      []siteRecord
	}
	siteRecord struct {
		name string // not printed for functions of other modules, cut when long
		line int64  // where the inlined function is written
		rows []rowRecord
	}
	rowRecord struct {
		start, end uint64 // code offsets
		line       int64  // from the site's
	}
	procRecords []procRecord
)

// chain returns the inlined calls at addr, innermost first, and their lines there.
func (ps procRecords) chain(addr uint64) (chain []siteRecord) {
	for _, p := range ps {
		if addr < p.start || addr >= p.end {
			continue
		}
		for _, s := range p.sites {
			for _, r := range s.rows {
				if off := addr - p.start; r.start <= off && off < r.end {
					chain = append([]siteRecord{{name: s.name, line: s.line + r.line}}, chain...)
					break
				}
			}
		}
	}
	return chain
}

// matches reports whether the record can be of f's function.
func (s siteRecord) matches(f frame) bool {
	name, cut := strings.CutSuffix(s.name, "...")
	if cut {
		return strings.Contains(f.Function, name)
	}
	return strings.HasSuffix(f.Function, name)
}

var (
	moduleText  = regexp.MustCompile(`^ *Mod (\d+) \|`)
	inlineeText = regexp.MustCompile(`^ *(0x[0-9A-F]+) \| +(\d+) \| `)
	procText    = regexp.MustCompile(`\| S_[GL]PROC32(?:_ID)? \[`)
	addrText    = regexp.MustCompile(`addr = (\d+):(\d+), code size = (\d+)`)
	siteText    = regexp.MustCompile(`inlinee = (0x[0-9A-F]+)(?: \((.*)\))?, parent`)
	codeText    = regexp.MustCompile(`code (0x[0-9A-F]+) `)
	codeEndText = regexp.MustCompile(`code end (0x[0-9A-F]+) `)
	lineText    = regexp.MustCompile(`line (-?\d+) \(`)
)

// readProcs reads the functions out of the output of "llvm-pdbutil dump -symbols -il".
func readProcs(t *testing.T, f *File, dump string) (procs procRecords) {
	t.Helper()
	number := func(s string) int64 {
		v, err := strconv.ParseInt(s, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	decimal := func(s string) uint64 {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	module, inlinees := "", map[string]int64{} // lines, by module and id
	inProc, inSite := false, false
	var open *rowRecord
	line := int64(0)
	for text := range strings.Lines(dump) {
		if m := moduleText.FindStringSubmatch(text); m != nil {
			module = m[1]
			continue
		}
		if m := inlineeText.FindStringSubmatch(text); m != nil {
			inlinees[module+m[1]] = number(m[2])
			continue
		}
		if strings.Contains(text, " | S_") {
			inProc, inSite = procText.MatchString(text), strings.Contains(text, "| S_INLINESITE ")
			line = 0
			continue
		}
		switch m := addrText.FindStringSubmatch(text); {
		case inProc && m != nil:
			start, _ := f.sections.addr(uint16(decimal(m[1])), uint32(decimal(m[2])))
			procs = append(procs, procRecord{start: uint64(start), end: uint64(start) + decimal(m[3])})
		case inSite:
			p := &procs[len(procs)-1]
			if m := siteText.FindStringSubmatch(text); m != nil {
				p.sites = append(p.sites, siteRecord{name: m[2], line: inlinees[module+m[1]]})
				open = nil
				continue
			}
			s := &p.sites[len(p.sites)-1]
			if m := lineText.FindStringSubmatch(text); m != nil {
				line = number(m[1])
			}
			if m := codeText.FindStringSubmatch(text); m != nil {
				at := uint64(number(m[1]))
				if open != nil {
					open.end = at
				}
				s.rows = append(s.rows, rowRecord{start: at, line: line})
				open = &s.rows[len(s.rows)-1]
			}
			if m := codeEndText.FindStringSubmatch(text); m != nil && open != nil {
				open.end = uint64(number(m[1]))
				open = nil
			}
		}
	}
	return procs
}
