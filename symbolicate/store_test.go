package symbolicate

import (
	"container/list"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// One event's panic must not cost the next one more than a new attempt.
func TestStoreForgetsAfterPanic(t *testing.T) {
	panics := true
	s := &store{max: 4, entries: map[imageKey]*list.Element{}, load: func(context.Context, *debugimage.Image) (*debugFile, error) {
		if panics {
			panic("a parser's fault")
		}
		return &debugFile{status: ImageFound}, nil
	}}
	im := &debugimage.Image{CodeID: "ab"}
	func() {
		defer func() { recover() }()
		s.get(context.Background(), im)
		t.Error("load's panic is lost")
	}()
	panics = false
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f, err := s.get(ctx, im); err != nil || f.status != ImageFound {
		t.Errorf("get after a panic = %v, %v; want the file", f, err)
	}
}

// A compiled table that somebody cuts short while it is mapped.
func TestShrunkenTable(t *testing.T) {
	dir := t.TempDir()
	f, err := objfile.Open(fixture.Path(t, "bin/shop-clang19-x86_64"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	res, err := symcache.Compile(f, symcache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "shop.symcache")
	if err := os.WriteFile(path, res.Table, 0o644); err != nil {
		t.Fatal(err)
	}
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	event := []byte(`{"platform":"native","debug_meta":{"images":[{"type":"elf","code_id":"` + f.CodeID() + `","debug_id":"` + f.DebugID().String() +
		`","image_addr":"0x400000","image_size":100000}]},"stacktrace":{"frames":[{"instruction_addr":"0x401424"}]}}`)
	if out, err := s.Event(context.Background(), event); err != nil || !strings.Contains(string(out), `"symbolicated"`) {
		t.Fatalf("Event = %s, %v; want a symbolicated frame", out, err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	out, err := s.Event(context.Background(), event)
	if err != nil || !strings.Contains(string(out), "the file shrank") {
		t.Errorf("Event = %s, %v; want a frame that says that the file shrank", out, err)
	}
}
