package rpc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/golden"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate"
)

// What is numbered in the engine has the same numbers in the schema: none is missing
// on either side.
func TestEnumsAreTheEngines(t *testing.T) {
	for _, tt := range []struct {
		enum protoreflect.EnumDescriptor
		name func(int) string // of the engine's value; what is none has its number, or 0's name
	}{
		{ImageStatus(0).Descriptor(), func(i int) string { return symbolicate.ImageStatus(i).String() }},
		{FrameStatus(0).Descriptor(), func(i int) string { return symbolicate.FrameStatus(i).String() }},
		{Rule(0).Descriptor(), func(i int) string { return symbolicate.Rule(i).String() }},
		{Candidate_Outcome(0).Descriptor(), func(i int) string { return source.Status(i).String() }},
	} {
		for i := range tt.enum.Values().Len() + 1 {
			named := i == 0 || tt.name(i) != tt.name(0) && !strings.HasSuffix(tt.name(i), fmt.Sprintf("(%d)", i))
			if v := tt.enum.Values().ByNumber(protoreflect.EnumNumber(i)); named != (v != nil) {
				t.Errorf("%s has %v for %d, the engine %q", tt.enum.FullName(), v, i, tt.name(i))
			}
		}
	}
	for i, name := range map[int]string{
		int(ImageStatus_IMAGE_STATUS_TIMEOUT):         "timeout",
		int(ImageStatus_IMAGE_STATUS_FETCHING_FAILED): "fetching_failed",
	} {
		if got := symbolicate.ImageStatus(i).String(); got != name {
			t.Errorf("image status %d is %q, want %q", i, got, name)
		}
	}
	for i, name := range map[int]string{
		int(FrameStatus_FRAME_STATUS_MALFORMED):      "malformed",
		int(FrameStatus_FRAME_STATUS_MISSING_SYMBOL): "missing_symbol",
	} {
		if got := symbolicate.FrameStatus(i).String(); got != name {
			t.Errorf("frame status %d is %q, want %q", i, got, name)
		}
	}
	if got := source.Status(Candidate_OUTCOME_OTHER_ID); got != source.OtherID {
		t.Errorf("OUTCOME_OTHER_ID is %v", got)
	}
	if got := symbolicate.Rule(Rule_RULE_SYMBOL); got != symbolicate.RuleSymbol {
		t.Errorf("RULE_SYMBOL is %v", got)
	}
}

// A report goes through a message and comes back as it was.
func TestReportsGoThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		image := drawImage(t)
		want := &symbolicate.Report{
			Images: []symbolicate.ImageReport{{
				Image:      image,
				Status:     symbolicate.ImageStatus(rapid.IntRange(0, 5).Draw(t, "status")),
				File:       rapid.String().Draw(t, "file"),
				Reason:     rapid.String().Draw(t, "reason"),
				Base:       rapid.Uint64().Draw(t, "base"),
				Arch:       objfile.ARM64,
				Features:   source.Features{DebugInfo: rapid.Bool().Draw(t, "debug"), UnwindInfo: true},
				Candidates: []source.Lookup{{Location: "l", Status: source.TooLarge, Detail: "d"}},
			}},
			Frames: []symbolicate.FrameReport{{
				Stack:    "event",
				Index:    rapid.IntRange(0, 1000).Draw(t, "index"),
				Status:   symbolicate.FrameStatus(rapid.IntRange(0, 5).Draw(t, "status")),
				Addr:     rapid.Uint64().Draw(t, "addr"),
				Looked:   rapid.Uint64().Draw(t, "looked"),
				Rel:      debugimage.Rel(rapid.Uint64().Draw(t, "rel")),
				Rule:     symbolicate.Rule(rapid.IntRange(0, 7).Draw(t, "rule")),
				Image:    rapid.IntRange(-1, 10).Draw(t, "image"),
				Calls:    rapid.IntRange(0, 10).Draw(t, "calls"),
				Reason:   "r",
				Evidence: "e",
			}},
		}
		wire, err := proto.Marshal(fromReport(want))
		if err != nil {
			t.Fatal(err)
		}
		var message Report
		if err := proto.Unmarshal(wire, &message); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, toReport(&message)); diff != "" {
			t.Errorf("-before +after:\n%s", diff)
		}
	})
}

func drawImage(t *rapid.T) debugimage.Image {
	fields := debugimage.Fields{
		Type:      rapid.SampledFrom([]string{"elf", "macho", "pe", "", "jvm"}).Draw(t, "type"),
		CodeID:    rapid.StringMatching(`[0-9a-f]{0,40}`).Draw(t, "code id"),
		CodeFile:  rapid.String().Draw(t, "code file"),
		DebugFile: rapid.String().Draw(t, "debug file"),
		Arch:      rapid.SampledFrom([]string{"", "x86_64", "arm64e"}).Draw(t, "arch"),
		ImageAddr: fmt.Sprint(rapid.Uint64().Draw(t, "addr")),
		ImageSize: fmt.Sprint(rapid.Uint64().Draw(t, "size")),
		VMAddr:    rapid.SampledFrom([]string{"", "0x0", "0x1000"}).Draw(t, "vmaddr"),
	}
	return fields.Image()
}

