package objfile

import (
	"encoding/binary"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Entries of the debug directory, and how they are marked.
const (
	debugEntryLen = 28
	debugCodeView = 2      // where the PDB is, and which one
	debugPortable = 0x504d // "PM", as minor version: the PDB is a portable one

	codeViewRSDS = 'R' | 'S'<<8 | 'D'<<16 | 'S'<<24

	// maxDebugEntries limits the entries that are looked at. Linkers write six.
	maxDebugEntries = 256
)

// codeView returns the id and the path of the PDB that was written with the
// image, from the first CodeView record that the debug directory leads to. Images
// of other tools have none.
//
//	offset  size  field of a directory entry
//	0x00    4     unused
//	0x04    4     time stamp
//	0x08    2×2   version
//	0x0c    4     kind
//	0x10    4     bytes
//	0x14    4     address                    0x18  4  offset in the file
//
//	offset  size  field of the record
//	0x00    4     "RSDS"
//	0x04    16    GUID
//	0x14    4     age
//	0x18    …     path of the PDB
//
// A portable PDB has no age: the entry's time stamp is taken instead. What cannot
// be read is not there: separate debug files keep a directory without records.
func (f *peFile) codeView() (id DebugID, path string) {
	d := f.directory(directoryDebug)
	c := cursor.New("debug directory", binary.LittleEndian, f.at(d.rva, d.size))
	for range min(c.Len()/debugEntryLen, maxDebugEntries) {
		c.Skip(4)
		stamp := c.U32()
		c.Skip(2)
		minor := c.U16()
		kind, size := c.U32(), c.U32()
		c.Skip(4)
		offset := c.U32()
		if kind != debugCodeView {
			continue
		}
		record := f.data[min(uint64(offset), uint64(len(f.data))):]
		r := cursor.New("CodeView record", binary.LittleEndian, record[:min(uint64(size), uint64(len(record)))])
		if r.U32() != codeViewRSDS {
			continue // NB10, which names PDBs older than version 7
		}
		var guid [16]byte
		copy(guid[:], r.Bytes(uint64(len(guid))))
		id := DebugID{UUID: swapGUID(guid), Age: r.U32()}
		if minor == debugPortable {
			id.Age = stamp
		}
		if r.Err() == nil {
			return id, string(r.CString())
		}
	}
	return DebugID{}, ""
}
