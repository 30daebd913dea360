package symcache

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Version is that of the format. Versions:
//
//	1  first
const Version = 1

const magic = "NSYM"

// A header opens a table. All integers of a table are little-endian; FORMAT.md
// tells the whole layout.
//
//	offset  size  field
//	0x00    4     magic, "NSYM"
//	0x04    4     version
//	0x08    8     size of the table in bytes
//	0x10    4     CRC-32C of the header with this field zero
//	0x14    4     CRC-32C of what follows the header
//	0x18    8     preferred base of the image, a linked address
//	0x20    4     flags
//	0x24    4     lengths: debug id, code id, architecture, one byte each, one unused
//	0x28    4     offset of those three texts in the strings
//	0x2c    4     unused
//	0x30    7×16  sections: offset and size, 8 bytes each, in the order of sectionID
const headerSize = 0x30 + int(numSections)*16

// flags of a table
const (
	flagDebugInfo = 1 << iota // names come from debug information, not from symbols alone
	flagColumns               // the columns section was asked for
)

// A sectionID names a part of the table.
type sectionID int

const (
	secRegions   sectionID = iota // runs of the image that 32-bit offsets reach over
	secBuckets                    // where to start looking in blocks
	secBlocks                     // functions, by address
	secFunctions                  // what they are called
	secFiles                      // what their sources are called
	secStrings
	secColumns
	numSections
)

var sectionNames = [numSections]string{"regions", "buckets", "blocks", "functions", "files", "strings", "columns"}

// A region is a run of the image shorter than 4 GiB. Images have one or a few.
//
//	0x00  8  offset of the region from the start of the image
//	0x08  4  bytes it spans
//	0x0c  4  its first bucket
//	0x10  4  offset of its first block in the blocks
//	0x14  4  offset of the end of its blocks
//	0x18  1  shift: a bucket is 1<<shift bytes of code
//	0x19  7  unused
const regionSize = 0x20

type region struct {
	start                uint64
	span                 uint32
	bucket               uint32
	firstBlock, endBlock uint32
	shift                uint8
}

// A bucket is the offset of the last block that starts at or before the bucket's
// first address; if there is none, of the region's first block. Buckets are as
// small as their number allows, so that few blocks have to be passed, and none
// leads past more than maxChain.
const (
	minShift      = 8
	maxShift      = 12
	bucketsABlock = 8 // beyond which buckets grow
	maxChain      = 1 << maxShift

	// Code that nothing is known about, or one thing only, takes no buckets from here on.
	maxGap    = 1 << 20
	loneShift = 31
)

// A function record is what a function is called.
//
//	0x00  4  offset of its symbol in the strings
//	0x04  2  bytes of the symbol; 0xffff: the four bytes before it say how many
//	0x06  1  language
//	0x07  1  flags
//
// If flagScope is set, its scope follows the symbol: 2 bytes of length, then the text.
const (
	functionSize = 8
	longSymbol   = 0xffff
	flagScope    = 1
)

// A file record is the offset and the size of a path in the strings, 4 bytes each.
const fileSize = 8

// A block is a contiguous piece of one function.
//
//	0x00  4  offset of its first byte in the region
//	0x04  4  bytes of code
//	0x08  4  bytes from this block to the next, times 256, plus flags
//	0x0c  4  function
//
// then, if blockPart is set, because the function has other pieces:
//
//	0x00  8  offset of the function's entry from the start of the image
//	0x08  4  bytes of code from the start of the contiguous range to the first byte here
//	0x0c  4  bytes of code in the contiguous range
//
// then, if blockRows is set:
//
//	0x00  2  rows
//	0x02  2  files
//	0x04  2  scopes: inlined calls
//	0x06  2  bytes of code that were clipped off the front: rows start counting there
//	0x08  4  the lowest line of rows
//	0x0c  1  bits of a row's scope, and of a scope's parent
//	0x0d  1  bits of a row's file, and of a scope's call file
//	0x0e  1  bits of a row's line
//	0x0f  1  bits of a scope's call line
//	0x10  1  bits of a scope's function
//	0x11  1  bits of a row's start
//	0x12  2  bytes after the block that no function claims and the last row covers
//
// then, if there are scopes:
//
//	0x00  4  the lowest function of scopes
//	0x04  4  the lowest call line of scopes
//
// then, if blockColumns is set, 4 bytes: where the block's columns are in that section;
// then the files, 2 bytes each, or 4 if the table has more than 65536; the rows,
// packed: start, scope, file, line; the scopes, packed: function, parent, call file,
// call line. A line is 0 if unknown, else 1 more than what it exceeds the lowest by.
//
// The columns of a block are
//
//	0x00  2  columns
//	0x02  1  bits of a column's start
//	0x03  1  bits of a column
//	0x04  1  bits of a scope's call column
//	0x05  1  unused
//
// then the columns, packed: start, column; then the call columns, packed.
const (
	blockSize     = 16
	blockPartSize = 16
	blockRowsSize = 20
	scopeBaseSize = 8
	columnsSize   = 4 // in the block: the offset
	columnsHeader = 6 // in their section

	blockRows    = 1 << 0
	blockPart    = 1 << 1
	blockColumns = 1 << 2

	maxRowStart = 1<<16 - 2 // so that a row's start and their number fit 2 bytes
)

// offsets of header fields
const (
	offVersion   = 0x04
	offSize      = 0x08
	offHeaderCRC = 0x10
	offBodyCRC   = 0x14
	offBase      = 0x18
	offFlags     = 0x20
	offTextSizes = 0x24
	offTexts     = 0x28
	offSections  = 0x30
)

var (
	le         = binary.LittleEndian
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// corrupt returns the error for a table that contradicts itself at off.
func corrupt(section string, off uint64, format string, args ...any) error {
	return &cursor.Error{Section: "symcache " + section, Offset: off, Reason: fmt.Sprintf(format, args...)}
}
