package dwarf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A sourceTable builds sections with one line table of version 5 whose directories
// are /src, inc and /usr, and whose files are given as "directory name text".
type sourceTable struct {
	big, dwarf64  bool
	paths, texts  form
	line, strings buffer // strings of .debug_line_str and .debug_str: the same
}

func (s *sourceTable) offSize() int { return unitSpec{dwarf64: s.dwarf64}.offSize() }

func (s *sourceTable) put(f form, text string) {
	if f == formString {
		s.line.cstring(text)
	} else {
		s.line.uint(s.offSize(), uint64(s.strings.keep(text)))
	}
}

func (s *sourceTable) table(files ...string) *sourceTable {
	s.line.big, s.strings.big = s.big, s.big
	done := s.line.length(s.dwarf64)
	s.line.uint(2, 5).u8(8).u8(0)
	s.line.uint(s.offSize(), 0) // length of the header, which nothing needs
	s.line.u8(1).u8(1).u8(1).u8(0xfb).u8(14).u8(3).u8(0).u8(1)
	dirs := []string{"/src", "inc", "/usr"}
	s.line.u8(1).uleb(lnctPath).uleb(uint64(s.paths)).uleb(uint64(len(dirs)))
	for _, d := range dirs {
		s.put(s.paths, d)
	}
	s.line.u8(4).uleb(lnctPath).uleb(uint64(s.paths)).uleb(lnctDirectoryIndex).uleb(uint64(formUdata)).
		uleb(5).uleb(uint64(formData16)).uleb(lnctSource).uleb(uint64(s.texts)).uleb(uint64(len(files)))
	for _, f := range files {
		part := strings.SplitN(f, " ", 3)
		s.put(s.paths, part[1])
		s.line.uleb(uint64(part[0][0] - '0'))
		s.line.b = append(s.line.b, make([]byte, 16)...)
		s.put(s.texts, part[2])
	}
	done()
	return s
}

func (s *sourceTable) section(name string) ([]byte, error) {
	if name == ".debug_line" {
		return s.line.b, nil
	}
	return s.strings.b, nil
}

