package symbolicate

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/internal/golden"
)

// parcelEvent has frames in clang-embed's parcel, which is linked at 0x200000 and
// stands at 0x400000 here: after a call in _start, and in weigh, where the code is
// of parcel.h, as llvm-symbolizer-19 has it of 0x201330.
const parcelEvent = `{"platform":"native","stacktrace":{"frames":[
{"instruction_addr":"0x401222"},
{"instruction_addr":"0x401330"}
]},"debug_meta":{"images":[
{"type":"elf","code_id":"b100251251500db0789c3f198a26c24bef7c1d5f","code_file":"/opt/parcel","image_addr":"0x400000"}
]}}
`

// plantParcel makes a folder with parcel and what else is wanted.
func plantParcel(t *testing.T, others map[string][]byte) *source.Dir {
	t.Helper()
	dir := t.TempDir()
	others["parcel"] = fixture.Read(t, "bin/parcel/clang-embed/prog")
	for name, data := range others {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return source.NewDir(dir)
}

// The lines are those of testdata/src/parcel; llvm-dwarfdump-19 --debug-line shows
// them in the program, too.
func TestEmbeddedSources(t *testing.T) {
	s := New(Options{Sources: []Source{plantParcel(t, map[string][]byte{})}})
	out, err := s.Event(t.Context(), []byte(parcelEvent))
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "embedded.json", out)
}

// Of several places that have a file, the user's directories count first, then
// the bundle that was made for the build, then the debug file.
func TestSourcePrecedence(t *testing.T) {
	var bundle bytes.Buffer
	z := zip.NewWriter(&bundle)
	for name, text := range map[string]string{
		"manifest.json": `{"code_id":"b100251251500db0789c3f198a26c24bef7c1d5f","files":{"m":{"type":"source","path":"/src/parcel/parcel.cc"}}}`,
		"m":             strings.Repeat("of the bundle\n", 100),
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
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "parcel.cc"), bytes.Repeat([]byte("of the user\n"), 100), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		root, bundle bool
		want         string
	}{
		{"all", true, true, "of the user"},
		{"bundle and debug file", false, true, "of the bundle"},
		{"user and debug file", true, false, "of the user"},
		{"debug file", false, false, "\tvolatile long sum = stamp(b.weigh(5));"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			others := map[string][]byte{}
			if tt.bundle {
				others["bundle.zip"] = bundle.Bytes()
			}
			opts := Options{Sources: []Source{plantParcel(t, others)}}
			if tt.root {
				opts.Code = source.NewCode(source.CodeRoot{Dir: root, From: "/src/parcel"})
			}
			out, err := New(opts).Event(t.Context(), []byte(parcelEvent))
			if err != nil {
				t.Fatal(err)
			}
			want := `"context_line":"` + strings.ReplaceAll(tt.want, "\t", `\t`) + `"`
			if !strings.Contains(string(out), want) {
				t.Errorf("no %s in %s", want, out)
			}
			// What the first places lack comes from the last.
			if want := `"context_line":"\t\tfor (int i = 0; i < Layers; i++)"`; strings.Count(string(out), want) != 1 {
				t.Errorf("no %s in %s", want, out)
			}
			if !strings.Contains(string(out), `"has_sources":true`) {
				t.Errorf("has_sources is not true in %s", out)
			}
		})
	}
}
