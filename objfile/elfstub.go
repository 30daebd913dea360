package objfile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/bits"
)

// A stubDecoder reads the stub that code, which lies at addr, starts with. It
// returns the address of the slot that the stub jumps through, and the size of
// the instructions up to there: 0 if there is no stub.
type stubDecoder func(code []byte, addr uint64) (slot uint64, size int)

// stubStep divides the distance between any two stubs: the size of an
// instruction, or less than the alignment that x86 gives them.
const stubStep = 4

func (f *elfFile) stubDecoder() stubDecoder {
	switch f.machine {
	case elf.EM_X86_64:
		return stubX86_64
	case elf.EM_386:
		base := f.dynamic()[elf.DT_PLTGOT]
		return func(code []byte, addr uint64) (uint64, int) { return stub386(code, base) }
	case elf.EM_AARCH64:
		return stubARM64
	case elf.EM_ARM:
		return stubARM
	case elf.EM_RISCV:
		return stubRISCV
	case elf.EM_S390:
		return stubS390
	case elf.EM_LOONGARCH:
		return stubLoongArch
	case elf.EM_PPC:
		return f.stubPPC
	case elf.EM_PPC64:
		return f.stubPPC64()
	case elf.EM_SPARC, elf.EM_SPARC32PLUS, elf.EM_SPARCV9:
		return stubSPARC
	}
	return nil
}

// endbr64; bnd jmp *slot(%rip), where the prefixes may be missing. Where indirect
// jumps are avoided: mov slot(%rip), %r11; then a call or a jump.
func stubX86_64(code []byte, addr uint64) (uint64, int) {
	if len(code) >= 8 && code[0] == 0x4c && code[1] == 0x8b && code[2] == 0x1d && code[7]|1 == 0xe9 {
		return addr + 7 + signed32(binary.LittleEndian, code[3:]), 7
	}
	rest := bytes.TrimPrefix(code, []byte{0xf3, 0x0f, 0x1e, 0xfa})
	rest = bytes.TrimPrefix(rest, []byte{0xf2})
	if len(rest) < 6 || rest[0] != 0xff || rest[1] != 0x25 {
		return 0, 0
	}
	size := len(code) - len(rest) + 6
	return addr + uint64(size) + signed32(binary.LittleEndian, rest[2:]), size
}

// endbr32; jmp *slot, or with %ebx at the base of the table: jmp *offset(%ebx).
func stub386(code []byte, base uint64) (uint64, int) {
	rest := bytes.TrimPrefix(code, []byte{0xf3, 0x0f, 0x1e, 0xfb})
	if len(rest) < 6 || rest[0] != 0xff || rest[1] != 0x25 && rest[1] != 0xa3 {
		return 0, 0
	}
	slot := signed32(binary.LittleEndian, rest[2:])
	if rest[1] == 0xa3 {
		slot += base
	}
	return uint64(uint32(slot)), len(code) - len(rest) + 6
}

// bti c, which may be missing; adrp x16, page; ldr x17, [x16, offset].
func stubARM64(code []byte, addr uint64) (uint64, int) {
	at := 0
	if word(code, 0) == 0xd503245f {
		at = 4
	}
	adrp, ldr := word(code, at), word(code, at+4)
	if adrp&0x9f00001f != 0x90000010 || ldr&0xffc003ff != 0xf9400211 {
		return 0, 0
	}
	page := int64(int32(adrp<<8)>>11&^3 | int32(adrp>>29&3)) // 21 bits, signed
	slot := (addr+uint64(at))&^0xfff + uint64(page<<12) + uint64(ldr>>10&0xfff)*8
	return slot, at + 8
}

// bx pc and a no-op or a jump back from Thumb, which may be missing; add ip, pc, n; any number of
// add ip, ip, n; ldr pc, [ip, n]!.
func stubARM(code []byte, addr uint64) (uint64, int) {
	at := 0
	if thumb := word(code, 0); thumb == 0x46c04778 || thumb == 0xe7fd4778 {
		at = 4
	}
	first := word(code, at)
	if first>>12 != 0xe28fc {
		return 0, 0
	}
	slot := uint32(addr) + uint32(at) + 8 + rotated(first)
	for range 3 {
		at += 4
		switch next := word(code, at); next >> 12 {
		case 0xe28cc:
			slot += rotated(next)
		case 0xe5bcf:
			return uint64(slot + next&0xfff), at + 4
		default:
			return 0, 0
		}
	}
	return 0, 0
}

// rotated returns the constant of an ARM instruction: eight bits, rotated right
// by twice the four above them.
func rotated(instruction uint32) uint32 {
	return bits.RotateLeft32(instruction&0xff, -2*int(instruction>>8&0xf))
}

// auipc t3, n; ld t3, n(t3), or lw.
func stubRISCV(code []byte, addr uint64) (uint64, int) {
	auipc, load := word(code, 0), word(code, 4)
	if auipc&0xfff != 0xe17 || load&0xfffff != 0xe2e03 && load&0xfffff != 0xe3e03 {
		return 0, 0
	}
	return addr + uint64(int32(auipc&^0xfff)) + uint64(int32(load)>>20), 8
}

// larl %r1, slot; lg %r1, 0(%r1).
func stubS390(code []byte, addr uint64) (uint64, int) {
	if len(code) < 12 || code[0] != 0xc0 || code[1] != 0x10 || code[6] != 0xe3 || code[7] != 0x10 || code[8] != 0x10 {
		return 0, 0
	}
	return addr + 2*signed32(binary.BigEndian, code[2:]), 12
}

// pcaddu12i $t3, n; ld.d $t3, $t3, n.
func stubLoongArch(code []byte, addr uint64) (uint64, int) {
	pcadd, load := word(code, 0), word(code, 4)
	if pcadd&0xfe00001f != 0x1c00000f || load&0xffc003ff != 0x28c001ef {
		return 0, 0
	}
	return addr + uint64(int32(pcadd<<7)&^0xfff) + uint64(int32(load<<10)>>20), 8
}

// stubSPARC decodes what the loader overwrites: sethi n, %g1; then a branch. The
// stub is itself the slot.
func stubSPARC(code []byte, addr uint64) (uint64, int) {
	if len(code) < 8 || code[0] != 0x03 || code[4] != 0x30 {
		return 0, 0
	}
	return addr, 8
}

// word returns the little-endian instruction at off, or 0 where code ends.
func word(code []byte, off int) uint32 {
	if len(code) < off+4 {
		return 0
	}
	return binary.LittleEndian.Uint32(code[off:])
}

// word32 returns the instruction at off in the file's order, or 0 where code ends.
func (f *elfFile) word32(code []byte, off int) uint32 {
	if len(code) < off+4 {
		return 0
	}
	return f.order.Uint32(code[off:])
}

func signed32(order binary.ByteOrder, b []byte) uint64 { return uint64(int64(int32(order.Uint32(b)))) }
