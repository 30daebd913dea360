package gopclntab

// A version says how a table is laid out.
//
// The header's magic, two zeros, quantum and word size are followed by words:
//
//	Go 1.2   functions
//	Go 1.16  functions, files; offsets of names, unit files, files, values, functions
//	Go 1.18  functions, files, address of code; offsets as before
//	Go 1.20  as before; since Go 1.25 the address may be 0
//
// A function's record starts with its entry: an address, since Go 1.18 an offset
// in 32 bits. Then come, in 32 bits each:
//
//	0   offset of its name
//	4   size of arguments
//	8   (differs)
//	12  offset of the table of stack depths
//	16  offset of the table of files
//	20  offset of the table of lines
//	24  number of tables of other values
//	28  first of its unit's files (since Go 1.16)
//	32  line of its declaration (since Go 1.20)
//	…   function id in one byte, flags, and in the last byte the number of data
//	    (before Go 1.12 that number takes all 32 bits)
//
// The offsets of the tables of values follow, and after them where the data are:
// addresses, aligned, or since Go 1.18 offsets in 32 bits from go:func.*.
type version struct {
	magic    uint32
	words    int  // of the header
	names    int  // which of them is the offset of names
	files    int  // which of them is the number of files; 0: none is
	relative bool // code and data are told by offsets
	counts   int  // where in the record, after the entry, the function id is

	inlinings []inlining // how inlined calls may be laid out, the newest first
	gofunc    int        // which word of the module's description is the address of go:func.*
}

// An inlining says where inlined calls are found, and how they are laid out.
//
//	Go 1.9         Go 1.12         Go 1.20
//	0  parent      0  parent (16)  0   function id
//	               2  function id
//	4  call file   4  call file    4   offset of the name
//	8  call line   8  call line    8   offset of code that has the call's line
//	12 name        12 name         12  line of the declaration
//	               16 offset of code that has the call's line
type inlining struct {
	pcdata, funcdata int  // numbers of the table that says which call code is from, and of the calls
	size             int  // of a call in bytes
	name             int  // where a call has its name
	parentBits       int  // of the number of the call around it; 0: found by code
	wide             bool // the number of a function's data takes 32 bits
}

var versions = []version{
	{magic: 0xfffffff1, words: 8, names: 3, files: 1, relative: true, counts: 36, gofunc: 40, inlinings: []inlining{
		{pcdata: 2, funcdata: 3, size: 16, name: 4},
	}},
	{magic: 0xfffffff0, words: 8, names: 3, files: 1, relative: true, counts: 32, gofunc: 38, inlinings: []inlining{
		{pcdata: 2, funcdata: 3, size: 20, name: 12, parentBits: 16},
	}},
	{magic: 0xfffffffa, words: 7, names: 2, files: 1, counts: 32, inlinings: []inlining{
		{pcdata: 2, funcdata: 3, size: 20, name: 12, parentBits: 16},
	}},
	{magic: 0xfffffffb, words: 1, counts: 28, inlinings: []inlining{
		{pcdata: 2, funcdata: 4, size: 20, name: 12, parentBits: 16},             // Go 1.13
		{pcdata: 1, funcdata: 2, size: 20, name: 12, parentBits: 16},             // Go 1.12
		{pcdata: 1, funcdata: 2, size: 16, name: 12, parentBits: 32, wide: true}, // Go 1.9
	}},
}
