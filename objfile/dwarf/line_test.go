package dwarf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A lineProgram builds one table of .debug_line from calls. Its fields may be
// changed before the first call of an opcode.
type lineProgram struct {
	unitSpec
	buffer
	minInst, maxOps uint64
	opcodeBase      int
	dirs            []string
	files           []string // name, or directory number and name: "1 a.c"
}

const (
	testLineBase  = -3
	testLineRange = 12
)

func newLines(s unitSpec, big bool, dirs []string, files ...string) *lineProgram {
	s.version, s.addrSize = cmpOr(s.version, 5), cmpOr(s.addrSize, 8)
	return &lineProgram{unitSpec: s, buffer: buffer{big: big}, minInst: 1, maxOps: 1, opcodeBase: 13, dirs: dirs, files: files}
}

func (l *lineProgram) extended(code byte, operands ...byte) *lineProgram {
	l.u8(lnsExtended).uleb(uint64(1 + len(operands))).u8(code)
	l.b = append(l.b, operands...)
	return l
}

func (l *lineProgram) address(v uint64) *lineProgram {
	b := buffer{big: l.big}
	return l.extended(lneSetAddress, b.uint(l.addrSize, v).b...)
}

func (l *lineProgram) op(code byte, operands ...uint64) *lineProgram {
	l.u8(code)
	for _, v := range operands {
		if code == lnsAdvanceLine {
			l.sleb(int64(v))
		} else {
			l.uleb(v)
		}
	}
	return l
}

// special appends the special opcode that advances by ops and lines.
func (l *lineProgram) special(ops, lines int) *lineProgram {
	l.u8(byte(l.opcodeBase + ops*testLineRange + lines - testLineBase))
	return l
}

func (l *lineProgram) end() *lineProgram { return l.extended(lneEndSequence) }

// table returns the table: header and program.
func (l *lineProgram) table() []byte {
	out := buffer{big: l.big}
	length := out.length(l.dwarf64)
	out.uint(2, uint64(l.version))
	if l.version >= 5 {
		out.u8(byte(l.addrSize)).u8(0)
	}
	at := len(out.b)
	out.uint(l.offSize(), 0)
	start := len(out.b)
	out.u8(byte(l.minInst))
	if l.version >= 4 {
		out.u8(byte(l.maxOps))
	}
	base := int8(testLineBase)
	out.u8(1).u8(byte(base)).u8(testLineRange).u8(byte(l.opcodeBase))
	lengths := []byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2, 0, 3}
	out.b = append(out.b, lengths[:l.opcodeBase-1]...)
	if l.version >= 5 {
		l.tablesV5(&out)
	} else {
		l.tablesV2(&out)
	}
	n := buffer{big: l.big}
	copy(out.b[at:], n.uint(l.offSize(), uint64(len(out.b)-start)).b)
	out.b = append(out.b, l.b...)
	length()
	return out.b
}

func splitFile(s string) (dir uint64, name string) {
	if _, err := fmt.Sscanf(s, "%d %s", &dir, &name); err != nil {
		return 0, s
	}
	return dir, name
}

func (l *lineProgram) tablesV2(out *buffer) {
	for _, d := range l.dirs {
		out.cstring(d)
	}
	out.u8(0)
	for _, f := range l.files {
		dir, name := splitFile(f)
		out.cstring(name).uleb(dir).uleb(0).uleb(0)
	}
	out.u8(0)
}

func (l *lineProgram) tablesV5(out *buffer) {
	out.u8(1).uleb(lnctPath).uleb(uint64(formString)).uleb(uint64(len(l.dirs)))
	for _, d := range l.dirs {
		out.cstring(d)
	}
	const md5, size = 5, 4 // of content, both passed over
	out.u8(4).uleb(lnctPath).uleb(uint64(formString)).uleb(lnctDirectoryIndex).uleb(uint64(formUdata)).
		uleb(md5).uleb(uint64(formData16)).uleb(size).uleb(uint64(formBlock1)).uleb(uint64(len(l.files)))
	for _, f := range l.files {
		dir, name := splitFile(f)
		out.cstring(name).uleb(dir)
		out.b = append(out.b, make([]byte, 16)...)
		out.u8(1).u8(0)
	}
}

