package symcache

import (
	"fmt"
	"math"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Names may be written over one another in a file, each the end of a longer one, so
// that they add up to more than the file. Real ones add up to less than the file
// unpacked, which is 32 times its size at most.
const (
	minTexts  = 64 << 20
	textShare = 32
)

// textSize returns how many bytes functions, files and strings take at most.
func (e *encoder) textSize() (int, error) {
	size := uint64(0)
	names := &e.t.names
	for i := range names.len() {
		n := names.at(uint32(i))
		size += uint64(len(n.Symbol)) + uint64(len(n.Scope)) + 6
	}
	for _, p := range e.t.paths {
		size += uint64(len(p))
	}
	if limit := min(minTexts+textShare*uint64(e.t.c.in.Size), math.MaxUint32-1<<10); size > limit {
		return 0, fmt.Errorf("symcache: names and paths take %d bytes, more than the %d that a file of its size may have", size, limit)
	}
	return int(size) + 3*math.MaxUint8 + functionSize*names.len() + fileSize*len(e.t.paths), nil
}

// texts writes functions, files and strings.
func (e *encoder) texts() {
	names := &e.t.names
	functions := len(e.out)
	e.out = e.end(secFunctions, extended(e.out, functionSize*names.len()))
	files := len(e.out)
	e.out = e.end(secFiles, extended(e.out, fileSize*len(e.t.paths)))
	start := len(e.out)
	for _, id := range e.ids {
		e.out = append(e.out, id...)
	}
	for i := range names.len() {
		n := names.at(uint32(i))
		off, flags := e.name(n, start)
		f := e.out[functions+functionSize*i:]
		le.PutUint32(f, off)
		le.PutUint16(f[4:], uint16(min(len(n.Symbol), longSymbol)))
		f[6], f[7] = byte(n.Language), flags
	}
	for i, p := range e.t.paths {
		f := e.out[files+fileSize*i:]
		le.PutUint32(f, uint32(len(e.out)-start))
		le.PutUint32(f[4:], uint32(len(p)))
		e.out = append(e.out, p...)
	}
	e.out = e.end(secStrings, e.out)
}

// extended returns b with n bytes more, which are to be written.
func extended(b []byte, n int) []byte { return slices.Grow(b, n)[:len(b)+n] }

// name appends the strings of a name, and returns where its symbol is in the
// strings, which begin at start, and its flags.
func (e *encoder) name(n *debuginfo.Name, start int) (off uint32, flags byte) {
	s := e.out
	if len(n.Symbol) >= longSymbol {
		s = le.AppendUint32(s, uint32(len(n.Symbol)))
	}
	off = uint32(len(s) - start)
	s = append(s, n.Symbol...)
	if n.Scope != "" {
		flags |= flagScope
		scope := n.Scope[:min(len(n.Scope), math.MaxUint16)]
		s = le.AppendUint16(s, uint16(len(scope)))
		s = append(s, scope...)
	}
	e.out = s
	return off, flags
}
