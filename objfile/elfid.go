package objfile

import (
	"debug/elf"
	"encoding/binary"
	"encoding/hex"

	"github.com/nativesym/nativesym/internal/cursor"
)

// ptSCEDynlibData is the segment of a PlayStation module that opens with the
// module's fingerprint.
const (
	ptSCEDynlibData    = elf.ProgType(0x61000000)
	sceFingerprintSize = 20
)

// noteGNUBuildID is the type of a build-id among the notes named GNU.
const noteGNUBuildID = 3

// foldedText is how much of .text stands in for a missing build-id.
const foldedText = 4096

// identify finds the build-id, and the debug id that follows from it.
func (f *elfFile) identify() {
	id := f.buildID()
	var uuid [16]byte
	if len(id) > 0 {
		f.codeID = hex.EncodeToString(id)
		copy(uuid[:], id)
	} else {
		uuid = f.foldText()
	}
	// A debug id is a GUID, whose first three fields are numbers in the machine's
	// order, written big end first.
	if f.order == binary.ByteOrder(binary.LittleEndian) {
		uuid = swapGUID(uuid)
	}
	f.debugID = DebugID{UUID: uuid}
}

// buildID returns the linker's build-id: from the note segments, else from the
// section that holds it (in relocatable files, and in debug files whose program
// headers describe the file they were split from), else a PlayStation fingerprint.
func (f *elfFile) buildID() []byte {
	share := f.share()
	for _, s := range f.segments {
		if s.typ != elf.PT_NOTE {
			continue
		}
		notes := f.fileBytes(s.offset, s.filesz)
		if !share.take(len(notes)) {
			break
		}
		if id := f.buildIDNote(notes, s.align); len(id) > 0 {
			return id
		}
	}
	if s, ok := f.Section(".note.gnu.build-id"); ok {
		if data, err := s.load(); err == nil {
			if id := f.buildIDNote(data, 4); len(id) > 0 {
				return id
			}
		}
	}
	for _, s := range f.segments {
		if s.typ == ptSCEDynlibData && s.filesz >= sceFingerprintSize {
			return f.fileBytes(s.offset, sceFingerprintSize)
		}
	}
	return nil
}

// buildIDNote looks for a build-id among notes. Each is the sizes of its name
// and its contents, its type, and then both, padded to 4 bytes or, if the notes
// are aligned so, to 8.
func (f *elfFile) buildIDNote(notes []byte, align uint64) []byte {
	if align != 8 {
		align = 4
	}
	c := cursor.New("notes", f.order, notes)
	for c.Len() > 0 && c.Err() == nil {
		nameSize, size := c.U32(), c.U32()
		typ := c.U32()
		name := c.Bytes(uint64(nameSize))
		c.Align(align)
		desc := c.Bytes(uint64(size))
		if c.Err() == nil && typ == noteGNUBuildID && string(name) == "GNU\x00" && len(desc) > 0 {
			return desc
		}
		c.Align(align)
	}
	return nil
}

// foldText returns what Breakpad and Sentry use where there is no build-id: the
// first page of .text, folded with exclusive or. It is zero where there is none.
func (f *elfFile) foldText() (uuid [16]byte) {
	s, ok := f.Section(".text")
	if !ok {
		return uuid
	}
	text, err := s.load()
	if err != nil {
		return uuid
	}
	for i, b := range text[:min(len(text), foldedText)] {
		uuid[i%len(uuid)] ^= b
	}
	return uuid
}
