package symbolicate

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
)

// TestFields shows every member that is written, and where.
func TestFields(t *testing.T) {
	for _, tt := range []struct{ name, frame, want string }{
		{
			"function, file, line, column, image and status",
			`{"instruction_addr":"0x11011"}`,
			`{"instruction_addr":"0x11011","function":"f","symbol":"f","lang":"c","filename":"f.c","abs_path":"/src/f.c","lineno":4113,"colno":7,` +
				`"package":"/opt/x86_64.so","image_addr":"0x10000","symbol_addr":"0x11000","in_app":true,"data":{"symbolicator_status":"symbolicated"}}`,
		},
		{
			"inlined calls become frames, which lack what only a call that exists has",
			`{"instruction_addr":"0x12011","vars":{"a":1},"stack_start":true,"lock":{},"trust":"fp"}`,
			`{"instruction_addr":"0x12011","vars":{"a":1},"stack_start":true,"lock":{},"trust":"fp","function":"outer","symbol":"outer","lang":"c","filename":"out.c","abs_path":"/src/out.c","lineno":99,` +
				`"package":"/opt/x86_64.so","image_addr":"0x10000","symbol_addr":"0x12000","in_app":true,"data":{"symbolicator_status":"symbolicated"}},` +
				`{"instruction_addr":"0x12011","trust":"fp","function":"inner","symbol":"inner","lang":"c","filename":"in.h","abs_path":"/src/in.h","lineno":8209,` +
				`"package":"/opt/x86_64.so","image_addr":"0x10000","in_app":true,"data":{"symbolicator_status":"symbolicated","inlined":true}}`,
		},
		{
			"inlined calls repeat no more than a little of what is not ours",
			`{"instruction_addr":"0x12011","a":"` + strings.Repeat("a", 1000) + `","b":1,"data":{"c":"` + strings.Repeat("c", 1000) + `","d":2}}`,
			`{"instruction_addr":"0x12011","a":"` + strings.Repeat("a", 1000) + `","b":1,"data":{"c":"` + strings.Repeat("c", 1000) + `","d":2,"symbolicator_status":"symbolicated"},` +
				`"function":"outer","symbol":"outer","lang":"c","filename":"out.c","abs_path":"/src/out.c","lineno":99,` +
				`"package":"/opt/x86_64.so","image_addr":"0x10000","symbol_addr":"0x12000","in_app":true},` +
				`{"instruction_addr":"0x12011","b":1,"data":{"d":2,"symbolicator_status":"symbolicated","inlined":true},"function":"inner","symbol":"inner","lang":"c","filename":"in.h","abs_path":"/src/in.h","lineno":8209,` +
				`"package":"/opt/x86_64.so","image_addr":"0x10000","in_app":true}`,
		},
		{
			"what the sender guessed gives way, in its place",
			`{ "function" : "guess", "raw_function":"guess()", "lineno":0, "colno":1, "package":"x", "image_addr":"65536", "symbol_addr":"0x1", "instruction_addr":"0x13011" }`,
			`{ "function" : "ns::g", "raw_function":"ns::g(int, std::vector<int, std::allocator<int>> const&)", "package":"/opt/x86_64.so", "image_addr":"65536", "symbol_addr":"0x13000", "instruction_addr":"0x13011"` +
				`,"symbol":"_ZN2ns1gEiRKSt6vectorIiSaIiEE","lang":"cpp"` +
				`,"in_app":true,"data":{"symbolicator_status":"symbolicated"} }`,
		},
		{
			"the address that was looked up goes beside the one reported; data keeps what it has",
			`{"instruction_addr":69649,"adjust_instruction_addr":true,"data":{"mine":1.50}}`,
			`{"instruction_addr":69649,"adjust_instruction_addr":true,"data":{"mine":1.50,"symbolicator_status":"symbolicated","lookup_addr":"0x11010"},` +
				`"function":"f","symbol":"f","lang":"c","filename":"f.c","abs_path":"/src/f.c","lineno":4112,"colno":7,"package":"/opt/x86_64.so","image_addr":"0x10000","symbol_addr":"0x11000","in_app":true}`,
		},
		{
			"without a function the frame keeps what it has and says why",
			`{"instruction_addr":"0x19000","function":"guess","lineno":0}`,
			`{"instruction_addr":"0x19000","function":"guess","lineno":0,"package":"/opt/x86_64.so","image_addr":"0x10000","in_app":true,` +
				`"data":{"symbolicator_status":"missing_symbol","symbolicator_reason":"/symbols/x86_64 has nothing at offset 0x9000"}}`,
		},
		{
			"in no image",
			`{"instruction_addr":"0x5"}`,
			`{"instruction_addr":"0x5","data":{"symbolicator_status":"unknown_image","symbolicator_reason":"no image holds 0x5"}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const before, after = `{"platform":"native","stacktrace":{"frames":[`, `]},"debug_meta":{"images":[{"type":"elf","code_id":"01","code_file":"/opt/x86_64.so","image_addr":"0x10000","image_size":65536}]}`
			out := symbolicateFake(t, Options{}, before+tt.frame+after+`}`)
			got, _, _ := strings.Cut(strings.TrimPrefix(out, before), `]},"debug_meta"`)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What the debug file knows of an image is written back; images that nothing
// needed say so, and foreign ones say nothing.
func TestImages(t *testing.T) {
	for _, tt := range []struct{ name, image, want, errors string }{
		{
			"found", `{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000","arch":"x86"}`,
			`{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000","arch":"x86_64","debug_status":"found",` +
				`"features":{"has_debug_info":true,"has_sources":false,"has_symbols":true,"has_unwind_info":false}}`, "",
		},
		{
			"missing", `{"type":"elf","code_id":"01","code_file":"nosuch.so","image_addr":"0x10000","arch":"arm64"}`,
			`{"type":"elf","code_id":"01","code_file":"nosuch.so","image_addr":"0x10000","arch":"arm64","debug_status":"missing"}`,
			`,"errors":[{"type":"native_missing_dsym","image_path":"nosuch.so","image_uuid":"00000001-0000-0000-0000-000000000000","image_arch":"arm64"}]`,
		},
		{
			"without ids", `{"type":"elf","code_file":"x86_64.so","image_addr":"0x10000"}`,
			`{"type":"elf","code_file":"x86_64.so","image_addr":"0x10000","debug_status":"missing"}`,
			`,"errors":[{"type":"native_missing_dsym","image_path":"x86_64.so"}]`,
		},
		{
			"malformed", `{"type":"elf","code_id":"02","code_file":"broken.so","image_addr":"0x10000"}`,
			`{"type":"elf","code_id":"02","code_file":"broken.so","image_addr":"0x10000","debug_status":"malformed"}`,
			`,"errors":[{"type":"native_bad_dsym","image_path":"broken.so","image_uuid":"00000002-0000-0000-0000-000000000000"}]`,
		},
		{
			"a source that fails", `{"type":"elf","code_id":"03","code_file":"fault.so","image_addr":"0x10000"}`,
			`{"type":"elf","code_id":"03","code_file":"fault.so","image_addr":"0x10000","debug_status":"fetching_failed"}`,
			`,"errors":[{"type":"fetch_generic_error","image_path":"fault.so","image_uuid":"00000003-0000-0000-0000-000000000000"}]`,
		},
		{
			"missing, but it is the system's", `{"type":"elf","code_id":"01","code_file":"/usr/lib/nosuch.so","image_addr":"0x10000"}`,
			`{"type":"elf","code_id":"01","code_file":"/usr/lib/nosuch.so","image_addr":"0x10000","debug_status":"missing"}`, "",
		},
		{
			"missing, but Swift's runtime need not be there", `{"type":"macho","code_id":"01","code_file":"/A.app/Frameworks/libswiftCore.dylib","image_addr":"0x10000"}`,
			`{"type":"macho","code_id":"01","code_file":"/A.app/Frameworks/libswiftCore.dylib","image_addr":"0x10000","debug_status":"missing"}`,
			`,"errors":[{"type":"native_optionally_bundled_dsym","image_path":"/A.app/Frameworks/libswiftCore.dylib","image_uuid":"01000000-0000-0000-0000-000000000000"}]`,
		},
		{
			"unused", `{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000","image_size":5},{"type":"elf","code_id":"04","code_file":"x86_64.so","image_addr":"0x10005"}`,
			`{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000","image_size":5,"debug_status":"unused"},` +
				`{"type":"elf","code_id":"04","code_file":"x86_64.so","image_addr":"0x10005","debug_status":"found","arch":"x86_64",` +
				`"features":{"has_debug_info":true,"has_sources":false,"has_symbols":true,"has_unwind_info":false}}`, "",
		},
		{
			"foreign", `{"type":"proguard","uuid":"x"},7,{"type":"elf","code_id":"01","code_file":"nosuch.so","image_addr":"0x10000"}`,
			`{"type":"proguard","uuid":"x"},7,{"type":"elf","code_id":"01","code_file":"nosuch.so","image_addr":"0x10000","debug_status":"missing"}`,
			`,"errors":[{"type":"native_missing_dsym","image_path":"nosuch.so","image_uuid":"00000001-0000-0000-0000-000000000000"}]`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const before = `{"platform":"native","debug_meta":{"images":[`
			const after = `]},"stacktrace":{"frames":[{"instruction_addr":"0x11011"}]}}`
			out := symbolicateFake(t, Options{}, before+tt.image+after)
			got, rest, _ := strings.Cut(strings.TrimPrefix(out, before), `]},"stacktrace"`)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("images, -want +got:\n%s", diff)
			}
			errs := ""
			if i := strings.Index(rest, `,"errors":`); i >= 0 {
				errs = strings.TrimSuffix(rest[i:], "}")
			}
			if errs != tt.errors {
				t.Errorf("errors\ngot  %s\nwant %s", errs, tt.errors)
			}
		})
	}
}

