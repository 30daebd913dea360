package symcache

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/nativesym/nativesym/objfile"
)

// ErrNotSymcache says that the bytes are not a compiled table.
var ErrNotSymcache = errors.New("not a symcache")

// ErrVersion says that a table was written by another version of the format and
// has to be compiled again.
var ErrVersion = errors.New("symcache of another version")

// A Cache answers which functions and lines an offset in an image belongs to. It
// reads a compiled table in place and is immutable, so it is safe for concurrent
// use. What it hands out is valid until Close.
type Cache struct {
	data   []byte
	path   string // of the mapped file, "" if the bytes are not a file's
	close  func() error
	base   uint64
	flags  uint32
	ids    [3]string
	region []region

	buckets   []byte
	blocks    []byte
	functions []byte
	files     []byte
	strings   []byte
	columns   []byte
	wideFiles bool
}

// IsSymcache reports whether data starts as a compiled table does.
func IsSymcache(data []byte) bool {
	return len(data) >= len(magic) && string(data[:len(magic)]) == magic
}

// OpenFile maps the table in a file.
func OpenFile(path string) (*Cache, error) {
	data, unmap, err := objfile.Map(path)
	if err != nil {
		return nil, err
	}
	c, err := Open(data)
	if err != nil {
		unmap()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.path, c.close = path, unmap
	return c, nil
}

// Open returns the Cache in data, which must not change while it is used. It
// checks the header only, so it takes the same time for any size; a table that is
// damaged further on may give wrong answers but no fault. [Cache.Verify] checks
// all of it.
func Open(data []byte) (*Cache, error) {
	if !IsSymcache(data) {
		return nil, ErrNotSymcache
	}
	if len(data) < headerSize {
		return nil, corrupt("header", 0, "need %d bytes, have %d", headerSize, len(data))
	}
	if v := le.Uint32(data[offVersion:]); v != Version {
		return nil, fmt.Errorf("%w: it has %d, this program reads %d", ErrVersion, v, Version)
	}
	header := bytes.Clone(data[:headerSize])
	clear(header[offHeaderCRC:][:4])
	if want, got := le.Uint32(data[offHeaderCRC:]), crc32.Checksum(header, castagnoli); want != got {
		return nil, corrupt("header", offHeaderCRC, "checksum is %#x, bytes give %#x", want, got)
	}
	if size := le.Uint64(data[offSize:]); size != uint64(len(data)) {
		return nil, corrupt("header", offSize, "table of %d bytes, file has %d", size, len(data))
	}
	c := &Cache{data: data, base: le.Uint64(data[offBase:]), flags: le.Uint32(data[offFlags:])}
	return c, c.sections()
}

// sections finds the parts of the table and what has to hold for every lookup.
func (c *Cache) sections() error {
	var sec [numSections][]byte
	for i := range sec {
		at := offSections + 16*i
		off, size := le.Uint64(c.data[at:]), le.Uint64(c.data[at+8:])
		n := uint64(len(c.data)) - slack
		if off > n || size > n-off {
			return corrupt("header", uint64(at), "%s at %#x, size %#x: table has %#x bytes", sectionNames[i], off, size, n)
		}
		// Packed fields are loaded eight bytes at a time: what follows a section may be read, not used.
		sec[i] = c.data[off:][: size : size+slack]
	}
	c.buckets, c.blocks, c.functions = sec[secBuckets], sec[secBlocks], sec[secFunctions]
	c.files, c.strings, c.columns = sec[secFiles], sec[secStrings], sec[secColumns]
	c.wideFiles = len(c.files)/fileSize > 1<<16
	at := int(le.Uint32(c.data[offTexts:]))
	for i := range c.ids {
		n := int(c.data[offTextSizes+i])
		if at > len(c.strings) || n > len(c.strings)-at {
			return corrupt("header", offTexts, "ids lie outside the strings")
		}
		c.ids[i] = view(c.strings[at:][:n])
		at += n
	}
	return c.regions(sec[secRegions])
}

// maxRegions limits how many regions a table may have: enough for code strewn
// over 256 TiB.
const maxRegions = 1 << 16

func (c *Cache) regions(b []byte) error {
	if len(b)/regionSize > maxRegions {
		return corrupt("regions", 0, "more than %d regions", maxRegions)
	}
	for off := 0; off+regionSize <= len(b); off += regionSize {
		r := region{
			start: le.Uint64(b[off:]), span: le.Uint32(b[off+8:]), bucket: le.Uint32(b[off+12:]),
			firstBlock: le.Uint32(b[off+16:]), endBlock: le.Uint32(b[off+20:]), shift: b[off+24] & 31,
		}
		buckets := (uint64(r.span) + 1<<r.shift - 1) >> r.shift
		if uint64(r.bucket)+buckets > uint64(len(c.buckets)/4) || r.firstBlock > r.endBlock || uint64(r.endBlock) > uint64(len(c.blocks)) {
			return corrupt("regions", uint64(off), "region reaches outside the buckets or the blocks")
		}
		if n := len(c.region); n > 0 && r.start < c.region[n-1].start {
			return corrupt("regions", uint64(off), "regions do not ascend")
		}
		c.region = append(c.region, r)
	}
	return nil
}

// Close unmaps the table, if OpenFile mapped it.
func (c *Cache) Close() error {
	if c.close == nil {
		return nil
	}
	return c.close()
}

// Guard calls fn, which looks up in a table that [OpenFile] mapped. If somebody
// cut the file short meanwhile, that is an error and not the end of the program.
// Tables that are replaced as a whole, by renaming a new one, need no guard.
func (c *Cache) Guard(fn func() error) error {
	if c.path == "" {
		return fn()
	}
	return objfile.GuardMapped(c.path, c.data, fn)
}

// Verify reads the whole table and compares its checksum.
func (c *Cache) Verify() error {
	if want, got := le.Uint32(c.data[offBodyCRC:]), crc32.Checksum(c.data[headerSize:], castagnoli); want != got {
		return corrupt("header", offBodyCRC, "checksum is %#x, bytes give %#x", want, got)
	}
	return nil
}

// DebugID returns the debug id of the file that was compiled, as text.
func (c *Cache) DebugID() string { return c.ids[0] }

// CodeID returns the code id of the file that was compiled, or "".
func (c *Cache) CodeID() string { return c.ids[1] }

// Arch returns the architecture of the code, as events spell it.
func (c *Cache) Arch() string { return c.ids[2] }

// Base returns the preferred base of the image: a linked address minus Base is
// what Lookup takes.
func (c *Cache) Base() uint64 { return c.base }

// Size returns how many bytes the table has.
func (c *Cache) Size() int64 { return int64(len(c.data)) }

// HasDebugInfo reports whether the table was made from debug information, not
// from symbols alone.
func (c *Cache) HasDebugInfo() bool { return c.flags&flagDebugInfo != 0 }

// HasColumns reports whether columns were kept.
func (c *Cache) HasColumns() bool { return c.flags&flagColumns != 0 }
