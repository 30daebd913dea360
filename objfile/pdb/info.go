package pdb

import (
	"fmt"

	"github.com/nativesym/nativesym/internal/cursor"
)

// An info is stream 1: which build this is, and which streams have names.
//
//	offset  size  field
//	0x00    4     version
//	0x04    4     time stamp
//	0x08    4     age
//	0x0c    16    GUID
//	0x1c    …     names: byte size, text, and a hash table from text offsets to streams
//	…       4…    features
type info struct {
	age      uint32
	guid     [16]byte // as written in text
	named    map[string]uint16
	hasItems bool // stream 4 holds function ids
	minimal  bool // made by /DEBUG:FASTLINK
}

// Features of a PDB, by the numbers of the compiler release that brought them.
const (
	featureVC110   = 20091201   // ids in a stream of their own; the list ends here
	featureVC140   = 20140508   // the same, and the list goes on
	featureMinimal = 0x494e494d // "MINI": debug information stays in the object files
)

// maxNamed limits the named streams. Linkers write a dozen; source servers and
// natvis files add one each.
const maxNamed = 1 << 16

func (f *File) readInfo() error {
	data, err := f.stream("info stream", streamInfo)
	if err != nil {
		return err
	}
	c := cursor.New("info stream", le, data)
	c.Skip(8) // version, time stamp
	f.info.age = c.U32()
	f.info.guid = guid(c.Bytes(16))
	f.info.named = readNamed(c)
	for c.Err() == nil && c.Len() >= 4 {
		switch c.U32() {
		case featureVC110:
			f.info.hasItems = true
			return nil
		case featureVC140:
			f.info.hasItems = true
		case featureMinimal:
			f.info.minimal = true
		}
	}
	return c.Err()
}

// guid turns the stored form, three little-endian numbers and eight bytes, into
// the order in which it is written as text.
func guid(b []byte) (g [16]byte) {
	if len(b) != len(g) {
		return g
	}
	copy(g[:], b)
	g[0], g[1], g[2], g[3] = b[3], b[2], b[1], b[0]
	g[4], g[5], g[6], g[7] = b[5], b[4], b[7], b[6]
	return g
}

// readNamed reads the names of streams: a hash table, stored as its size, its
// capacity, a bit set of the slots in use, one of the slots that were, and the
// key and value of each slot in use.
func readNamed(c *cursor.Cursor) map[string]uint16 {
	text := c.Bytes(uint64(c.U32()))
	n := c.U32()
	c.U32() // capacity
	for range 2 {
		c.Skip(4 * uint64(c.U32()))
	}
	if n > maxNamed {
		c.Fail("%d named streams", n)
	}
	if c.Err() != nil {
		return nil
	}
	named := make(map[string]uint16)
	for range n {
		name, stream := c.U32(), c.U32()
		if c.Err() != nil {
			return nil
		}
		named[stringAt(text, name)] = uint16(stream)
	}
	return named
}

// readStrings finds the text of /names, to which paths and module names refer.
//
//	offset  size  field
//	0x00    4     0xeffeeffe
//	0x04    4     hash version
//	0x08    4     byte size of the text
//	0x0c    …     text, and a hash table that is not needed
func (f *File) readStrings() error {
	n, ok := f.info.named["/names"]
	if !ok {
		return nil // no module with lines, then
	}
	data, err := f.stream("/names", n)
	if err != nil || len(data) == 0 {
		return err
	}
	c := cursor.New("/names", le, data)
	if sig := c.U32(); sig != 0xeffeeffe && c.Err() == nil {
		return fmt.Errorf("/names: signature %#x", sig)
	}
	c.U32()
	size := uint64(c.U32())
	f.strings = c.Bytes(size)
	return c.Err()
}
