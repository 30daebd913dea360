package symbolicate

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
)

// Events of half a megabyte made to be slow. Each takes some milliseconds of the
// processor, ten times that with the race detector; what is more than linear takes
// minutes.
func TestHostileEventsTakeLinearTime(t *testing.T) {
	const (
		n     = 10_000
		limit = 10 * time.Second
	)
	list := func(format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.ReplaceAll(format, "#", strconv.Itoa(i+1)))
		}
		return b.String()
	}
	frames := `"stacktrace":{"frames":[` + list(`{"instruction_addr":"#"}`) + `]}`
	for _, tt := range []struct{ name, event string }{
		{"images, all of them needed, and an error of each", `"stacktrace":{"frames":[` + list(`{"instruction_addr":"#0000"}`) + `]},"debug_meta":{"images":[` +
			list(`{"type":"elf","code_id":"0#","code_file":"/x/nosuch.so","image_addr":"#0000"}`) + `]},"errors":[` +
			list(`{"type":"native_missing_dsym","image_path":"/x/nosuch.so","image_uuid":"#"}`) + `]`},
		{"images one inside the other", frames + `,"debug_meta":{"images":[` + list(`{"type":"elf","code_id":"1","code_file":"x86_64.so","image_addr":"#","image_size":99999999}`) + `]}`},
		{"images at one address", frames + `,"debug_meta":{"images":[` + list(`{"type":"elf","code_id":"1","code_file":"x86_64.so","image_addr":"1"}`) + `]}`},
		{"frames by debug id", `"stacktrace":{"frames":[` + list(`{"instruction_addr":"#","addr_mode":"rel:0000000000000000000000000000000a"}`) + `]},` + testImages},
		{"exceptions", `"exception":[` + list(`{"mechanism":{"meta":{"signal":{"number":#}}},"stacktrace":[{"instruction_addr":"0x11010"}]}`) + `],` + testImages},
		{"crashed threads", `"exception":[{}],"threads":[` + list(`{"id":#,"crashed":true,"stacktrace":[{"instruction_addr":"0x11010"}]}`) + `],` + testImages},
		{"members of one frame", `"stacktrace":{"frames":[{"instruction_addr":"0x12010",` + list(`"function":"#"`) + `}]},` + testImages},
		{"members of the event", list(`"stacktrace":{"frames":[{"instruction_addr":"0x12010"}]}`) + `,` + testImages},
		{"data of one frame", `"stacktrace":{"frames":[{"instruction_addr":"0x12010","data":{` + list(`"symbolicator_reason":"#"`) + `}}]},` + testImages},
		{"levels", `"x":` + strings.Repeat(`{"a":[`, 4000) + strings.Repeat(`]}`, 4000)},
		{"unclosed levels", `"x":` + strings.Repeat(`[`, 9000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			event := []byte(`{"platform":"native",` + tt.event + `}`)
			var out []byte
			var err error
			took := fixture.CPU(func() { out, err = newFake(Options{}).Event(t.Context(), event) })
			if (err != nil) != strings.HasPrefix(tt.name, "unclosed") {
				t.Error(err)
			}
			if took > limit {
				t.Errorf("%d bytes took %v, want at most %v", len(event), took, limit)
			}
			if len(out) > 40*len(event)+1_000_000 {
				t.Errorf("%d bytes became %d", len(event), len(out))
			}
		})
	}
}

// An event that grows by the calls inlined at its frames stops growing.
func TestGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("makes an event of 40 MB")
	}
	const frames = 150_000
	event := `{"platform":"native","stacktrace":{"frames":[` + strings.Repeat(`{"instruction_addr":"0x12010"},`, frames) +
		`{"instruction_addr":"0x12010"}]},` + testImages + `}`
	out, report, err := newFake(Options{}).Explain(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	const one = 400 // bytes of a frame
	whole := 0
	for _, f := range report.Frames {
		if f.Calls == 2 {
			whole++
		}
	}
	if limit := maxGrown + maxGrowth*len(event) + (frames-whole)*one + 2*len(event); len(out) > limit {
		t.Errorf("%d bytes became %d, want %d at most", len(event), len(out), limit)
	}
	last := &report.Frames[frames]
	if whole == 0 || last.Calls != 1 || last.Reason != "calls inlined here are left out: the event has grown too large" {
		t.Errorf("%d frames are whole; the last has %d calls: %s", whole, last.Calls, last.Reason)
	}
	if n := strings.Count(string(out), last.Reason); n != frames+1-whole {
		t.Errorf("%d frames say that they are cut, want %d", n, frames+1-whole)
	}
}

// nested is a folder with a Breakpad file of some kilobytes, in which so many calls
// are inlined at every address of a function, and the image that it is of.
func nested(t *testing.T, depth int) (dir string, im debugimage.Image) {
	t.Helper()
	const id = "0123456789ABCDEF0123456789ABCDEF0"
	text := "MODULE Linux x86_64 " + id + " prog\nFILE 0 a.c\nINLINE_ORIGIN 0 f\nFUNC 1000 100000 0 outermost\n"
	for d := range depth {
		text += fmt.Sprintf("INLINE %d 1 0 0 1000 100000\n", d)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.sym"), []byte(text+"1000 100000 1 0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := debugimage.Fields{Type: "elf", DebugID: id, ImageAddr: "0x10000000"}
	return dir, f.Image()
}

// What is kept of a lookup is in proportion to the addresses, whatever the file says.
func TestInlinedCallsAreBounded(t *testing.T) {
	const depth, n = 300, 2000
	dir, im := nested(t, depth)
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	rels := make([]uint64, n)
	event := []byte(`{"platform":"native","debug_meta":{"images":[{"type":"elf","image_addr":"0x10000000","debug_id":"` +
		im.DebugID.String() + `"}]},"stacktrace":{"frames":[`)
	for i := range rels {
		rels[i] = 0x1010 + 4*uint64(i)
		event = fmt.Appendf(event, `{"instruction_addr":"%#x"},`, 0x10000000+rels[i])
	}
	event = append(bytes.TrimSuffix(event, []byte(",")), "]}}"...)
	const limit = freeCalls + callsEach*n
	check := func(what string, calls, least, first, last int) {
		t.Helper()
		if calls > limit+n || calls < least || first != depth+1 || last != 1 {
			t.Errorf("%s: %d calls, %d of the first address and %d of the last; want %d to %d, %d and 1", what, calls, first, last, least, limit+n, depth+1)
		}
	}

	l, err := s.Lookup(t.Context(), &im, rels)
	if err != nil {
		t.Fatal(err)
	}
	check("lookup", len(l.Locations), limit-depth, len(l.At(0)), len(l.At(n-1)))
	if got := l.At(n - 1)[0]; got.Function != "outermost" || got.Inlined {
		t.Errorf("what is left of the last is %+v, want the outermost call", got)
	}

	_, r, err := s.Explain(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, f := range r.Frames {
		calls += f.Calls
	}
	// The bytes of an event have a limit of their own, which may come first.
	check("event", calls, n+depth, r.Frames[0].Calls, r.Frames[n-1].Calls)
	if got, want := r.Frames[n-1].Reason, "calls inlined here are left out: the event has grown too large"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
}