// shop is the program of testdata/src/shop.
func shop() debugimage.Image {
	fields := debugimage.Fields{Type: "elf", CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03", CodeFile: "/tmp/shop/shop"}
	return fields.Image()
}

// Lookups of a client are those of the library, and nothing in the answer is twice.
func TestLookup(t *testing.T) {
	e := newEngine(t)
	c := dial(t, listen(t, NewServer(e, Options{}), "unix"), DialOptions{})
	rels := []uint64{0x13f5, 0x12c0, 1 << 40, 0x13f5, 0x1285}
	unknown := debugimage.Fields{Type: "elf", CodeID: "ff"}
	for _, im := range []debugimage.Image{shop(), unknown.Image()} {
		want, err := e.Lookup(t.Context(), &im, rels)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Lookup(t.Context(), &im, rels)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rels {
			if diff := cmp.Diff(want.At(i), got.At(i)); diff != "" {
				t.Errorf("at %#x (-library +client):\n%s", rels[i], diff)
			}
		}
		if diff := cmp.Diff(want.Image, got.Image); diff != "" {
			t.Errorf("image (-library +client):\n%s", diff)
		}
		report, err := c.Image(t.Context(), &im)
		if diff := cmp.Diff(want.Image, report); diff != "" || err != nil {
			t.Errorf("%v, Image (-library +client):\n%s", err, diff)
		}
	}
	im := shop()
	found, err := e.Lookup(t.Context(), &im, rels)
	if err != nil {
		t.Fatal(err)
	}
	answer := fromLookups(found)
	if n := len(found.At(0)); n == 0 || len(answer.GetChains()) != len(rels) || answer.GetChains()[0] != answer.GetChains()[3] || answer.GetChains()[2] != 0 {
		t.Errorf("%d calls at the first address, chains %v", n, answer.GetChains())
	}
	seen := make(map[string]bool)
	for _, s := range answer.GetStrings() {
		if seen[s] {
			t.Errorf("the string %q is there twice", s)
		}
		seen[s] = true
	}
}

// An answer that makes no sense is no address known, and no panic.
func TestLookupOfNonsense(t *testing.T) {
	got := toLookups(&LookupAddressesResponse{
		ChainLocations: []uint32{7},
		Strings:        []string{""},
		ChainEnds:      []uint32{0, 1, 1 << 31, 0},
		Chains:         []uint32{0, 1, 2, 3, 1 << 31},
	})
	for i := range got.Index {
		if calls := got.At(i); i != 1 && len(calls) != 0 || i == 1 && !cmp.Equal(calls, []symbolicate.Location{{}}) {
			t.Errorf("address %d has %v", i, calls)
		}
	}
}

// Stack traces give the frames that an event with them gives.
func TestStacktraces(t *testing.T) {
	c := dial(t, listen(t, NewServer(newEngine(t), Options{}), "unix"), DialOptions{})
	im := shop()
	im.Addr, im.Size = 0x555555554000, 36864
	inShop := uint32(0)
	got, err := c.Stacktraces(t.Context(), &SymbolicateStacktracesRequest{
		Os:     "Linux",
		Signal: 11,
		Images: []*Image{fromImage(&im)},
		Stacktraces: []*Stacktrace{
			{Frames: []*Address{{Addr: 0x5555555552c1}, {Addr: 0x5555555553f6}}, Pc: 0x5555555553f6},
			{},
			{Frames: []*Address{{Addr: 0x5}, {Addr: 0x13f6, Image: &inShop}}, Adjustment: Adjustment_ADJUSTMENT_NONE},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, trace := range got.GetStacktraces() {
		for _, f := range trace.GetFrames() {
			lines = append(lines, fmt.Sprintf("%d.%d %s %#x %s %s:%d:%d inlined %v in image %d, own %v: %s",
				i, f.GetIndex(), f.GetStatus(), f.GetLookedUp(), f.GetFunction(), f.GetFilename(), f.GetLineno(), f.GetColno(), f.GetInlined(), toIndex(f.Image), f.GetInApp(), f.GetReason()))
		}
	}
	golden.Equal(t, "stacktraces.golden", []byte(strings.Join(lines, "\n")+"\n"))
	if im := got.GetImages(); len(im) != 1 || im[0].GetStatus() != ImageStatus_IMAGE_STATUS_FOUND || !im[0].GetFeatures().GetDebugInfo() {
		t.Errorf("images: %v", im)
	}
}