func TestEventErrors(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		text string
		want string
	}{
		{"not JSON", t.Context(), `{"platform":native}`, "event: not JSON: byte 12: want a value"},
		{"cut off", t.Context(), `{"platform":"native"`, "event: not JSON: byte 20: want a comma or the end"},
		{"cancelled", cancelled, `{}`, "context canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := newFake(Options{}).Event(tt.ctx, []byte(tt.text))
			if err == nil || err.Error() != tt.want || out != nil {
				t.Errorf("got %q, %v, want %s", out, err, tt.want)
			}
		})
	}
}

// What holds nothing for us comes back byte for byte.
func TestUntouched(t *testing.T) {
	for _, event := range []string{
		`{}`, ` [ ] `, `null`, `"x"`, `1.0`,
		`{"platform":"python","stacktrace":{"frames":[{"instruction_addr":"0x11010"}]}}`,
		`{"platform":"native","exception":null,"threads":7,"stacktrace":"x","debug_meta":[]}`,
		`{"platform":"native","exception":{"values":[{"stacktrace":{"frames":[{"function":"f"}, 3 ]}}]}}`,
		`{"platform":"native","stacktrace":{"frames":{}}}`,
	} {
		if got := symbolicateFake(t, Options{}, event); got != event {
			t.Errorf("%s became %s", event, got)
		}
	}
}

