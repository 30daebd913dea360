package symbolicate

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// The table of design.md, difference 3, and the documented examples of
// field-behaviour.md 1.4.
func TestCallAddrByArchitecture(t *testing.T) {
	for _, tt := range []struct {
		arch          objfile.Arch
		addr          debugimage.Abs
		exact, before debugimage.Abs
	}{
		{objfile.UnknownArch, 0x1337, 0x1337, 0x1336},
		{objfile.X86, 0x1337, 0x1337, 0x1336},
		{objfile.X86_64, 0x1337, 0x1337, 0x1336},
		{objfile.X86_64h, 0x1337, 0x1337, 0x1336},
		{objfile.ARM, 0x1337, 0x1336, 0x1334},
		{objfile.ARMv7s, 0x1337, 0x1336, 0x1334},
		{objfile.ARM64, 0x1337, 0x1334, 0x1330},
		{objfile.ARM64e, 0x1338, 0x1338, 0x1334},
		{objfile.ARM64_32, 0x1338, 0x1338, 0x1334},
		{objfile.PPC, 0x1338, 0x1338, 0x1334},
		{objfile.PPC64, 0x133c, 0x133c, 0x1338},
		{objfile.MIPS, 0x1338, 0x1338, 0x1330},
		{objfile.MIPS64, 0x1338, 0x1338, 0x1330},
		{objfile.SPARC, 0x1338, 0x1338, 0x1330},
		{objfile.SPARC64, 0x1338, 0x1338, 0x1330},
		{objfile.RISCV32, 0x1337, 0x1336, 0x1334},
		{objfile.RISCV64, 0x1336, 0x1336, 0x1334},
		{objfile.S390X, 0x1336, 0x1336, 0x1334},
		{objfile.LoongArch64, 0x1338, 0x1338, 0x1334},
		{objfile.WASM32, 0x1337, 0x1337, 0x1337},
	} {
		t.Run(tt.arch.String(), func(t *testing.T) {
			top := FrameAddr{Addr: tt.addr, Arch: tt.arch, Top: true}
			if got, rule := CallAddr(top); got != tt.exact || rule != RuleExact {
				t.Errorf("CallAddr(%+v) = %#x (%v), want %#x", top, uint64(got), rule, uint64(tt.exact))
			}
			caller := FrameAddr{Addr: tt.addr, Arch: tt.arch}
			if got, rule := CallAddr(caller); got != tt.before || rule != RuleReturn {
				t.Errorf("CallAddr(%+v) = %#x (%v), want %#x", caller, uint64(got), rule, uint64(tt.before))
			}
		})
	}
}

func TestCallAddrRules(t *testing.T) {
	crash := Signal{11, Linux}
	for _, tt := range []struct {
		name  string
		frame FrameAddr
		want  debugimage.Abs
		rule  Rule
	}{
		{"a caller points after its call", FrameAddr{Arch: objfile.ARM64, Addr: 0x1008}, 0x1004, RuleReturn},
		{"the frame that stopped is exact", FrameAddr{Arch: objfile.ARM64, Addr: 0x1008, Top: true}, 0x1008, RuleExact},
		{"it is at the program counter", FrameAddr{Arch: objfile.X86, Addr: 0x1008, Top: true, PC: 0x1008, Signal: crash}, 0x1008, RuleExact},
		{"it is not", FrameAddr{Arch: objfile.X86, Addr: 0x1008, Top: true, PC: 0x2000, Signal: crash}, 0x1007, RuleSignal},
		{"bits that are no address do not count", FrameAddr{Arch: objfile.ARM, Addr: 0x1008, Top: true, PC: 0x1009, Signal: crash}, 0x1008, RuleExact},
		{"no program counter", FrameAddr{Arch: objfile.X86, Addr: 0x1008, Top: true, Signal: crash}, 0x1008, RuleExact},
		{"no crash", FrameAddr{Arch: objfile.X86, Addr: 0x1008, Top: true, PC: 0x2000, Signal: Signal{15, Linux}}, 0x1008, RuleExact},
		{"told to adjust the youngest", FrameAddr{Arch: objfile.X86, Addr: 0x1008, Top: true, Adjust: AdjustYes}, 0x1007, RuleToldYes},
		{"told not to adjust a caller, which is aligned all the same", FrameAddr{Arch: objfile.ARM, Addr: 0x1009, Adjust: AdjustNever}, 0x1008, RuleToldNever},
		{"nothing is before 0", FrameAddr{Arch: objfile.ARM64, Addr: 3}, 0, RuleReturn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, rule := CallAddr(tt.frame); got != tt.want || rule != tt.rule {
				t.Errorf("CallAddr(%+v) = %#x (%v), want %#x (%v)", tt.frame, uint64(got), rule, uint64(tt.want), tt.rule)
			}
		})
	}
}

// Whatever the frame, the address is at most two instructions back and never more.
func TestCallAddrStaysNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := FrameAddr{
			Addr:   debugimage.Abs(rapid.Uint64().Draw(t, "addr")),
			Arch:   objfile.Arch(rapid.IntRange(0, int(objfile.WASM32)).Draw(t, "arch")),
			Top:    rapid.Bool().Draw(t, "top"),
			Adjust: Adjust(rapid.IntRange(0, 2).Draw(t, "adjust")),
			PC:     debugimage.Abs(rapid.Uint64().Draw(t, "pc")),
			Signal: Signal{int64(rapid.IntRange(0, 12).Draw(t, "signal")), OS(rapid.IntRange(0, 4).Draw(t, "os"))},
		}
		got, rule := CallAddr(f)
		if got > f.Addr || f.Addr-got > 11 {
			t.Fatalf("CallAddr(%+v) = %#x", f, uint64(got))
		}
		if exact := rule == RuleExact || rule == RuleToldNever; exact && f.Addr-got > 3 {
			t.Fatalf("CallAddr(%+v) = %#x, which is not exact", f, uint64(got))
		}
	})
}

func TestSignalIsCrash(t *testing.T) {
	for _, tt := range []struct {
		os      OS
		crashes []int64
	}{
		{UnknownOS, []int64{4, 7, 10, 11}},
		{Linux, []int64{4, 7, 11}},
		{Apple, []int64{4, 10, 11}},
		{OtherUnix, []int64{4, 10, 11}},
	} {
		var got []int64
		for n := range int64(32) {
			if (Signal{n, tt.os}).IsCrash() {
				got = append(got, n)
			}
		}
		if len(got) != len(tt.crashes) {
			t.Errorf("system %d: crash signals %v, want %v", tt.os, got, tt.crashes)
			continue
		}
		for i := range got {
			if got[i] != tt.crashes[i] {
				t.Errorf("system %d: crash signals %v, want %v", tt.os, got, tt.crashes)
			}
		}
	}
}
