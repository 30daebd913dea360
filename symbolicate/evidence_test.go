package symbolicate

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// Encodings are those of the manuals, checked with objdump -d.
func TestCallBefore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		arch  objfile.Arch
		code  []byte
		text  string
		known bool
	}{
		{"call rel32", objfile.X86_64, []byte{0x90, 0x90, 0x90, 0xe8, 0xd6, 0x01, 0x00, 0x00}, "callq .+0x1d6", true},
		{"call *%rax", objfile.X86_64, []byte{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xd0}, "call *%rax", true},
		{"call *0x10(%rax)", objfile.X86_64, []byte{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x50, 0x10}, "callq *0x10(%rax)", true},
		{"call *x(%rip)", objfile.X86_64, []byte{0x90, 0x90, 0xff, 0x15, 0x10, 0x20, 0x00, 0x00}, "callq *0x2010(%rip)", true},
		{"call rel32, 32 bits", objfile.X86, []byte{0x90, 0x90, 0x90, 0xe8, 0xd6, 0x01, 0x00, 0x00}, "call .+0x1d6", true},
		{"no call", objfile.X86_64, []byte{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90}, "", true},
		{"too little code to say", objfile.X86_64, []byte{0x90}, "", false},
		{"no code", objfile.X86_64, nil, "", false},
		{"bl", objfile.ARM64, []byte{0x9d, 0x00, 0x00, 0x94}, "bl .+0x274", true},
		{"blr", objfile.ARM64, []byte{0x20, 0x00, 0x3f, 0xd6}, "blr x1", true},
		{"blraa", objfile.ARM64e, []byte{0x09, 0x09, 0x3f, 0xd7}, "blra: a call through a signed pointer", true},
		{"ret", objfile.ARM64, []byte{0xc0, 0x03, 0x5f, 0xd6}, "", true},
		{"another architecture", objfile.S390X, make([]byte, 8), "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if text, known := callBefore(tt.arch, tt.code); text != tt.text || known != tt.known {
				t.Errorf("callBefore(%v, % x) = %q, %v, want %q, %v", tt.arch, tt.code, text, known, tt.text, tt.known)
			}
		})
	}
}

// With the executable beside the debug file, callers have a call to show.
func TestEvidence(t *testing.T) {
	s := New(Options{Sources: []Source{source.NewDir(fixture.Path(t, "symbols")), source.NewDir(fixture.Path(t, "bin"))}})
	_, report, err := s.Explain(t.Context(), []byte(`{"platform":"native",
		"stacktrace":{"frames":[{"instruction_addr":"0x555555555286"},{"instruction_addr":"0x555555555288"},{"instruction_addr":"0x555555555286"}]},
		"debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03","image_addr":"0x555555554000"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"in front of it is callq .+0x1da", "no call is in front of it", ""} {
		if got := report.Frames[i].Evidence; got != want {
			t.Errorf("frame %d: %q, want %q", i, got, want)
		}
	}
}

// The executable is packed, and unpacks to some megabytes: it is opened once, not for
// each frame.
func TestEvidenceOpensOnce(t *testing.T) {
	const n, zeros = 200, 4 << 20
	program := fixture.Read(t, "bin/shop-gcc12-x86_64")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(program)
	z.Write(make([]byte, zeros))
	z.Close()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shop.gz"), packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	event := []byte(`{"platform":"native","debug_meta":{"images":[{"type":"elf","code_id":"75bc5782088d05859a5dba37c4c1166eef8b3f03",` +
		`"image_addr":"0x555555554000"}]},"stacktrace":{"frames":[`)
	for range n {
		event = append(event, `{"instruction_addr":"0x555555555286"},`...)
	}
	event = append(bytes.TrimSuffix(event, []byte(",")), "]}}"...)
	s := New(Options{Sources: []Source{source.NewDir(dir)}})
	mustEvent(t, s, event)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, report, err := s.Explain(t.Context(), event)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := report.Frames[0].Evidence, "in front of it is callq .+0x1da"; got != want {
		t.Errorf("evidence %q, want %q", got, want)
	}
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 20*zeros {
		t.Errorf("%d frames took %d bytes, want those of one file: less than %d", n, bytes, 20*zeros)
	}
}
