package debugimage

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile"
)

func id(t *testing.T, text string) objfile.DebugID {
	t.Helper()
	id, err := objfile.ParseDebugID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFieldsImage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields Fields
		want   Image
	}{
		{
			// relay-event-v1.txt, Nativedebugimage, first example
			"elf",
			Fields{
				Type: "elf", CodeID: "68220ae2c65d65c1b6aaa12fa6765a6ec2f5f434", CodeFile: "/lib/x86_64-linux-gnu/libgcc_s.so.1",
				DebugID: "e20a2268-5dc6-c165-b6aa-a12fa6765a6e", ImageAddr: "0x7f5140527000", ImageSize: "90112", VMAddr: "0x40000", Arch: "x86_64",
			},
			Image{
				Type: ELF, CodeID: "68220ae2c65d65c1b6aaa12fa6765a6ec2f5f434", CodeFile: "/lib/x86_64-linux-gnu/libgcc_s.so.1",
				DebugID: id(t, "e20a2268-5dc6-c165-b6aa-a12fa6765a6e"), Addr: 0x7f5140527000, Size: 90112, VMAddr: 0x40000, HasVMAddr: true, Arch: objfile.X86_64,
			},
		},
		{
			// relay-event-v1.txt, Nativedebugimage, second example; code ids compare without case
			"pe",
			Fields{Type: "pe", CodeID: "57898E12145000", DebugID: "9c2a902b-6fdf-40ad-8308-588a41d572a0-1", DebugFile: "dbghelp.pdb"},
			Image{Type: PE, CodeID: "57898e12145000", DebugID: id(t, "9c2a902b-6fdf-40ad-8308-588a41d572a0-1"), DebugFile: "dbghelp.pdb"},
		},
		{
			// field-behaviour.md 1.3: uuid and name of the legacy types
			"apple",
			Fields{Type: "apple", UUID: "502fc0a5-1ec1-3e47-9998-684fa139dca7", Name: "/Apps/hello", ImageAddr: "4294967296"},
			Image{Type: MachO, DebugID: id(t, "502fc0a5-1ec1-3e47-9998-684fa139dca7"), CodeFile: "/Apps/hello", Addr: 0x100000000},
		},
		{
			"symbolic",
			Fields{Type: "symbolic", ID: "502fc0a5-1ec1-3e47-9998-684fa139dca7-2"},
			Image{Type: Symbolic, DebugID: id(t, "502fc0a5-1ec1-3e47-9998-684fa139dca7-2")},
		},
		{
			// field-behaviour.md 2.2, the vector for ELF
			"the debug id of an ELF image is in its code id",
			Fields{Type: "elf", CodeID: "f1c3bcc0279865fe3058404b2831d9e64135386c"},
			Image{Type: ELF, CodeID: "f1c3bcc0279865fe3058404b2831d9e64135386c", DebugID: id(t, "c0bcc3f1-9827-fe65-3058-404b2831d9e6")},
		},
		{
			"that of a Mach-O image is its code id",
			Fields{Type: "macho", CodeID: "502FC0A5-1EC1-3E47-9998-684FA139DCA7"},
			Image{Type: MachO, CodeID: "502fc0a51ec13e479998684fa139dca7", DebugID: id(t, "502fc0a5-1ec1-3e47-9998-684fa139dca7")},
		},
		{
			"what does not parse is left out",
			Fields{Type: "elf", CodeID: "what?", DebugID: "no", ImageAddr: "7fff12", ImageSize: "1e3", Arch: "z80"},
			Image{Type: ELF},
		},
		{
			"other types are foreign",
			Fields{Type: "proguard", UUID: "502fc0a5-1ec1-3e47-9998-684fa139dca7"},
			Image{Type: Foreign, DebugID: id(t, "502fc0a5-1ec1-3e47-9998-684fa139dca7")},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.fields.Image()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseAddr(t *testing.T) {
	for _, tt := range []struct {
		text string
		want uint64
		ok   bool
	}{
		{"0x7fff5bf3456c", 0x7fff5bf3456c, true},
		{"0X7FFF", 0x7fff, true},
		{"0xffffffffffffffff", 1<<64 - 1, true},
		{"0x10000000000000000", 0, false},
		{"18446744073709551615", 1<<64 - 1, true},
		{"18446744073709551616", 0, false},
		{"-1", 1<<64 - 1, true},
		{"-9223372036854775808", 1 << 63, true},
		{"-9223372036854775809", 0, false},
		{"0", 0, true},
		{"", 0, false},
		{"0x", 0, false},
		{"-", 0, false},
		{"7fff12", 0, false},
		{"12.0", 0, false},
		{" 12", 0, false},
	} {
		got, ok := ParseAddr(tt.text)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("ParseAddr(%q) = %#x, %v, want %#x, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}
