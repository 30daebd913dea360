package gopclntab

import (
	"encoding/binary"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A builder writes the table of a small program, as the linker of one version of
// Go does: main.main, which has main.area inlined and in that main.square,
// main.asm, which is followed by padding, and what the compiler makes up: a
// wrapper with a frame, one without, and a comparison.
type builder struct {
	magic    uint32
	order    binary.ByteOrder
	word     int
	inlining inlining

	noAddress bool // the header does not tell where code starts
	tableEnd  bool // the module's description tells where the table ends
	noModule  bool // there is no description
	sections  int  // what the code is in, 1 if not set
}

// Linked addresses of the program.
const (
	textAddr  = 0x1000
	textSize  = 0x80
	tableAddr = 0x8000
	callsAddr = 0x9000
	dataAddr  = 0xa000
)

// run is a number of bytes of code that have a value.
type run struct {
	size  uint64
	value int32
}

func (b *builder) values(runs ...run) (data []byte) {
	last := int32(-1)
	for _, r := range runs {
		change := r.value - last
		last = r.value
		data = binary.AppendUvarint(data, uint64(uint32(change<<1)^uint32(change>>31)))
		data = binary.AppendUvarint(data, r.size)
	}
	return append(data, 0)
}

func (b *builder) append32(data []byte, v ...uint32) []byte {
	for _, v := range v {
		data = append(data, 0, 0, 0, 0)
		b.order.PutUint32(data[len(data)-4:], v)
	}
	return data
}

func (b *builder) append(data []byte, size int, v ...uint64) []byte {
	for _, v := range v {
		if size == 4 {
			data = b.append32(data, uint32(v))
			continue
		}
		data = append(data, make([]byte, 8)...)
		b.order.PutUint64(data[len(data)-8:], v)
	}
	return data
}

// A pool collects strings or tables and says where they are.
type pool struct{ data []byte }

func (p *pool) add(data ...byte) uint32 {
	at := len(p.data)
	p.data = append(p.data, data...)
	return uint32(at)
}

func (p *pool) text(s string) uint32 { return p.add(append([]byte(s), 0)...) }

// A testFunction is what a record says.
type testFunction struct {
	start, name         uint32
	stack, files, lines uint32
	inlined             uint32 // table of which call code is from; 0: no calls
}

// image builds the program.
func (b *builder) image() Image {
	v := b.version()
	header := headerSize + b.word*v.words
	startSize := b.word
	if v.relative {
		startSize = 4
	}
	const functions = 5
	starts := (2*functions + 1) * startSize

	// Before Go 1.16 all is in one part, with the records at its end.
	names, files, values := &pool{[]byte{0}}, &pool{}, &pool{[]byte{0}}
	if v.files == 0 {
		one := &pool{make([]byte, header+starts+4)}
		names, files, values = one, one, one
	}
	main, area, square, asm := names.text("main.main"), names.text("main.area"), names.text("main.square"), names.text("main.asm")
	paths := []uint32{files.text("/src/main.go"), files.text("/src/asm.s"), files.text(generated)}
	calls := b.calls(area, square)
	list := []testFunction{
		{
			name:    main,
			stack:   values.add(b.values(run{0x40, 8})...),
			files:   values.add(b.values(run{0x40, 1})...),
			lines:   values.add(b.values(run{0x10, 3}, run{4, 10}, run{4, 20}, run{8, 11}, run{0x20, 4})...),
			inlined: values.add(b.values(run{0x10, -1}, run{4, 0}, run{4, 1}, run{8, 0}, run{0x20, -1})...),
		},
		{
			start: 0x40,
			name:  asm,
			stack: values.add(b.values(run{0x10, 0})...),
			files: values.add(b.values(run{0x10, 2})...),
			lines: values.add(b.values(run{8, 7}, run{8, 8})...),
		},
		{
			start: 0x60,
			name:  names.text("main.(*T).Wrap"),
			stack: values.add(b.values(run{2, 0}, run{6, 8})...),
			files: values.add(b.values(run{8, 3})...),
			lines: values.add(b.values(run{8, 1})...),
		},
	}
	for i, name := range []string{"main.(*T).Jump", "type:.eq.main.T"} {
		list = append(list, testFunction{
			start: 0x68 + 4*uint32(i),
			name:  names.text(name),
			stack: values.add(b.values(run{4, 0})...),
			files: values.add(b.values(run{4, 3})...),
			lines: values.add(b.values(run{4, 1})...),
		})
	}
	var table []byte
	if v.files == 0 {
		table = b.onePart(values, list, paths, header)
	} else {
		unitFiles := b.append32(b.append32(nil, 1<<32-1), paths...)
		table = b.parts(v, header, names.data, unitFiles, files.data, values.data, b.functions(v, nil, starts, list))
	}
	im := Image{
		Table: Section{tableAddr, table},
		Code:  []debuginfo.Range{{Start: textAddr, End: textAddr + textSize}},
		Text:  debuginfo.Range{Start: textAddr, End: textAddr + textSize},
		Data:  []Section{{callsAddr, calls}},
	}
	if v.relative && !b.noModule {
		im.Data = append(im.Data, Section{dataAddr, b.module(v, tableAddr, table)})
	}
	return im
}

func (b *builder) version() *version {
	for i := range versions {
		if versions[i].magic == b.magic {
			return &versions[i]
		}
	}
	panic("no such version")
}

// calls writes the inlined calls: area, called in line 4 at the first byte of the
// last run of main, and square, called in line 11 of area.
func (b *builder) calls(area, square uint32) []byte {
	data := make([]byte, 8) // nothing is at address 0, as it were
	parent := func(v int32) uint32 {
		if b.inlining.parentBits == 16 {
			half := make([]byte, 4)
			b.order.PutUint16(half, uint16(v))
			return b.order.Uint32(half)
		}
		return uint32(v)
	}
	const file = 1
	switch b.inlining.parentBits {
	case 0:
		data = b.append32(data, 0, area, 0x20, 9, 0, square, 0x18, 19)
	case 16:
		data = b.append32(data, parent(-1), file, 4, area, 0x20, parent(0), file, 11, square, 0x18)
	case 32:
		data = b.append32(data, parent(-1), file, 4, area, parent(0), file, 11, square)
	}
	return data
}

// header writes what all versions start with.
func (b *builder) header() []byte {
	return append(b.append32(nil, b.magic), 0, 0, 1, byte(b.word))
}

// onePart writes a table of before Go 1.16 around what pool has.
func (b *builder) onePart(p *pool, list []testFunction, paths []uint32, header int) []byte {
	for len(p.data)%4 != 0 {
		p.add(0)
	}
	files := p.add(b.append32(b.append32(nil, uint32(1+len(paths))), paths...)...) // the count takes the place of file 0
	for len(p.data)%b.word != 0 {
		p.add(0)
	}
	data := b.functions(b.version(), p.data[header:], 0, list)
	table := append(b.append(b.header(), b.word, uint64(len(list))), data...)
	starts := (2*len(list) + 1) * b.word
	b.order.PutUint32(table[header+starts:], files)
	return table
}

// parts writes a table of Go 1.16 or later.
func (b *builder) parts(v *version, header int, parts ...[]byte) []byte {
	words := make([]uint64, v.words)
	words[0], words[1] = 5, 3
	if v.words == 8 && !b.noAddress {
		words[2] = textAddr
	}
	var body []byte
	for i, part := range parts {
		for (header+len(body))%8 != 0 {
			body = append(body, 0)
		}
		words[v.names+i] = uint64(header + len(body))
		body = append(body, part...)
	}
	return append(b.append(b.header(), b.word, words...), body...)
}

// functions writes the starts and the records. In a table of one part data is what
// is between header and records, with room for the starts.
func (b *builder) functions(v *version, data []byte, starts int, list []testFunction) []byte {
	base := uint64(0) // what offsets of records count from, before data
	if v.files == 0 {
		base = uint64(headerSize + b.word)
	} else {
		data = make([]byte, (starts+7)&^7)
	}
	size, text := b.word, uint64(textAddr)
	if v.relative {
		size, text = 4, 0
	}
	var words []uint64
	for _, f := range list {
		for (base+uint64(len(data)))%uint64(b.word) != 0 {
			data = append(data, 0)
		}
		words = append(words, text+uint64(f.start), base+uint64(len(data)))
		data = b.record(v, data, base, text, f)
	}
	words = append(words, text+0x70)
	copy(data, b.append(nil, size, words...))
	return data
}

// record appends a function's record, its tables of values and its data.
func (b *builder) record(v *version, data []byte, base, text uint64, f testFunction) []byte {
	tables, counts := uint32(b.inlining.pcdata+1), uint32(b.inlining.funcdata+1)
	if f.inlined == 0 {
		tables, counts = 0, 0
	}
	size := b.word
	if v.relative {
		size = 4
	}
	data = b.append(data, size, text+uint64(f.start))
	fields := make([]uint32, v.counts/4)
	fields[0], fields[3], fields[4], fields[5], fields[6] = f.name, f.stack, f.files, f.lines, tables
	data = b.append32(data, fields...)
	if b.inlining.wide {
		data = b.append32(data, counts)
	} else {
		data = append(data, 0, 0, 0, byte(counts))
	}
	if f.inlined == 0 {
		return data
	}
	data = b.append32(data, make([]uint32, b.inlining.pcdata)...)
	data = b.append32(data, f.inlined)
	for !v.relative && (base+uint64(len(data)))%uint64(b.word) != 0 {
		data = append(data, 0)
	}
	calls := uint64(callsAddr + 8)
	if v.relative {
		calls = 8
	}
	data = b.append(data, size, make([]uint64, b.inlining.funcdata)...)
	return b.append(data, size, calls)
}

// module writes the runtime's description of the program.
func (b *builder) module(v *version, at uint64, table []byte) []byte {
	t := Table{order: b.order, word: b.word, version: v}
	words := make([]uint64, moduleWords)
	words[0] = at
	for i := range t.offsets {
		words[moduleNames+3*i] = at + t.uint(table[headerSize+(v.names+i)*b.word:], b.word)
	}
	words[moduleFirst], words[moduleText] = textAddr, textAddr
	words[v.gofunc] = callsAddr
	rest := words[v.gofunc+1:]
	if b.tableEnd {
		rest[0], rest = at+uint64(len(table)), rest[1:]
	}
	sections := uint64(max(b.sections, 1))
	rest[0], rest[1], rest[2] = dataAddr, sections, sections
	// Something that starts like it comes first.
	return b.append(b.append(nil, b.word, at, 1, 2), b.word, words...)
}
