package symbolicate

import (
	"encoding/binary"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
)

// A return address has a call in front of it. Whether it does is in the code,
// where the executable itself is at hand: evidence for whoever doubts a stack,
// too slow and too rarely possible to decide anything.

// maxCall is the length of the longest call instruction.
const maxCall = 8

// evidence says what stands in front of a return address: the call, or that there
// is none. It is empty if no file of the image has the code.
func evidence(files []source.File, rel debugimage.Rel) string {
	for _, file := range files {
		if file.Compiled || file.Features.Sources {
			continue
		}
		f, err := file.Open()
		if err != nil {
			continue
		}
		var text string
		known := false
		_ = f.Guard(func() error { // of a file that is cut short now, nothing is known
			text, known = callBefore(f.Arch(), codeBefore(f, f.Base()+uint64(rel)))
			return nil
		})
		f.Close()
		switch {
		case !known:
		case text == "":
			return "no call is in front of it"
		default:
			return "in front of it is " + text
		}
	}
	return ""
}

// codeBefore returns the code that ends at a linked address, as far as a call may
// reach; nil if the file does not have it.
func codeBefore(f *objfile.File, addr uint64) []byte {
	text, ok := f.Section(".text")
	if !ok || text.Empty() || addr < text.Addr {
		return nil
	}
	code, err := text.Data()
	if err != nil || addr-text.Addr > uint64(len(code)) {
		return nil
	}
	code = code[:addr-text.Addr]
	return code[max(0, len(code)-maxCall):]
}

// callBefore returns the call instruction that code ends with, "" if there is
// none. It is not known where there is no code, and for architectures whose
// instructions we do not read.
func callBefore(arch objfile.Arch, code []byte) (text string, known bool) {
	switch arch {
	case objfile.X86:
		return callBeforeX86(code, 32)
	case objfile.X86_64, objfile.X86_64h:
		return callBeforeX86(code, 64)
	case objfile.ARM64, objfile.ARM64e, objfile.ARM64_32:
		return callBeforeARM64(code)
	}
	return "", false
}

// callBeforeX86 tries the lengths a call can have, the commonest first: read
// backwards, x86 code means several things.
func callBeforeX86(code []byte, mode int) (text string, known bool) {
	for _, n := range []int{5, 2, 3, 6, 7, 4, maxCall} {
		if n > len(code) {
			continue
		}
		inst, err := x86asm.Decode(code[len(code)-n:], mode)
		if err == nil && inst.Len == n && (inst.Op == x86asm.CALL || inst.Op == x86asm.LCALL) {
			return x86asm.GNUSyntax(inst, 0, nil), true
		}
	}
	return "", len(code) == maxCall
}

func callBeforeARM64(code []byte) (text string, known bool) {
	if len(code) < 4 {
		return "", false
	}
	code = code[len(code)-4:]
	if word := binary.LittleEndian.Uint32(code); word&0xfefff800 == 0xd63f0800 {
		return "blra: a call through a signed pointer", true // which x/arch does not read
	}
	inst, err := arm64asm.Decode(code)
	if err == nil && (inst.Op == arm64asm.BL || inst.Op == arm64asm.BLR) {
		return arm64asm.GNUSyntax(inst), true
	}
	return "", true
}