// An output read from raw gives what the input gave, with files that came since.
func TestFromRaw(t *testing.T) {
	const event = `{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x12010"}, {"instruction_addr":"0x11010"}]},` +
		`"debug_meta":{"images":[{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000"}]}}`
	want := symbolicateFake(t, Options{}, event)
	before := New(Options{}) // knows no file
	first, err := before.Event(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := picture(t, string(first)), "event\n  0x12010 missing\n  0x11010 missing\n"; got != want {
		t.Fatalf("without files: %s", got)
	}
	if got := symbolicateFake(t, Options{}, string(first)); got != string(first) {
		t.Errorf("a second run changed it: %s", got)
	}
	if got := picture(t, symbolicateFake(t, Options{FromRaw: true}, string(first))); got != picture(t, want) {
		t.Errorf("from raw: %s, want %s", got, picture(t, want))
	}
}

// Errors of an earlier run go with the run that finds what was missing.
func TestErrorsOfEarlierRuns(t *testing.T) {
	const event = `{"platform":"native","errors":[{"type":"invalid_data"}],"stacktrace":{"frames":[{"instruction_addr":"0x11010"}]},` +
		`"debug_meta":{"images":[{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000"}]}}`
	first, err := New(Options{}).Event(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	const missing = `{"type":"native_missing_dsym","image_path":"x86_64.so","image_uuid":"00000001-0000-0000-0000-000000000000"}`
	if want := `"errors":[{"type":"invalid_data"},` + missing + `]`; !strings.Contains(string(first), want) {
		t.Errorf("no %s in %s", want, first)
	}
	again, err := New(Options{FromRaw: true}).Event(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(again), missing); n != 1 {
		t.Errorf("while it is missing the error is there %d times, want 1: %s", n, again)
	}
	found := symbolicateFake(t, Options{FromRaw: true}, string(first))
	if want := `"errors":[{"type":"invalid_data"}]`; !strings.Contains(found, want) {
		t.Errorf("no %s in %s", want, found)
	}
}

// blocked is a source that has no answer before the context ends.
type blocked struct{}

func (blocked) Find(ctx context.Context, _ *debugimage.Image) (source.Result, error) {
	<-ctx.Done()
	return source.Result{}, ctx.Err()
}

// In the bubble's time the deadline passes when nothing else is left to do.
func TestDeadlineGivesWhatIsThere(t *testing.T) {
	synctest.Test(t, testDeadline)
}

func testDeadline(t *testing.T) {
	s := newFake(Options{})
	defer s.Close()
	load := s.load
	s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
		if strings.Contains(im.CodeFile, "slow") {
			_, err := blocked{}.Find(ctx, im)
			return nil, err
		}
		return load(ctx, im, last, left)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	out, err := s.Event(ctx, []byte(`{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x21011"},{"instruction_addr":"0x11011"}]},"debug_meta":{"images":[
		{"type":"elf","code_id":"01","code_file":"x86_64.so","image_addr":"0x10000"},
		{"type":"elf","code_id":"02","code_file":"slow.so","image_addr":"0x20000"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := picture(t, string(out)), "event\n  0x21011 missing\n  f f.c:0x1011\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, want := range []string{`"debug_status":"timeout"`, `"type":"fetch_timeout"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
}

func TestCancelWhileLoading(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	s := newFake(Options{})
	s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
		cancel(errors.New("the client went away"))
		return nil, ctx.Err()
	}
	_, err := s.Event(ctx, []byte(`{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11011"}]},`+testImages+`}`))
	if err == nil || err.Error() != "the client went away" {
		t.Errorf("got %v, want the cause", err)
	}
}

// Many events at once load each file once.
func TestConcurrentEvents(t *testing.T) {
	s := newFake(Options{})
	var mu sync.Mutex
	loads := map[string]int{}
	load := s.load
	s.load = func(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
		mu.Lock()
		loads[im.CodeFile]++
		mu.Unlock()
		time.Sleep(time.Millisecond)
		return load(ctx, im, last, left)
	}
	event := fixture.Event(4, 10, 5)
	want, err := newFake(Options{}).Event(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				got, err := s.Event(t.Context(), event)
				if err != nil || string(got) != string(want) {
					t.Errorf("another result: %v", err)
				}
			}
		})
	}
	wg.Wait()
	for file, n := range loads {
		if n != 1 {
			t.Errorf("%s was loaded %d times", file, n)
		}
	}
	if len(loads) != 5 {
		t.Errorf("%d files were loaded, want 5", len(loads))
	}
}

func TestCallAddrDoesNotAllocate(t *testing.T) {
	f := FrameAddr{Addr: 0x1234, PC: 0x99, Top: true, Signal: Signal{11, Linux}}
	if n := testing.AllocsPerRun(100, func() { CallAddr(f) }); n != 0 {
		t.Errorf("CallAddr allocates %v times, want 0", n)
	}
}

// The bar is 4 allocations a frame.
func TestEventAllocations(t *testing.T) {
	event := fixture.Event(15, 133, 300)
	s := newFake(Options{})
	n := testing.AllocsPerRun(5, func() {
		if _, err := s.Event(context.Background(), event); err != nil {
			t.Fatal(err)
		}
	})
	if perFrame := n / (15 * 133); perFrame > 4 {
		t.Errorf("%.1f allocations a frame, want no more than 4", perFrame)
	} else {
		t.Logf("%.2f allocations a frame", perFrame)
	}
}
