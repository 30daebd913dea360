package objfile

import "github.com/nativesym/nativesym/internal/cursor"

// An export trie holds the names that an image exports, so that names which
// start alike share their beginning. A node is
//
//	uleb  size of what follows up to the children: 0 if no name ends here
//	…     flags and, unless they say otherwise, the offset from the base
//	u8    number of children
//	…     each child: what it adds to the name, zero-terminated; its offset in the trie

// Flags of an export.
const (
	exportKind         = 0x03 // 0: code or data; others: thread-local, absolute
	exportReexport     = 0x08 // another image's
	exportStubResolver = 0x10 // followed by the offsets of a stub and of its resolver
)

const (
	// maxTrieName is the longest name that is taken. The longest of real programs,
	// of Swift and of C++ templates, have some thousand bytes.
	maxTrieName = 1 << 16

	// maxTrieShare bounds what all names take, in times the trie's size: a trie
	// exists because names share their beginnings, and real ones stay under 20.
	maxTrieShare = 32
)

// exports returns the functions of the export trie. Every node is visited once,
// also if the trie is not one.
func (f *machoFile) exports() ([]Symbol, error) {
	data, err := f.part("export trie", f.trie)
	if err != nil || len(data) == 0 {
		return nil, err
	}
	type node struct {
		off    uint64
		prefix int    // bytes of the name that lead to the parent
		edge   []byte // and from there on
	}
	var symbols []Symbol
	var name []byte
	left := freeNames + maxTrieShare*len(data)
	seen := make([]bool, len(data)+1)
	for open := []node{{}}; len(open) > 0; {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		c := cursor.New("export trie", f.order, data)
		c.Seek(n.off)
		if c.Err() == nil && seen[n.off] {
			c.Fail("two nodes lead here")
		}
		if c.Err() != nil {
			return symbols, c.Err()
		}
		seen[n.off] = true
		name = append(name[:n.prefix], n.edge...)
		if addr, ok := readExport(c); ok {
			if limit := min(left, maxTrieName); len(name) > limit {
				c.Fail("name of %d bytes, at most %d may follow", len(name), limit)
				return symbols, c.Err()
			}
			left -= len(name)
			symbols = append(symbols, Symbol{Name: plainName(string(name)), Addr: f.codeAddr(f.base + addr), Kind: Func})
		}
		for range c.U8() {
			edge := c.CString()
			open = append(open, node{c.Uleb(), len(name), edge})
		}
		if c.Err() != nil {
			return symbols, c.Err()
		}
	}
	return symbols, nil
}

// readExport reads what a node says about the name that ends there, and moves to
// the children.
func readExport(c *cursor.Cursor) (addr uint64, ok bool) {
	size := c.Uleb()
	children := c.Offset() + size
	if size > 0 {
		flags := c.Uleb()
		addr = c.Uleb() // of the stub, where there is a resolver too
		ok = flags&(exportKind|exportReexport) == 0 && c.Err() == nil
	}
	if children < size {
		c.Fail("node of %d bytes", size)
	}
	c.Seek(children)
	return addr, ok
}
