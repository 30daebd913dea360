package pdb

// Annotations are the byte code that says which code an inlined call became and
// which lines that comes from: a line table in the coordinates of the function
// around it (code offsets) and of the inlined function (line offsets). Opcodes
// and operands are numbers of one, two or four bytes.
//
// Rows of separated code (annotationCodeOffsetBase) are left out: nobody has
// written down what their offsets count from.
const (
	annotationEnd              = 0  // also padding
	annotationCodeOffset       = 1  // sets the code offset
	annotationCodeOffsetBase   = 2  // goes to the n-th separated part; 0 is the function
	annotationChangeCodeOffset = 3  // adds to the code offset, starts a row
	annotationCodeLength       = 4  // adds to the code offset, ends the row
	annotationFile             = 5  // sets the file
	annotationLineOffset       = 6  // adds to the line
	annotationLineEndDelta     = 7  // the last line of a statement: not used
	annotationRangeKind        = 8  // expression or statement: not used
	annotationColumnStart      = 9  // sets the column
	annotationColumnEndDelta   = 10 // not used
	annotationCodeAndLine      = 11 // adds the low 4 bits to the code offset, the others to the line, starts a row
	annotationLengthAndCode    = 12 // adds the second operand to the code offset, starts a row as long as the first
	annotationColumnEnd        = 13 // not used
)

// A span is a row of an inlined call: code, and the line it comes from.
type span struct {
	start, end uint32
	file       uint32
	line       uint32
	column     uint32
	site       int32 // in inlineTree.sites
}

// An annotator decodes annotations.
type annotator struct {
	data  []byte
	rows  []span // those that ended
	state span   // what the next row says; start is the code offset
	row   span   // what the row that started says
	open  bool   // row has started and waits for its end
	part  uint32
}

// annotate appends to dst the rows of annotations, in code offsets. The file and
// line of first are where the inlined function is written. A row whose end the
// annotations do not tell is left out.
func annotate(dst []span, data []byte, first span) []span {
	a := annotator{data: data, rows: dst, state: first}
	for len(a.data) > 0 {
		switch a.number() {
		case annotationEnd:
			return a.rows
		case annotationCodeOffset:
			a.state.start = a.number()
		case annotationCodeOffsetBase:
			a.open = false
			a.part = a.number()
		case annotationChangeCodeOffset:
			a.startRow(a.number())
		case annotationCodeLength:
			a.state.start += a.number()
			a.endRow(a.state.start)
		case annotationFile:
			a.state.file = a.number()
		case annotationLineOffset:
			a.state.line += signed(a.number())
		case annotationColumnStart:
			a.state.column = a.number()
		case annotationCodeAndLine:
			v := a.number()
			a.state.line += signed(v >> 4)
			a.startRow(v & 0xf)
		case annotationLengthAndCode:
			length := a.number()
			a.startRow(a.number())
			a.endRow(a.state.start + length)
		default: // one operand, not used
			a.number()
		}
	}
	return a.rows
}

// startRow starts a row further code bytes on, where it ends the one before.
func (a *annotator) startRow(code uint32) {
	a.state.start += code
	a.endRow(a.state.start)
	a.row, a.open = a.state, true
}

// endRow ends the row that waits for it. Where its end lies before its start,
// because numbers wrapped or went back, there is no row.
func (a *annotator) endRow(end uint32) {
	if a.open && a.part == 0 && end > a.row.start {
		a.row.end = end
		a.rows = append(a.rows, a.row)
	}
	a.open = false
}

// number reads a number of 7, 14 or 29 bits, the most significant byte first.
// A number that is cut short ends the annotations.
func (a *annotator) number() uint32 {
	b := a.data
	switch {
	case len(b) >= 1 && b[0]&0x80 == 0:
		a.data = b[1:]
		return uint32(b[0])
	case len(b) >= 2 && b[0]&0xc0 == 0x80:
		a.data = b[2:]
		return uint32(b[0]&0x3f)<<8 | uint32(b[1])
	case len(b) >= 4 && b[0]&0xe0 == 0xc0:
		a.data = b[4:]
		return uint32(b[0]&0x1f)<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	a.data = nil
	return annotationEnd
}

// signed decodes a signed operand, whose sign is bit 0, as the number to add.
func signed(v uint32) uint32 {
	if v&1 != 0 {
		return -(v >> 1)
	}
	return v >> 1
}
