package pdb

import (
	"fmt"
	"strings"

	"github.com/nativesym/nativesym/internal/cursor"
)

// A dbi is stream 3: the modules of the build, and where further streams are.
//
//	offset  size  field
//	0x00    4     -1
//	0x04    4     version
//	0x08    4     age
//	0x0c    2     stream: hash of globals      0x0e  2  build number
//	0x10    2     stream: index of publics     0x12  2  version of mspdb
//	0x14    2     stream: symbol records       0x16  2  its build
//	0x18    4×5   bytes of: modules, section contributions, section map,
//	              source files, type servers
//	0x2c    4     index of the MFC type server
//	0x30    4×2   bytes of: debug streams, names of edit-and-continue
//	0x38    2     flags                        0x3a  2  machine
//	0x3c    4     unused
//
// The parts follow in the order of their sizes, except that the debug streams
// come after edit-and-continue.
type dbi struct {
	present       bool
	age           uint32
	machine       uint16
	publics       uint16 // stream
	records       uint16 // stream
	modules       []module
	contributions []byte
	debug         []byte // stream numbers, by kind
}

// A module is one object file that the linker took in.
type module struct {
	name     string
	stream   uint16
	symBytes uint32 // of symbols at the head of the stream
	c11Bytes uint32 // of the old form of lines after them
	c13Bytes uint32 // of lines, files and inlinees after those
}

// Debug streams, by their place in the DBI stream's last part.
const (
	debugOmapFromSource   = 4
	debugSections         = 5
	debugOriginalSections = 10
)

func (f *File) readDBI() error {
	data, err := f.stream("DBI stream", streamDBI)
	if err != nil || len(data) == 0 {
		return err // a PDB of types alone (a type server) has none
	}
	d := &f.dbi
	d.present = true
	c := cursor.New("DBI stream", le, data)
	c.Skip(8)
	d.age = c.U32()
	c.Skip(4)
	d.publics = c.U16()
	c.Skip(2)
	d.records = c.U16()
	c.Skip(2)
	var sizes [5]uint32
	for i := range sizes {
		sizes[i] = c.U32()
	}
	c.Skip(4)
	debug, ec := c.U32(), c.U32()
	c.Skip(2)
	d.machine = c.U16()
	c.Skip(4)
	start := c.Offset()
	mods := c.Bytes(uint64(sizes[0]))
	d.contributions = c.Bytes(uint64(sizes[1]))
	c.Skip(uint64(sizes[2]) + uint64(sizes[3]) + uint64(sizes[4]) + uint64(ec))
	d.debug = c.Bytes(uint64(debug))
	if err := c.Err(); err != nil {
		return err
	}
	return d.readModules(cursor.At("DBI stream", le, mods, start))
}

// readModules reads the module list. Each entry has a fixed head and two names.
//
//	offset  size  field
//	0x00    4     unused
//	0x04    28    first section contribution
//	0x20    2     flags                        0x22  2  stream
//	0x24    4×3   bytes of: symbols, C11 lines, C13 lines
//	0x30    2     number of source files       0x32  2  unused
//	0x34    4×3   unused, source file name, PDB name
//	0x40    …     module name, object file name; then up to a multiple of 4
//
// A stream belongs to one module: else a small file could ask to decode one
// stream any number of times.
func (d *dbi) readModules(c *cursor.Cursor) error {
	taken := map[uint16]bool{}
	for c.Err() == nil && c.Len() > 0 {
		var m module
		c.Skip(0x22)
		m.stream = c.U16()
		m.symBytes, m.c11Bytes, m.c13Bytes = c.U32(), c.U32(), c.U32()
		c.Skip(0x10)
		m.name = text(c.CString())
		c.CString()
		c.Align(4)
		if taken[m.stream] {
			c.Fail("stream %d is another module's", m.stream)
		}
		taken[m.stream] = m.stream != noStream
		if c.Err() == nil {
			d.modules = append(d.modules, m)
		}
	}
	if err := c.Err(); err != nil {
		return fmt.Errorf("module %d: %w", len(d.modules), err)
	}
	return nil
}

// modulesByName returns the module of each name in lower case: imports and the
// module list differ in case where a build mixed both.
func (d *dbi) modulesByName() map[string]int {
	byName := make(map[string]int, len(d.modules))
	for i, m := range d.modules {
		byName[strings.ToLower(m.name)] = i
	}
	return byName
}

// debugStream returns the number of a debug stream, noStream if there is none.
func (d *dbi) debugStream(kind int) uint16 {
	if 2*kind+2 > len(d.debug) {
		return noStream
	}
	return le.Uint16(d.debug[2*kind:])
}