// readLines returns what a unit with one table tells, in the folder /src.
func readLines(t *testing.T, s unitSpec, big bool, table []byte) string {
	t.Helper()
	a := assembler{big: big, code: []uint64{0x10, 0x1000, 0x2000, 0x3000}}
	a.line.b = table
	form := formSecOffset
	if s.version != 0 && s.version < 4 {
		form = formData4
	}
	a.unit(s, cu(compiledIn("/src"), at(attrStmtList, form, 0)))
	return readAll(a.data(t))
}

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		name    string
		program func(l *lineProgram)
		want    string
	}{
		{
			"the standard opcodes",
			func(l *lineProgram) {
				l.address(0x10).op(lnsCopy).op(lnsAdvancePC, 2).op(lnsAdvanceLine, 9).op(lnsSetColumn, 7).op(lnsCopy)
				l.op(lnsNegateStmt).op(lnsSetBasicBlock).op(lnsSetPrologueEnd).op(lnsSetEpilogueBegin).op(lnsSetISA, 3)
				l.op(lnsAdvanceLine, ^uint64(4)).op(lnsConstAddPC).op(lnsSetFile, 2).op(lnsCopy)
				l.u8(lnsFixedAdvancePC).uint(2, 0x100)
				l.op(lnsCopy).op(lnsAdvancePC, 1).end()
			},
			`0x10 /src/a.c:1
			0x12 /src/a.c:10:7
			0x26 /src/inc/b.h:5:7
			0x127 end`,
		},
		{
			"special opcodes",
			func(l *lineProgram) {
				l.address(0x10).special(0, 4).special(3, 2).special(1, -2).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:5
			0x13 /src/a.c:7
			0x14 /src/a.c:5
			0x1c end`,
		},
		{
			"what resets at the end of a sequence",
			func(l *lineProgram) {
				l.address(0x10).op(lnsSetFile, 2).op(lnsSetColumn, 4).special(0, 4).op(lnsAdvancePC, 4).end()
				l.address(0x20).special(0, 0).op(lnsAdvancePC, 4).end()
			},
			`0x10 /src/inc/b.h:5:4
			0x14 end
			0x20 /src/a.c:1
			0x24 end`,
		},
		{
			"a line 0, and lines that wrap",
			func(l *lineProgram) {
				l.address(0x10).special(0, -1).special(1, -2).op(lnsAdvanceLine, 1<<32+7).special(1, 0).op(lnsAdvancePC, 4).end()
			},
			`0x10 /src/a.c:0
			0x11 /src/a.c:4294967294
			0x12 /src/a.c:5
			0x16 end`,
		},
		{
			"of several rows at one address the last counts; one that repeats the last adds nothing",
			func(l *lineProgram) {
				l.address(0x10).special(0, 1).special(0, 1).special(2, 0).special(2, 0).special(2, 1).op(lnsAdvancePC, 4).end()
			},
			`0x10 /src/a.c:3
			0x16 /src/a.c:4
			0x1a end`,
		},
		{
			"sequences out of order",
			func(l *lineProgram) {
				l.address(0x40).special(0, 1).op(lnsAdvancePC, 8).end()
				l.address(0x10).special(0, 2).op(lnsAdvancePC, 8).end()
				l.address(0x20).special(0, 3).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:3
			0x18 end
			0x20 /src/a.c:4
			0x28 end
			0x40 /src/a.c:2
			0x48 end`,
		},
		{
			"of sequences that overlap the one that starts first counts",
			func(l *lineProgram) {
				l.address(0x18).special(0, 1).special(4, 1).special(4, 1).special(4, 1).op(lnsAdvancePC, 4).end() // 0x18–0x28
				l.address(0x10).op(lnsAdvanceLine, 9).op(lnsCopy).op(lnsAdvancePC, 0x10).end()                    // 0x10–0x20
				l.address(0x12).special(0, 0).op(lnsAdvancePC, 4).end()                                           // inside
			},
			`0x10 /src/a.c:10
			0x20 end
			0x20 /src/a.c:4
			0x24 /src/a.c:5
			0x28 end`,
		},
		{
			"a sequence that goes back in address is sorted",
			func(l *lineProgram) {
				l.address(0x20).special(0, 1).address(0x10).special(0, 1).address(0x28).end()
			},
			`0x10 /src/a.c:3
			0x20 /src/a.c:2
			0x28 end`,
		},
		{
			"rows at and after the end of their sequence are none",
			func(l *lineProgram) {
				l.address(0x10).special(0, 1).special(4, 1).special(4, 1).address(0x14).end()
			},
			`0x10 /src/a.c:2
			0x14 end`,
		},
		{
			"sequences of what is not the program's code",
			func(l *lineProgram) {
				l.address(0).special(0, 1).op(lnsAdvancePC, 8).end()
				l.address(0x1800).special(0, 1).op(lnsAdvancePC, 8).end()
				l.address(0xffff_ffff).special(0, 1).op(lnsAdvancePC, 8).end()
				l.address(0x10).special(0, 1).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:2
			0x18 end`,
		},
		{
			"a sequence that reaches beyond the code ends with it",
			func(l *lineProgram) { l.address(0x2ff0).special(0, 1).op(lnsAdvancePC, 0x7fff_0000).end() },
			`0x2ff0 /src/a.c:2
			0x3000 end`,
		},
		{
			"an empty sequence, and one without an end",
			func(l *lineProgram) {
				l.address(0x10).special(0, 1).end().end().address(0x20).special(0, 1).op(lnsAdvancePC, 9)
			},
			"",
		},
		{
			"DW_LNE_define_file",
			func(l *lineProgram) {
				l.extended(lneDefineFile, []byte("gen/c.y\x00\x01\x00\x00")...)
				l.address(0x10).op(lnsSetFile, 3).special(0, 0).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/inc/gen/c.y:1
			0x18 end`,
		},
		{
			"files that the table does not have",
			func(l *lineProgram) {
				l.extended(lneDefineFile, 'x') // not a string
				l.address(0x10).op(lnsSetFile, 99).special(0, 0).op(lnsSetFile, ^uint64(0)).special(4, 1).op(lnsAdvancePC, 8).end()
			},
			`0x10 ?:1
			0x14 ?:2
			0x1c end`,
		},
		{
			"discriminators, unknown extended opcodes and padding",
			func(l *lineProgram) {
				l.extended(4, 1).extended(0x80, 1, 2, 3).u8(0).u8(0)
				l.address(0x10).special(0, 1).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:2
			0x18 end`,
		},
		{
			"instructions of four bytes",
			func(l *lineProgram) {
				l.minInst = 4
				l.address(0x10).special(0, 1).special(2, 1).op(lnsAdvancePC, 2).special(0, 1).op(lnsConstAddPC).end()
			},
			`0x10 /src/a.c:2
			0x18 /src/a.c:3
			0x20 /src/a.c:4
			0x70 end`,
		},
		{
			"opcodes of a later version are passed over",
			func(l *lineProgram) {
				l.opcodeBase = 16
				l.address(0x10).op(13, 1, 2).op(14).op(15, 1, 2, 3).special(0, 1).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:2
			0x18 end`,
		},
		{
			"fewer standard opcodes",
			func(l *lineProgram) {
				l.opcodeBase = 10
				l.address(0x10).special(0, 1).special(2, 1).op(lnsAdvancePC, 8).end()
			},
			`0x10 /src/a.c:2
			0x12 /src/a.c:3
			0x1a end`,
		},
	} {
		for _, s := range []unitSpec{{version: 2}, {version: 3, addrSize: 4}, {version: 4, dwarf64: true}, {version: 5}, {version: 5, dwarf64: true}} {
			for _, big := range []bool{false, true} {
				l := newLines(s, big, []string{"inc"}, "a.c", "1 b.h")
				if s.version == 5 {
					l.dirs, l.files = []string{"/src", "inc"}, []string{"a.c", "a.c", "1 b.h"}
				}
				tt.program(l)
				if diff := cmp.Diff(text(tt.want+"\n"), readLines(t, s, big, l.table())); diff != "" {
					t.Errorf("%s, %+v, big-endian %v (-want +got):\n%s", tt.name, s, big, diff)
				}
			}
		}
	}
}

// Several operations share an instruction's address on VLIW machines.
func TestLinesVLIW(t *testing.T) {
	l := newLines(unitSpec{version: 4}, false, nil, "a.c")
	l.minInst, l.maxOps = 16, 3
	l.address(0x10).special(0, 1).special(2, 1).special(2, 1).op(lnsAdvancePC, 5).special(0, 1).op(lnsConstAddPC).end()
	const want = `
		0x10 /src/a.c:3
		0x20 /src/a.c:4
		0x40 /src/a.c:5
		0xa0 end
	`
	if diff := cmp.Diff(text(want), readLines(t, l.unitSpec, false, l.table())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLineErrors(t *testing.T) {
	good := func() *lineProgram {
		l := newLines(unitSpec{version: 4}, false, nil, "a.c")
		l.address(0x10).special(0, 1).op(lnsAdvancePC, 8).end()
		return l
	}
	const rows = "0x10 /src/a.c:2\n0x18 end\n"
	for _, tt := range []struct {
		name  string
		table func() []byte
		want  string
	}{
		{"a length that is cut short", func() []byte { return []byte{1, 2} }, ".debug_line+0x0: need 4 bytes, have 2"},
		{"more than there is", func() []byte { return []byte{99, 0, 0, 0, 1} }, ".debug_line+0x4: line table of 99 bytes, section has 1 left"},
		{"4 GiB", func() []byte { b := buffer{}; return b.uint(4, 0xffff_ffff).uint(8, 1<<63).b }, ".debug_line+0xc: line table of 9223372036854775808 bytes, section has 0 left"},
		{"an unknown version", func() []byte { b := good().table(); b[4] = 6; return b }, ".debug_line+0x6: line table version 6 is not known"},
		{"a header longer than the table", func() []byte { b := good().table(); b[7] = 1; return b }, ".debug_line+0xa: header of 283 bytes, line table has 44 left"},
		{"a header that is cut short", func() []byte { return []byte{3, 0, 0, 0, 4, 0, 1} }, ".debug_line+0x6: need 4 bytes, have 1"},
		{"a file table that does not end", func() []byte {
			b := good().table()
			b = b[:10+6+12+1+2]
			b[0], b[6] = byte(len(b)-4), byte(len(b)-10)
			return b
		}, ".debug_line+0x1d: string does not end"},
		{"a program that is cut short", func() []byte { l := good(); l.u8(lnsAdvancePC).u8(0x80); return l.table() }, rows + ".debug_line+0x25: line program is cut short"},
		{"an operand of two bytes that is cut short", func() []byte { l := good(); l.u8(lnsFixedAdvancePC).u8(1); return l.table() }, rows + ".debug_line+0x25: line program is cut short"},
		{"an extended opcode that is cut short", func() []byte { l := good(); l.u8(lnsExtended).u8(3).u8(lneSetAddress); return l.table() }, rows + ".debug_line+0x25: line program is cut short"},
		{"an unknown opcode that is cut short", func() []byte {
			l := newLines(unitSpec{version: 4}, false, nil, "a.c")
			l.opcodeBase = 16
			l.op(15, 1, 2)
			return l.table()
		}, ".debug_line+0x28: line program is cut short"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want, ok := strings.CutPrefix(tt.want, rows)
			if want = "error: " + want + "\n"; ok {
				want = rows + want
			}
			if got := readLines(t, unitSpec{version: 4}, false, tt.table()); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// A unit may be without lines; its table may not be elsewhere.
func TestNoLines(t *testing.T) {
	if got := readLines(t, unitSpec{}, false, nil); got != "" {
		t.Errorf("got %q of a file without line tables", got)
	}
	a := assembler{}
	a.line.b = []byte{0}
	a.unit(unitSpec{}, cu(lines(1)))
	const want = "error: .debug_line+0x1: unit's line table starts outside the section\n"
	if got := readAll(a.data(t)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The self-describing tables of version 5.
func TestFileTables(t *testing.T) {
	for _, tt := range []struct {
		name  string
		build func(b *buffer) // everything from the directories' format on
		want  string
	}{
		{"strings in other sections, numbers of every form", func(b *buffer) {
			b.u8(1).uleb(lnctPath).uleb(uint64(formLineStrp)).uleb(2).uint(4, 1).uint(4, 6)
			b.u8(3).uleb(lnctDirectoryIndex).uleb(uint64(formData2)).uleb(lnctPath).uleb(uint64(formStrp)).uleb(0x2001).uleb(uint64(formBlock)).uleb(2)
			b.uint(2, 0).uint(4, 1).uleb(1).u8(0).uint(2, 1).uint(4, 1).uleb(0)
		}, "0x10 /src/inc/s.c:1\n0x18 end\n"},
		{"forms that are passed over", func(b *buffer) {
			b.u8(1).uleb(lnctPath).uleb(uint64(formString)).uleb(1).cstring("/src")
			b.u8(9).uleb(lnctPath).uleb(uint64(formString))
			for _, f := range []form{formBlock2, formBlock4, formStrx3, formStrx, formFlag, formData8, formData16, formString} {
				b.uleb(0x2001).uleb(uint64(f))
			}
			b.uleb(2)
			for range 2 {
				b.cstring("a.c").uint(2, 1).u8(0).uint(4, 1).u8(0).uint(3, 1).uleb(300).u8(1).uint(8, 1).uint(8, 1).uint(8, 1).cstring("x")
			}
		}, "0x10 /src/a.c:1\n0x18 end\n"},
		{"no tables", func(b *buffer) { b.u8(0).uleb(0).u8(0).uleb(0) }, "0x10 ?:1\n0x18 end\n"},
		{"a directory that is not there", func(b *buffer) {
			b.u8(0).uleb(0).u8(2).uleb(lnctPath).uleb(uint64(formString)).uleb(lnctDirectoryIndex).uleb(uint64(formData1)).uleb(2).
				cstring("a.c").u8(9).cstring("a.c").u8(9)
		}, "0x10 /src/a.c:1\n0x18 end\n"},
		{
			"a form that no table has", func(b *buffer) { b.u8(1).uleb(lnctPath).uleb(uint64(formRefUdata)).uleb(1).u8(0) },
			"error: .debug_line+0x22: file table uses form 0x15\n",
		},
		{"entries without content", func(b *buffer) { b.u8(0).uleb(3).u8(0).u8(0) }, "error: .debug_line+0x20: entries of a file table take no bytes\n"},
		{
			"4 G entries", func(b *buffer) { b.u8(1).uleb(lnctPath).uleb(uint64(formString)).uleb(1 << 32) },
			"error: .debug_line+0x26: 4294967296 entries in 17 bytes\n",
		},
		{
			"entries that are cut short", func(b *buffer) { b.u8(1).uleb(lnctPath).uleb(uint64(formData8)).uleb(2) },
			"error: .debug_line+0x33: LEB128 number does not end\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLines(unitSpec{}, false, nil)
			l.address(0x10).special(0, 0).op(lnsAdvancePC, 8).end()
			var tables buffer
			tt.build(&tables)
			table := l.table()
			const fixed, empty = 12 + 6 + 12, 4 + 10 // up to the tables; what newLines makes of no files
			table = append(table[:fixed:fixed], append(tables.b, table[fixed+empty:]...)...)
			table[0] = byte(len(table) - 4)
			table[8] = byte(fixed - 12 + len(tables.b))
			a := assembler{code: []uint64{0x10, 0x1000}}
			a.line.b = table
			a.str.b, a.lineStr.b = []byte("\x00s.c\x00"), []byte("\x00/src\x00inc\x00")
			a.unit(unitSpec{}, cu(compiledIn("/src"), lines(0)))
			if got := readAll(a.data(t)); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// A line program that asks for more rows than anybody has code for.
func TestTooManyRows(t *testing.T) {
	l := newLines(unitSpec{}, false, []string{"/src"}, "a.c", "a.c")
	l.address(0x10)
	for range maxRows + 10 {
		l.special(1, 1)
	}
	a := assembler{code: []uint64{0x10, 1 << 40}}
	a.line.b = l.end().table()
	a.unit(unitSpec{}, cu(lines(0)))
	var u debuginfo.Unit
	const want = ".debug_line+0x5f: line program yields more than 3145728 rows"
	if err := a.data(t).NewReader().Read(0, &u); err == nil || err.Error() != want {
		t.Errorf("got error %v, want %v", err, want)
	}
	if len(u.Rows) != 0 {
		t.Errorf("%d rows of a sequence that did not end", len(u.Rows))
	}
}
