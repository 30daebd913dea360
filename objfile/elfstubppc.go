package objfile

// Instructions of PowerPC stubs. The first of 64 bits saves the pointer to the
// table of contents, in another place under either version of the ABI.
const (
	ppcSaveTOC1 = 0xf8410028 // std r2, 40(r1)
	ppcSaveTOC2 = 0xf8410018 // std r2, 24(r1)
	ppcToCTR11  = 0x7d6903a6 // mtctr r11
	ppcToCTR12  = 0x7d8903a6 // mtctr r12
	ppcBranch   = 0x4e800420 // bctr
	ppcLoadTOC  = 0xe842     // the upper half of ld r2, n(r2)
)

// tocBias is how far behind the start of .got the table's pointer leads.
const tocBias = 0x8000

// stubPPC64 decodes: std r2, n(r1); addis r12, r2, high, which may be missing;
// ld r12, low(r12 or r2); mtctr r12; bctr. Version 1 of the ABI has, instead of the
// last, ld r2, n(r2); cmpldi r2, 0; bnectr; b to the linker's own code.
func (f *elfFile) stubPPC64() stubDecoder {
	got, ok := f.Section(".got")
	if !ok {
		return nil
	}
	toc := got.Addr + tocBias
	return func(code []byte, _ uint64) (uint64, int) {
		if save := f.word32(code, 0); save != ppcSaveTOC1 && save != ppcSaveTOC2 {
			return 0, 0
		}
		slot, base, at := toc, uint32(2), 4
		if high := f.word32(code, at); high>>16 == 0x3d82 {
			slot, base, at = slot+uint64(int64(int32(high<<16))), 12, at+4
		}
		load := f.word32(code, at)
		if load>>16 != 0xe980|base || f.word32(code, at+4) != ppcToCTR12 {
			return 0, 0
		}
		slot += uint64(int64(int16(load &^ 3)))
		switch next := f.word32(code, at+8); {
		case next == ppcBranch:
			return slot, at + 12
		case next>>16 == ppcLoadTOC:
			return slot, at + 24
		}
		return 0, 0
	}
}

// stubPPC decodes what a program at a fixed address has: lis r11, high; lwz r11,
// low(r11); mtctr r11; bctr. Others count from a register that only their callers
// know.
func (f *elfFile) stubPPC(code []byte, _ uint64) (uint64, int) {
	high, load := f.word32(code, 0), f.word32(code, 4)
	if high>>16 != 0x3d60 || load>>16 != 0x816b || f.word32(code, 8) != ppcToCTR11 || f.word32(code, 12) != ppcBranch {
		return 0, 0
	}
	return uint64(high<<16 + uint32(int32(int16(load)))), 16
}
