package objfile

import "debug/elf"

// A patch is what a type of relocation does to the bytes it names.
type patch struct {
	op   patchOp
	size uint8 // bytes
}

type patchOp uint8

// With S the symbol's value, A the addend, P the place and V the value there.
const (
	ignore      patchOp = iota // of no consequence for where code is
	set                        // S + A
	setRelative                // S + A − P
	add                        // V + S + A
	sub                        // V − S − A
	set6                       // the same for the low six bits of a byte
	add6
	sub6
	setUleb // the same for a number in LEB128
	addUleb
	subUleb
)

// Relocations of RISC-V that package debug/elf does not name.
const (
	riscvSetUleb128 = 60
	riscvSubUleb128 = 61
)

// relocPatches holds, for each machine, the relocations that compilers put in
// debug sections. (Those of thread-local variables are among what is ignored.)
// The numbers are those of each machine's ELF supplement.
var relocPatches = map[elf.Machine]map[uint32]patch{
	elf.EM_X86_64: {
		uint32(elf.R_X86_64_NONE):     {},
		uint32(elf.R_X86_64_64):       {set, 8},
		uint32(elf.R_X86_64_PC32):     {setRelative, 4},
		uint32(elf.R_X86_64_PLT32):    {setRelative, 4},
		uint32(elf.R_X86_64_32):       {set, 4},
		uint32(elf.R_X86_64_32S):      {set, 4},
		uint32(elf.R_X86_64_16):       {set, 2},
		uint32(elf.R_X86_64_8):        {set, 1},
		uint32(elf.R_X86_64_PC64):     {setRelative, 8},
		uint32(elf.R_X86_64_DTPOFF32): {},
		uint32(elf.R_X86_64_DTPOFF64): {},
	},
	elf.EM_386: {
		uint32(elf.R_386_NONE):       {},
		uint32(elf.R_386_32):         {set, 4},
		uint32(elf.R_386_PC32):       {setRelative, 4},
		uint32(elf.R_386_16):         {set, 2},
		uint32(elf.R_386_8):          {set, 1},
		uint32(elf.R_386_TLS_LDO_32): {},
	},
	elf.EM_ARM: {
		uint32(elf.R_ARM_NONE):      {},
		uint32(elf.R_ARM_ABS32):     {set, 4},
		uint32(elf.R_ARM_REL32):     {setRelative, 4},
		uint32(elf.R_ARM_ABS16):     {set, 2},
		uint32(elf.R_ARM_ABS8):      {set, 1},
		uint32(elf.R_ARM_TARGET1):   {set, 4},
		uint32(elf.R_ARM_TLS_LDO32): {},
	},
	elf.EM_AARCH64: {
		uint32(elf.R_AARCH64_NONE):         {},
		256:                                {}, // R_AARCH64_NONE as older drafts number it
		uint32(elf.R_AARCH64_ABS64):        {set, 8},
		uint32(elf.R_AARCH64_ABS32):        {set, 4},
		uint32(elf.R_AARCH64_ABS16):        {set, 2},
		uint32(elf.R_AARCH64_PREL64):       {setRelative, 8},
		uint32(elf.R_AARCH64_PREL32):       {setRelative, 4},
		uint32(elf.R_AARCH64_TLS_DTPREL64): {},
	},
	elf.EM_RISCV: {
		uint32(elf.R_RISCV_NONE):         {},
		uint32(elf.R_RISCV_32):           {set, 4},
		uint32(elf.R_RISCV_64):           {set, 8},
		uint32(elf.R_RISCV_32_PCREL):     {setRelative, 4},
		uint32(elf.R_RISCV_ADD8):         {add, 1},
		uint32(elf.R_RISCV_ADD16):        {add, 2},
		uint32(elf.R_RISCV_ADD32):        {add, 4},
		uint32(elf.R_RISCV_ADD64):        {add, 8},
		uint32(elf.R_RISCV_SUB8):         {sub, 1},
		uint32(elf.R_RISCV_SUB16):        {sub, 2},
		uint32(elf.R_RISCV_SUB32):        {sub, 4},
		uint32(elf.R_RISCV_SUB64):        {sub, 8},
		uint32(elf.R_RISCV_SET8):         {set, 1},
		uint32(elf.R_RISCV_SET16):        {set, 2},
		uint32(elf.R_RISCV_SET32):        {set, 4},
		uint32(elf.R_RISCV_SET6):         {set6, 1},
		uint32(elf.R_RISCV_SUB6):         {sub6, 1},
		riscvSetUleb128:                  {setUleb, 1},
		riscvSubUleb128:                  {subUleb, 1},
		uint32(elf.R_RISCV_RELAX):        {},
		uint32(elf.R_RISCV_TLS_DTPREL32): {},
		uint32(elf.R_RISCV_TLS_DTPREL64): {},
	},
	elf.EM_LOONGARCH: {
		uint32(elf.R_LARCH_NONE):         {},
		uint32(elf.R_LARCH_32):           {set, 4},
		uint32(elf.R_LARCH_64):           {set, 8},
		uint32(elf.R_LARCH_32_PCREL):     {setRelative, 4},
		uint32(elf.R_LARCH_64_PCREL):     {setRelative, 8},
		uint32(elf.R_LARCH_ADD6):         {add6, 1},
		uint32(elf.R_LARCH_ADD8):         {add, 1},
		uint32(elf.R_LARCH_ADD16):        {add, 2},
		uint32(elf.R_LARCH_ADD32):        {add, 4},
		uint32(elf.R_LARCH_ADD64):        {add, 8},
		uint32(elf.R_LARCH_SUB6):         {sub6, 1},
		uint32(elf.R_LARCH_SUB8):         {sub, 1},
		uint32(elf.R_LARCH_SUB16):        {sub, 2},
		uint32(elf.R_LARCH_SUB32):        {sub, 4},
		uint32(elf.R_LARCH_SUB64):        {sub, 8},
		uint32(elf.R_LARCH_ADD_ULEB128):  {addUleb, 1},
		uint32(elf.R_LARCH_SUB_ULEB128):  {subUleb, 1},
		uint32(elf.R_LARCH_RELAX):        {},
		uint32(elf.R_LARCH_TLS_DTPREL32): {},
		uint32(elf.R_LARCH_TLS_DTPREL64): {},
	},
	elf.EM_MIPS: {
		uint32(elf.R_MIPS_NONE):         {},
		uint32(elf.R_MIPS_16):           {set, 2},
		uint32(elf.R_MIPS_32):           {set, 4},
		uint32(elf.R_MIPS_64):           {set, 8},
		uint32(elf.R_MIPS_PC32):         {setRelative, 4},
		uint32(elf.R_MIPS_TLS_DTPREL32): {},
		uint32(elf.R_MIPS_TLS_DTPREL64): {},
	},
	elf.EM_PPC: {
		uint32(elf.R_PPC_NONE):     {},
		uint32(elf.R_PPC_ADDR32):   {set, 4},
		uint32(elf.R_PPC_UADDR32):  {set, 4},
		uint32(elf.R_PPC_ADDR16):   {set, 2},
		uint32(elf.R_PPC_UADDR16):  {set, 2},
		uint32(elf.R_PPC_REL32):    {setRelative, 4},
		uint32(elf.R_PPC_DTPREL32): {},
	},
	elf.EM_PPC64: {
		uint32(elf.R_PPC64_NONE):     {},
		uint32(elf.R_PPC64_ADDR64):   {set, 8},
		ppc64Uaddr64:                 {set, 8},
		uint32(elf.R_PPC64_ADDR32):   {set, 4},
		ppc64Uaddr32:                 {set, 4},
		uint32(elf.R_PPC64_ADDR16):   {set, 2},
		uint32(elf.R_PPC64_REL32):    {setRelative, 4},
		uint32(elf.R_PPC64_REL64):    {setRelative, 8},
		uint32(elf.R_PPC64_TOC):      {},
		uint32(elf.R_PPC64_DTPREL64): {},
	},
	elf.EM_S390: {
		uint32(elf.R_390_NONE):      {},
		uint32(elf.R_390_8):         {set, 1},
		uint32(elf.R_390_16):        {set, 2},
		uint32(elf.R_390_32):        {set, 4},
		uint32(elf.R_390_64):        {set, 8},
		uint32(elf.R_390_PC32):      {setRelative, 4},
		uint32(elf.R_390_PC64):      {setRelative, 8},
		uint32(elf.R_390_TLS_LDO32): {},
		uint32(elf.R_390_TLS_LDO64): {},
	},
	elf.EM_SPARCV9:     sparcPatches,
	elf.EM_SPARC:       sparcPatches,
	elf.EM_SPARC32PLUS: sparcPatches,
}

const (
	ppc64Uaddr32 = 24
	ppc64Uaddr64 = 43
)

var sparcPatches = map[uint32]patch{
	uint32(elf.R_SPARC_NONE):   {},
	uint32(elf.R_SPARC_8):      {set, 1},
	uint32(elf.R_SPARC_16):     {set, 2},
	uint32(elf.R_SPARC_32):     {set, 4},
	uint32(elf.R_SPARC_64):     {set, 8},
	uint32(elf.R_SPARC_UA16):   {set, 2},
	uint32(elf.R_SPARC_UA32):   {set, 4},
	uint32(elf.R_SPARC_UA64):   {set, 8},
	uint32(elf.R_SPARC_DISP32): {setRelative, 4},
	sparcDisp64:                {setRelative, 8},
	sparcTLSDtpoff32:           {},
	sparcTLSDtpoff64:           {},
}

const (
	sparcDisp64      = 46
	sparcTLSDtpoff32 = 76
	sparcTLSDtpoff64 = 77
)
