package symbolicate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A fakeTable stands for the debug file of one architecture. The line of a frame
// is the offset that was looked up, so that a test sees which address that was.
//
//	0x1000–0x1fff  f       src/f.c
//	0x2000–0x2fff  inner, inlined into outer
//	0x3000–0x3fff  _ZN2ns1gEiRKSt6vectorIiSaIiEE, without file and line
//	0x4000–0x4fff  h       C:\src\h.c
type fakeTable struct{ arch string }

func (t fakeTable) Lookup(dst []symcache.Frame, rel uint64) []symcache.Frame {
	line := uint32(rel)
	switch rel >> 12 {
	case 1:
		return append(dst, symcache.Frame{
			ID: 1, Symbol: "f", File: "/src/f.c", Line: line, Column: 7, Language: debuginfo.C, Entry: 0x1000,
		})
	case 2:
		return append(dst, symcache.Frame{
			ID: 2, Symbol: "inner", File: "/src/in.h", Line: line, Language: debuginfo.C, Inlined: true, Entry: 0x2000,
		}, symcache.Frame{
			ID: 3, Symbol: "outer", File: "/src/out.c", Line: 99, Language: debuginfo.C, Entry: 0x2000,
		})
	case 3:
		return append(dst, symcache.Frame{ID: 4, Symbol: "_ZN2ns1gEiRKSt6vectorIiSaIiEE", Entry: 0x3000})
	case 4:
		return append(dst, symcache.Frame{
			ID: 5, Symbol: "h", Scope: "ns::T", File: `C:\src\h.cc`, Line: line, Language: debuginfo.CPP, Entry: 0x4000,
		})
	}
	return dst
}

func (t fakeTable) LookupAll(rels []uint64, yield func(int, []symcache.Frame)) {
	order := make([]int, len(rels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rels[a], rels[b]) })
	for _, i := range order {
		yield(i, t.Lookup(nil, rels[i]))
	}
}

func (t fakeTable) Arch() string    { return t.arch }
func (t fakeTable) DebugID() string { return "" }
func (t fakeTable) CodeID() string  { return "" }
func (t fakeTable) Base() uint64    { return 0x400000 }
func (t fakeTable) Size() int64     { return 1000 }

// A fakeSource has the debug file of every image whose code_file says so: the
// path "x86_64.so" is answered with the fakeTable of that architecture.
type fakeSource struct{}

func (fakeSource) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	arch, _, known := strings.Cut(im.CodeFile[strings.LastIndexByte(im.CodeFile, '/')+1:], ".")
	file := source.File{Path: "/symbols/" + arch, Origin: "/symbols/" + arch, Features: source.Features{DebugInfo: true, Symbols: true}}
	switch {
	case !known || arch == "nosuch" || arch == "libswiftCore":
		return source.Result{Lookups: []source.Lookup{
			{Location: "/symbols/other.debug", Status: source.OtherID, Detail: "code id 77"},
		}}, nil
	case arch == "large":
		return source.Result{Lookups: []source.Lookup{
			{Location: "http://symbols.test/large", Status: source.TooLarge, Detail: "3 GiB"},
		}}, nil
	case arch == "fault":
		return source.Result{}, errors.New("symbols: disk is on fire")
	}
	return source.Result{Files: []source.File{file}}, nil
}

// fakeOpen opens a file of the fakeSource.
func fakeOpen(_ context.Context, p parts) (*opened, error) {
	arch := strings.TrimPrefix(p.debug.Path, "/symbols/")
	if arch == "broken" {
		return nil, errors.New("/symbols/broken: .debug_info+0x10: need 4 bytes, have 1")
	}
	return &opened{table: fakeTable{arch}}, nil
}

// newFake returns a Symbolicator with the fakeSource, whose files it opens.
func newFake(opts Options) *Symbolicator {
	opts.Sources = append(opts.Sources, fakeSource{})
	s := New(opts)
	s.open = fakeOpen
	return s.symbolicator("", s.opts)
}

// symbolicateFake runs an event through a Symbolicator with the fakeSource.
func symbolicateFake(t testing.TB, opts Options, event string) string {
	t.Helper()
	out, err := newFake(opts).Event(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(out) {
		t.Fatalf("the result is not JSON: %s", out)
	}
	return string(out)
}

// picture shows the frames of an event, a line each: function, file, line (in hex,
// which shows the offset that was looked up) and what is not ordinary.
func picture(t testing.TB, event string) string {
	t.Helper()
	type frame struct {
		Function, Filename string
		Lineno             int
		InstructionAddr    any `json:"instruction_addr"`
		Data               struct {
			Status string `json:"symbolicator_status"`
			Lookup string `json:"lookup_addr"`
		}
	}
	type trace struct{ Frames []frame }
	var e struct {
		Exception, Threads items[struct{ Stacktrace *trace }]
		Stacktrace         *trace
	}
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		t.Fatalf("%v in %s", err, event)
	}
	var b strings.Builder
	show := func(name string, tr *trace) {
		if tr == nil {
			return
		}
		fmt.Fprintf(&b, "%s\n", name)
		for _, f := range tr.Frames {
			switch {
			case f.Data.Status == "symbolicated":
				fmt.Fprintf(&b, "  %s %s:%#x\n", f.Function, f.Filename, f.Lineno)
			case f.Data.Status != "":
				fmt.Fprintf(&b, "  %v %s\n", f.InstructionAddr, f.Data.Status)
			default:
				fmt.Fprintf(&b, "  %s untouched\n", f.Function)
			}
		}
	}
	for _, ex := range e.Exception {
		show("exception", ex.Stacktrace)
	}
	show("event", e.Stacktrace)
	for _, th := range e.Threads {
		show("thread", th.Stacktrace)
	}
	return b.String()
}

// items reads an interface of several values: an object's values or a bare list.
type items[T any] []T

func (s *items[T]) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]T)(s))
	}
	var object struct{ Values []T }
	err := json.Unmarshal(text, &object)
	*s = object.Values
	return err
}
