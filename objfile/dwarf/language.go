package dwarf

import "github.com/nativesym/nativesym/objfile/debuginfo"

// languages maps DW_AT_language codes to languages: DWARF 5 §7.12, and those
// registered since on dwarfstd.org.
var languages = [...]debuginfo.Language{
	0x01: debuginfo.C, 0x02: debuginfo.C, 0x0c: debuginfo.C, 0x1d: debuginfo.C, 0x2c: debuginfo.C, 0x3e: debuginfo.C,
	0x04: debuginfo.CPP, 0x19: debuginfo.CPP, 0x1a: debuginfo.CPP, 0x21: debuginfo.CPP,
	0x2a: debuginfo.CPP, 0x2b: debuginfo.CPP, 0x3a: debuginfo.CPP,
	0x03: debuginfo.Ada, 0x0d: debuginfo.Ada, 0x2e: debuginfo.Ada, 0x2f: debuginfo.Ada,
	0x05: debuginfo.Cobol, 0x06: debuginfo.Cobol,
	0x07: debuginfo.Fortran, 0x08: debuginfo.Fortran, 0x0e: debuginfo.Fortran,
	0x22: debuginfo.Fortran, 0x23: debuginfo.Fortran, 0x2d: debuginfo.Fortran, 0x3f: debuginfo.Fortran,
	0x09: debuginfo.Pascal,
	0x0a: debuginfo.Modula2,
	0x0b: debuginfo.Java,
	0x0f: debuginfo.PLI,
	0x10: debuginfo.ObjC,
	0x11: debuginfo.ObjCPP,
	0x12: debuginfo.UPC,
	0x13: debuginfo.D,
	0x14: debuginfo.Python,
	0x15: debuginfo.OpenCL, 0x37: debuginfo.OpenCL, 0x38: debuginfo.OpenCL,
	0x16: debuginfo.Go,
	0x17: debuginfo.Modula3,
	0x18: debuginfo.Haskell,
	0x1b: debuginfo.OCaml,
	0x1c: debuginfo.Rust,
	0x1e: debuginfo.Swift,
	0x1f: debuginfo.Julia,
	0x20: debuginfo.Dylan,
	0x24: debuginfo.RenderScript,
	0x25: debuginfo.Bliss,
	0x26: debuginfo.Kotlin,
	0x27: debuginfo.Zig,
	0x28: debuginfo.Crystal,
	0x30: debuginfo.HIP,
	0x31: debuginfo.Assembler,
	0x32: debuginfo.CSharp,
	0x33: debuginfo.Mojo,
	0x34: debuginfo.GLSL, 0x35: debuginfo.GLSL,
	0x36: debuginfo.HLSL,
	0x39: debuginfo.SYCL,
	0x3b: debuginfo.Odin,
	0x3c: debuginfo.P4,
	0x3d: debuginfo.Metal,
	0x40: debuginfo.Ruby,
	0x41: debuginfo.Move,
	0x42: debuginfo.Hylo,
}

// Language codes that vendors took from the user range.
const (
	langMipsAssembler      = 0x8001 // what GNU as and clang write for assembly
	langGoogleRenderScript = 0x8e57
	langBorlandDelphi      = 0xb000
)

func language(code uint64) debuginfo.Language {
	switch {
	case code < uint64(len(languages)):
		return languages[code]
	case code == langMipsAssembler:
		return debuginfo.Assembler
	case code == langGoogleRenderScript:
		return debuginfo.RenderScript
	case code == langBorlandDelphi:
		return debuginfo.Pascal
	}
	return debuginfo.UnknownLanguage
}
