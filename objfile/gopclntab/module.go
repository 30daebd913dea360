package gopclntab

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/nativesym/nativesym/internal/cursor"
)

// Words of the runtime's description of the program (runtime.moduledata), since
// Go 1.18. It starts with the address of the table; then six slices of three words
// each, the first of which are the table's names, unit files, files and values.
const (
	moduleNames = 1
	moduleFirst = 20 // address of the first function
	moduleText  = 22 // address that offsets of code count from
	moduleWords = 46
)

// A module is the runtime's description of the program.
type module []uint64

// findModule returns the description: words that start with the table's address
// and tell the table's parts as the table does. It is nil if there is none.
func (t *Table) findModule() module {
	want := make([]byte, t.word)
	t.put(want, t.image.Table.Addr)
	for _, s := range t.image.Data {
		for data := s.Bytes; ; {
			i := bytes.Index(data, want)
			if i < 0 {
				break
			}
			data = data[i:]
			at := s.Addr + uint64(len(s.Bytes)-len(data))
			if at%uint64(t.word) == 0 {
				if m := t.module(data); m != nil {
					return m
				}
			}
			data = data[1:]
		}
	}
	return nil
}

func (t *Table) put(b []byte, v uint64) {
	if t.word == 4 {
		t.order.PutUint32(b, uint32(v))
		return
	}
	t.order.PutUint64(b, v)
}

// module reads the description at the start of data, nil if it is none.
func (t *Table) module(data []byte) module {
	if len(data) < moduleWords*t.word || t.uint(data[moduleNames*t.word:], t.word) != t.image.Table.Addr+t.offsets[0] {
		return nil
	}
	m := make(module, moduleWords)
	for i := range m {
		m[i] = t.uint(data[i*t.word:], t.word)
	}
	for i, off := range t.offsets {
		if m[moduleNames+3*i] != t.image.Table.Addr+off {
			return nil
		}
	}
	if m[moduleFirst] != m[moduleText]+t.start(0) {
		return nil
	}
	return m
}

// textSections returns how many sections the code is in that offsets count over:
// the length of a slice, which is its capacity too. Since Go 1.26 one word more is
// before it.
func (m module) textSections(v *version) uint64 {
	if rest := m[v.gofunc+1:]; rest[1] == rest[2] {
		return rest[1]
	}
	return m[v.gofunc+3]
}

// placeCode finds what offsets of code and of function data count from.
func (t *Table) placeCode() error {
	if t.count == 0 {
		return nil
	}
	m := t.findModule()
	var told uint64
	if b := t.image.Table.Bytes[headerSize+2*t.word:]; len(b) >= t.word {
		told = t.uint(b, t.word)
	}
	switch {
	case m != nil && m.textSections(t.version) > 1:
		return &cursor.Error{Section: name, Reason: fmt.Sprintf("code in %d sections", m.textSections(t.version))}
	case m != nil:
		t.text, t.calls = m[moduleText], m[t.version.gofunc]
	case told != 0:
		t.text = told
	default:
		if t.text = t.image.Text.Start; !t.IsAll(t.image.Text) {
			return &cursor.Error{Section: name, Reason: "nothing tells where code starts"}
		}
	}
	if !t.isCode(t.Code()) {
		return &cursor.Error{Section: name, Reason: "functions do not lie in the program's code"}
	}
	return nil
}

// samples is how many functions with inlined calls have to make sense.
const samples = 16

// findInlining finds out how inlined calls are laid out, by trying.
func (t *Table) findInlining() {
	for i := range t.version.inlinings {
		t.inlining = &t.version.inlinings[i]
		if t.inliningMakesSense() {
			return
		}
	}
	t.inlining = nil
}

// inliningMakesSense reports whether the first functions that have inlined calls,
// and there are some, name real functions.
func (t *Table) inliningMakesSense() bool {
	seen := 0
	var pieces []piece
	for i := 0; i < t.count && seen < samples; i++ {
		f, ok := t.function(i)
		if !ok {
			continue
		}
		tree := t.callTree(&f)
		if tree == nil {
			continue
		}
		pieces = t.appendPieces(pieces[:0], &f)
		for _, p := range pieces {
			c, ok := t.rawCall(tree, p.index)
			if !ok || !t.isName(c.name) || uint64(c.code) >= f.End-f.Start || c.parent >= p.index && c.parent > 0 {
				return false
			}
		}
		if len(pieces) > 0 {
			seen++
		}
	}
	return seen > 0
}

// isName reports whether there is text at an offset of names.
func (t *Table) isName(off uint32) bool {
	s := stringAt(t.names, off)
	for i := range len(s) {
		if s[i] < ' ' {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}