func (s *sourceTable) order() binary.ByteOrder {
	if s.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// listing writes path, section and text of what is listed, one a line.
func listing(order binary.ByteOrder, section func(string) ([]byte, error)) string {
	var b strings.Builder
	files, err := SourceFiles(order, section)
	for _, f := range files {
		data, _ := section(f.Section)
		b.WriteString(f.Path + " " + f.Section + " " + stringAt(data, f.Offset) + "\n")
	}
	if err != nil {
		b.WriteString(err.Error() + "\n")
	}
	return b.String()
}

// The tables are those of DWARF 5 §6.2.4; DW_LNCT_LLVM_source is LLVM's.
func TestSourceFiles(t *testing.T) {
	files := []string{"0 a.c int a;", "1 a.h int h;", "2 sys.h ", "0 ./x/../a.c other", "2 b.h b", "7 c.h far"}
	for _, tt := range []struct {
		name  string
		table sourceTable
		in    string
	}{
		{"as clang writes it", sourceTable{paths: formLineStrp, texts: formLineStrp}, ".debug_line_str"},
		{"64-bit", sourceTable{paths: formLineStrp, texts: formLineStrp, dwarf64: true}, ".debug_line_str"},
		{"big-endian", sourceTable{paths: formLineStrp, texts: formStrp, big: true}, ".debug_str"},
		{"texts in the table", sourceTable{paths: formString, texts: formString}, ".debug_line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := listing(tt.table.order(), tt.table.table(files...).section)
			want := strings.ReplaceAll("/src/a.c IN int a;\n/src/inc/a.h IN int h;\n/usr/b.h IN b\n/src/c.h IN far\n", "IN", tt.in)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSourceFilesOfSeveralTables(t *testing.T) {
	s := &sourceTable{paths: formString, texts: formString}
	s.table("0 a.c a")
	older := newLines(unitSpec{version: 4}, false, nil, "old.c")
	s.line.b = append(s.line.b, older.table()...)
	without := newLines(unitSpec{}, false, []string{"/src"}, "none.c")
	s.line.b = append(s.line.b, without.table()...)
	s.line.uint(4, 0) // padding
	s.table("0 a.c again", "1 b.c b")
	if got, want := listing(s.order(), s.section), "/src/a.c .debug_line a\n/src/inc/b.c .debug_line b\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Without texts, no section is asked for but .debug_line.
func TestSourceFilesAskForLittle(t *testing.T) {
	line := newLines(unitSpec{}, false, []string{"/src"}, "a.c").table()
	var asked []string
	files, err := SourceFiles(binary.LittleEndian, func(name string) ([]byte, error) {
		asked = append(asked, name)
		return line, nil
	})
	if len(files) > 0 || err != nil || !slices.Equal(asked, []string{".debug_line"}) {
		t.Errorf("%v, error %v, after asking for %q", files, err, asked)
	}
}

func TestSourceFilesFaults(t *testing.T) {
	const good = "/src/a.c .debug_line a\n"
	for _, tt := range []struct {
		name  string
		spoil func(s *sourceTable)
		want  string
	}{
		{"table past the section", func(s *sourceTable) { s.line.uint(4, 9) }, good + ".debug_line+0x4c: line table of 9 bytes at 0x48, section has 0 left\n"},
		{"length cut short", func(s *sourceTable) { s.line.u8(1) }, good + ".debug_line+0x48: need 4 bytes, have 1\n"},
		{"reserved length", func(s *sourceTable) { s.line.uint(4, 0xffff_fff0) }, good + ".debug_line+0x4c: length 0xfffffff0 is reserved\n"},
		{"a broken table hides no other", func(s *sourceTable) {
			s.line.uint(4, 3).uint(2, 5).u8(8)
			s.table("0 b.c b")
		}, good + "/src/b.c .debug_line b\n.debug_line+0x4f: need 1 bytes, have 0\n"},
		{"entries of no bytes", func(s *sourceTable) {
			done := s.line.length(false)
			s.line.uint(2, 5).u8(8).u8(0).uint(4, 0).u8(1).u8(1).u8(1).u8(0).u8(1).u8(1).
				u8(0).uleb(0).u8(1).uleb(lnctSource).uleb(uint64(formFlagPresent)).uleb(1 << 40)
			done()
		}, good + ".debug_line+0x66: entries of a file table take no bytes\n"},
		{"unknown form", func(s *sourceTable) {
			done := s.line.length(false)
			s.line.uint(2, 5).u8(8).u8(0).uint(4, 0).u8(1).u8(1).u8(1).u8(0).u8(1).u8(1).
				u8(0).uleb(0).u8(1).uleb(lnctSource).uleb(0x7f).uleb(1)
			done()
		}, good + ".debug_line+0x61: file table uses form 0x7f\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &sourceTable{paths: formString, texts: formString}
			tt.spoil(s.table("0 a.c a"))
			if got := listing(s.order(), s.section); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// A section that cannot be had is asked for once and reported once.
func TestSourceFilesWithoutStrings(t *testing.T) {
	s := (&sourceTable{paths: formLineStrp, texts: formLineStrp}).table("0 a.c a", "0 b.c b")
	asked := 0
	files, err := SourceFiles(s.order(), func(name string) ([]byte, error) {
		if name == ".debug_line" {
			return s.line.b, nil
		}
		asked++
		return nil, errors.New(name + " is gone")
	})
	if len(files) > 0 || err == nil || err.Error() != ".debug_line_str is gone" || asked != 1 {
		t.Errorf("%v, error %v, after asking %d times", files, err, asked)
	}
}

// Whatever the bytes, a listed file has a path of its own and a text in its section.
func FuzzSourceFiles(f *testing.F) {
	for _, s := range []*sourceTable{
		{paths: formLineStrp, texts: formLineStrp},
		{paths: formString, texts: formString, big: true},
		{paths: formLineStrp, texts: formStrp, dwarf64: true},
	} {
		s.table("0 a.c int a;", "1 a.h int h;", "2 b.h ").table("0 c.c c")
		f.Add(s.line.b, s.strings.b, s.big)
		f.Add(s.line.b[:len(s.line.b)*2/3], s.strings.b, s.big)
	}
	f.Fuzz(func(t *testing.T, line, text []byte, big bool) {
		s := &sourceTable{big: big, line: buffer{b: line}, strings: buffer{b: text}}
		files, _ := SourceFiles(s.order(), s.section)
		seen := map[string]bool{}
		for _, file := range files {
			data, _ := s.section(file.Section)
			if file.Path == "" || seen[file.Path] || file.Path != cleanPath(file.Path) {
				t.Errorf("path %q", file.Path)
			}
			if file.Offset >= uint64(len(data)) || data[file.Offset] == 0 {
				t.Errorf("%s: no text at %s+%#x", file.Path, file.Section, file.Offset)
			}
			seen[file.Path] = true
		}
	})
}

// Names that overlap in .debug_line_str cost no more than the limits allow.
func TestSourceFilesLimits(t *testing.T) {
	for _, tt := range []struct {
		name          string
		length, files int // of the longest name, which each file has a byte less of
		want          int
	}{
		{"memory", maxPath - 1, 8000, 7233}, // the most n with 8255+8254+… n times ≤ 32 MiB
		{"work", maxString - 1, 20000, 0},   // each too long for a path
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &sourceTable{}
			s.strings.b = append(bytes.Repeat([]byte{'n'}, tt.length), 0)
			done := s.line.length(false)
			s.line.uint(2, 5).u8(8).u8(0).uint(4, 0).u8(1).u8(1).u8(1).u8(0).u8(1).u8(1).u8(0).uleb(0).
				u8(2).uleb(lnctPath).uleb(uint64(formLineStrp)).uleb(lnctSource).uleb(uint64(formLineStrp)).uleb(uint64(tt.files + 1))
			for i := range tt.files {
				s.line.uint(4, uint64(i)).uint(4, 0)
			}
			s.line.uint(4, uint64(tt.length-1)).uint(4, 0) // "n", after the limit
			done()
			files, err := SourceFiles(s.order(), s.section)
			if err != nil || len(files) != tt.want {
				t.Errorf("%d files, error %v, want %d", len(files), err, tt.want)
			}
		})
	}
}
