package symbolicate

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// BenchmarkEvent is the whole job with debug files that answer at once: what is
// measured is everything but the lookup itself.
func BenchmarkEvent(b *testing.B) {
	for _, bb := range []struct {
		name                    string
		threads, frames, images int
	}{
		{"100x30", 100, 30, 200},
		{"15x133", 15, 133, 300},
	} {
		b.Run(bb.name, func(b *testing.B) {
			event := fixture.Event(bb.threads, bb.frames, bb.images)
			s := newFake(Options{})
			out, err := s.Event(context.Background(), event)
			if n := strings.Count(string(out), `"symbolicated"`); err != nil || n < bb.threads*bb.frames {
				b.Fatalf("%d frames symbolicated of %d, %v", n, bb.threads*bb.frames, err)
			}
			b.SetBytes(int64(len(event)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Event(context.Background(), event); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(out)), "B-out")
		})
	}
}

// realEvent is an event of 100 threads with 30 frames each, all over a real C++
// program, with 199 images beside it that nothing needs.
func realEvent(b *testing.B) (event []byte, dir string) {
	path := fixture.Corpus(b, "built/ninja-gcc-O2-zlib/ninja")
	f, err := objfile.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	const threads, frames = 100, 30
	const base uint64 = 0x7f0012340000
	code := f.CodeRanges()[0]
	for _, r := range f.CodeRanges() {
		if r.End-r.Start > code.End-code.Start {
			code = r
		}
	}
	var t bytes.Buffer
	t.WriteString(`{"platform":"native","threads":{"values":[`)
	for i := range threads {
		if i > 0 {
			t.WriteByte(',')
		}
		fmt.Fprintf(&t, `{"id":%d,"stacktrace":{"frames":[`, i)
		for k := range frames {
			if k > 0 {
				t.WriteByte(',')
			}
			at := uint64(i*frames+k) * 7919 * 64 % (code.End - code.Start)
			fmt.Fprintf(&t, `{"instruction_addr":"%#x","trust":"cfi"}`, base+code.Start-f.Base()+at)
		}
		t.WriteString(`]}}`)
	}
	fmt.Fprintf(&t, `]},"debug_meta":{"images":[{"type":"elf","code_id":"%s","debug_id":"%s","code_file":"/usr/bin/ninja","image_addr":"%#x","image_size":16777216}`,
		f.CodeID(), f.DebugID(), base)
	for i := range 199 {
		fmt.Fprintf(&t, `,{"type":"elf","code_id":"%040x","code_file":"/usr/lib/x86_64-linux-gnu/lib%d.so","image_addr":"%#x","image_size":65536}`, i+1, i, 0x7e0000000000+uint64(i)*0x10000)
	}
	t.WriteString(`]}}`)
	return t.Bytes(), folderWith(b, path)
}

// folderWith returns a folder that has nothing but links to a file and to what lies
// beside it under longer names.
func folderWith(t testing.TB, path string) string {
	t.Helper()
	dir := t.TempDir()
	paths, err := filepath.Glob(path + "*")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		if err := os.Symlink(path, filepath.Join(dir, filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// BenchmarkRealEvent is the whole job with a debug file that is there already.
func BenchmarkRealEvent(b *testing.B) {
	event, dir := realEvent(b)
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	out, err := s.Event(context.Background(), event)
	if err != nil {
		b.Fatal(err)
	}
	if n := bytes.Count(out, []byte(`"symbolicated"`)); n < 3000 {
		b.Fatalf("%d frames symbolicated, want 3000 or more", n)
	}
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Event(context.Background(), event); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(out)), "B-out")
}

// BenchmarkStages are the parts of BenchmarkRealEvent, each on what the one before
// has left.
func BenchmarkStages(b *testing.B) {
	event, dir := realEvent(b)
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	if _, err := s.Event(context.Background(), event); err != nil {
		b.Fatal(err)
	}
	j := new(job)
	stage := func(name string, before, run func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				before()
				b.StartTimer()
				run()
			}
		})
	}
	parse := func() {
		if err := j.doc.Parse(event); err != nil {
			b.Fatal(err)
		}
	}
	read := func() { j.read(false) }
	resolve := func() {
		if err := s.resolve(context.Background(), j); err != nil {
			b.Fatal(err)
		}
	}
	stage("parse", func() { j.reset() }, parse)
	stage("read", func() { j.reset(); parse() }, read)
	stage("resolve", func() { j.reset(); parse(); read() }, resolve)
	stage("write", func() { j.reset(); parse(); read(); resolve() }, func() { j.write(nil) })
}
