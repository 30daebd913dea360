package main

// A part is a table of its own.
type part struct {
	title, text string
	variants    []variant
}

var parts = []part{
	{
		"How debug information is stored",
		"x86-64, by gcc 12 and clang 19.",
		[]variant{
			parcel("DWARF 2", "gcc-dwarf2", "clang-dwarf2"),
			parcel("DWARF 3", "gcc-dwarf3"),
			parcel("DWARF 4", "gcc-dwarf4", "clang-dwarf4"),
			parcel("DWARF 5", "gcc-dwarf5", "clang-dwarf5"),
			parcel("64-bit DWARF 5", "gcc-dwarf64", "clang-dwarf64"),
			parcel("type units in `.debug_types`", "gcc-types4", "clang-types4"),
			parcel("type units of DWARF 5", "gcc-types5", "clang-types5"),
			parcel("link-time optimisation", "gcc-lto", "clang-lto"),
			parcel("a section for every basic block", "clang-sections"),
			parcel("relocatable object (`.o`, `.ko`)", "gcc-object"),
			parcel("linked, with its relocations (`--emit-relocs`)", "gcc-relocs"),
			parcel("sections compressed with zlib", "gcc-zlib"),
			parcel("sections compressed with zstd", "clang-zstd"),
			parcel("`.zdebug_*`", "gcc-zdebug"),
			parcel("source code embedded", "clang-embed"),
		},
	},
	{
		"Debug information in other files",
		"The other file lies beside the program, unless the row says otherwise.",
		[]variant{
			inPlace("`.dwo`, DWARF 4, where the compiler wrote it", "gcc-split4", "clang-split4"),
			inPlace("`.dwo`, DWARF 5, where the compiler wrote it", "gcc-split5", "clang-split5"),
			parcel("`.dwo`, DWARF 4", "gcc-split4", "clang-split4"),
			parcel("`.dwo`, DWARF 5", "gcc-split5", "clang-split5"),
			parcel("the same, with type units", "gcc-typesplit4", "gcc-typesplit5", "clang-typesplit5"),
			parcel("`-gsplit-dwarf=single`: in the object files", "clang-single5"),
			parcel("`.dwp`, version 2", "gcc-dwp4", "clang-dwp4"),
			parcel("`.dwp`, version 5", "clang-dwp5"),
			parcel("the same, with type units", "gcc-typesdwp4", "clang-typesdwp5"),
			parcel("dwz within one file", "gcc-partial"),
			parcel("dwz, `.gnu_debugaltlink`", "gcc-dwz"),
			parcel("DWARF 5 `.debug_sup`", "gcc-sup"),
			parcel("`.gnu_debuglink`", "gcc-link"),
		},
	},
	{
		"Other machines",
		"By clang 19, with DWARF 5; only the one with function descriptors is gcc's. Debian's binutils know x86 only.",
		[]variant{
			parcel("x86", "clang-x86"),
			parcel("x86-64, x32", "clang-x32"),
			parcel("ARM, Thumb", "clang-arm"),
			parcel("arm64", "clang-arm64"),
			parcel("RISC-V 32", "clang-riscv32"),
			parcel("RISC-V 64", "clang-riscv64"),
			parcel("MIPS, big-endian", "clang-mips"),
			parcel("MIPS 64, little-endian", "clang-mips64el"),
			parcel("PowerPC", "clang-ppc"),
			parcel("PowerPC 64, little-endian", "clang-ppc64le"),
			parcel("PowerPC 64, big-endian, function descriptors", "gcc-ppc64"),
			parcel("s390x", "clang-s390x"),
			parcel("LoongArch 64", "clang-loongarch64"),
			parcel("SPARC 64", "clang-sparc64"),
		},
	},
	{
		"Without debug information",
		"Only names are to be had, but of the Go program, whose own table has everything.",
		[]variant{
			parcel("symbol table", "gcc-symbols"),
			parcel("MiniDebugInfo (`.gnu_debugdata`)", "gcc-mini"),
			stubs("PLT stubs of a stripped program", map[string]string{
				"shop-gcc12-x86_64": "objdump", "shop-gcc12-arm64": "aarch64-linux-gnu-objdump",
			}),
			strippedGo("Go, stripped"),
		},
	},
}
