package symbolicate

import (
	"encoding/binary"
	"slices"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
)

// A return address has a call in front of it. Whether it does is in the code,
// where the executable itself is at hand: evidence for whoever doubts a stack,
// too slow and too rarely possible to decide anything.

// maxCall is the length of the longest call instruction.
const maxCall = 8

// evidences says for each frame, where that is asked, what stands in front of its
// return address. The files of an image are opened once: they may be packed.
func (j *job) evidences() []string {
	texts := make([]string, len(j.frames))
	for rest := j.order; len(rest) > 0; {
		image := j.frames[rest[0]].image
		n := 1
		for n < len(rest) && j.frames[rest[n]].image == image {
			n++
		}
		j.evidenceIn(j.files[image].all, rest[:n], texts)
		rest = rest[n:]
	}
	return texts
}

// evidenceIn is evidences for frames of one image, which has files.
func (j *job) evidenceIn(files []source.File, order []int32, texts []string) {
	left := slices.DeleteFunc(slices.Clone(order), func(i int32) bool {
		switch j.frames[i].rule {
		case RuleReturn, RuleSignal, RuleToldYes:
			return false
		}
		return true
	})
	for _, file := range files {
		if len(left) == 0 {
			return
		}
		if file.Compiled || file.Features.Sources {
			continue
		}
		f, err := file.Open()
		if err != nil {
			continue
		}
		_ = f.Guard(func() error { // of a file that is cut short now, nothing more is known
			code, at := codeOf(f)
			left = slices.DeleteFunc(left, func(i int32) (known bool) {
				texts[i], known = evidence(f.Arch(), code, f.Base()+uint64(j.frames[i].ret)-at)
				return known
			})
			return nil
		})
		f.Close()
	}
}

// evidence says what stands in front of an offset in code: the call, or that there is
// none. It is not known where the code does not reach there.
func evidence(arch objfile.Arch, code []byte, off uint64) (text string, known bool) {
	if off > uint64(len(code)) {
		return "", false
	}
	code = code[:off]
	switch text, known = callBefore(arch, code[max(0, len(code)-maxCall):]); {
	case !known:
		return "", false
	case text == "":
		return "no call is in front of it", true
	}
	return "in front of it is " + text, true
}

// codeOf returns the code of a file and its linked address, nil if it has none.
func codeOf(f *objfile.File) (code []byte, at uint64) {
	text, ok := f.Section(".text")
	if !ok || text.Empty() {
		return nil, 0
	}
	code, err := text.Data()
	if err != nil {
		return nil, 0
	}
	return code, text.Addr
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
