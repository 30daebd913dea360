package symbolicate

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
)

func TestLookup(t *testing.T) {
	im := &debugimage.Image{Type: debugimage.ELF, CodeID: "01", CodeFile: "/opt/x86_64.so"}
	got, err := newFake(Options{}).Lookup(t.Context(), im, []uint64{0x4003, 0x1001, 0x9000, 0x2002, 0x1001})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Location{
		{{Function: "ns::T::h", Symbol: "h", Language: "cpp", File: `C:\src\h.cc`, Line: 0x4003, Entry: 0x4000}},
		{{Function: "f", Symbol: "f", Language: "c", File: "/src/f.c", Line: 0x1001, Column: 7, Entry: 0x1000}},
		nil,
		{
			{Function: "inner", Symbol: "inner", Language: "c", File: "/src/in.h", Line: 0x2002, Entry: 0x2000, Inlined: true},
			{Function: "outer", Symbol: "outer", Language: "c", File: "/src/out.c", Line: 99, Entry: 0x2000},
		},
		{{Function: "f", Symbol: "f", Language: "c", File: "/src/f.c", Line: 0x1001, Column: 7, Entry: 0x1000}},
	}
	for i := range want {
		if diff := cmp.Diff(want[i], append([]Location(nil), got.At(i)...)); diff != "" {
			t.Errorf("address %d, -want +got:\n%s", i, diff)
		}
	}
	if n := len(got.Locations); n != 4 {
		t.Errorf("%d locations, want 4: the same address twice shares its own", n)
	}
	if got.Image.Status != ImageFound || got.Image.File != "/symbols/x86_64" || got.Image.Arch != objfile.X86_64 {
		t.Errorf("the image is reported as %+v", got.Image)
	}
}

func TestLookupWithoutDebugFile(t *testing.T) {
	im := &debugimage.Image{Type: debugimage.ELF, CodeID: "01", CodeFile: "/opt/nosuch.so"}
	got, err := newFake(Options{}).Lookup(t.Context(), im, []uint64{1, 2})
	if err != nil || got.Image.Status != ImageMissing || got.At(1) != nil {
		t.Errorf("got %+v, %v, want nothing at a missing image", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newFake(Options{}).Lookup(ctx, im, []uint64{1}); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestImage(t *testing.T) {
	for _, tt := range []struct {
		file string
		want ImageReport
	}{
		{"x86_64.so", ImageReport{
			Status: ImageFound, File: "/symbols/x86_64", Features: source.Features{DebugInfo: true, Symbols: true}, Arch: objfile.X86_64, Base: 0x400000,
		}},
		{"nosuch.so", ImageReport{
			Status: ImageMissing, Reason: "no debug file with code id 01; /symbols/other.debug has code id 77",
			Candidates: []source.Lookup{{Location: "/symbols/other.debug", Status: source.OtherID, Detail: "code id 77"}},
		}},
		{"fault.so", ImageReport{
			Status: ImageFetchingFailed, Reason: "no debug file with code id 01; symbols: disk is on fire",
			Candidates: []source.Lookup{{Status: source.Failed, Detail: "symbols: disk is on fire"}},
		}},
		{"large.so", ImageReport{
			Status: ImageTooLarge, Reason: "no debug file with code id 01; http://symbols.test/large: 3 GiB",
			Candidates: []source.Lookup{{Location: "http://symbols.test/large", Status: source.TooLarge, Detail: "3 GiB"}},
		}},
		{"broken.so", ImageReport{
			Status: ImageMalformed, File: "/symbols/broken", Reason: "/symbols/broken: .debug_info+0x10: need 4 bytes, have 1",
		}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			tt.want.Image = debugimage.Image{Type: debugimage.ELF, CodeID: "01", CodeFile: tt.file}
			got, err := newFake(Options{}).Image(t.Context(), &tt.want.Image)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
