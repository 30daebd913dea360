package objfile

import "slices"

// An Arch is a machine architecture. Byte order is apart from it: see [File.ByteOrder].
type Arch uint8

// Architectures. Those after a blank line are variants of the one before.
const (
	UnknownArch Arch = iota

	X86

	X86_64
	X86_64h

	ARM
	ARMv5
	ARMv6
	ARMv6m
	ARMv7
	ARMv7f
	ARMv7s
	ARMv7k
	ARMv7m
	ARMv7em

	ARM64
	ARM64e
	ARM64_32

	PPC
	PPC64

	MIPS
	MIPS64

	RISCV32
	RISCV64

	S390
	S390X

	LoongArch32
	LoongArch64

	SPARC
	SPARC64

	WASM32
)

// archNames holds the spelling of events, which is that of Sentry where it
// knows the architecture and that of Linux where it does not.
var archNames = [...]string{
	UnknownArch: "unknown",
	X86:         "x86",
	X86_64:      "x86_64",
	X86_64h:     "x86_64h",
	ARM:         "arm",
	ARMv5:       "armv5",
	ARMv6:       "armv6",
	ARMv6m:      "armv6m",
	ARMv7:       "armv7",
	ARMv7f:      "armv7f",
	ARMv7s:      "armv7s",
	ARMv7k:      "armv7k",
	ARMv7m:      "armv7m",
	ARMv7em:     "armv7em",
	ARM64:       "arm64",
	ARM64e:      "arm64e",
	ARM64_32:    "arm64_32",
	PPC:         "ppc",
	PPC64:       "ppc64",
	MIPS:        "mips",
	MIPS64:      "mips64",
	RISCV32:     "riscv32",
	RISCV64:     "riscv64",
	S390:        "s390",
	S390X:       "s390x",
	LoongArch32: "loongarch32",
	LoongArch64: "loongarch64",
	SPARC:       "sparc",
	SPARC64:     "sparc64",
	WASM32:      "wasm32",
}

// String returns the name that events use ("x86_64", "arm64").
func (a Arch) String() string {
	if int(a) < len(archNames) {
		return archNames[a]
	}
	return archNames[UnknownArch]
}

// ParseArch returns the architecture of a name that [Arch.String] returns, or
// UnknownArch.
func ParseArch(name string) Arch {
	return Arch(max(0, slices.Index(archNames[:], name)))
}
