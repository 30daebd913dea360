// Package jsonspan finds the values of a JSON text and where each begins and
// ends, so that a program can change some of them and leave every other byte as
// it was: key order, white space, the spelling of numbers and strings, members
// it has never heard of, and members that occur twice.
//
// The text is a stranger's. [Doc.Parse] accepts what encoding/json.Valid accepts
// and nothing else, does not recurse, and takes time in proportion to the text
// and 16 bytes of memory a value, of which a text of n bytes has no more than
// n/2+1. Texts of 2 GiB and more are refused.
package jsonspan

import "fmt"

// A Kind is what a value is.
type Kind uint8

// The kinds of values. None is what the zero Value has, and every value that was
// looked for and is not there.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// maxText keeps offsets in 31 bits. No event comes near it: the field's servers
// stop reading at 55 MiB.
const maxText = 1<<31 - 1

// maxDepth is how deeply arrays and objects may be nested, the same as in
// encoding/json.
const maxDepth = 10000

// A SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int    // of the first byte that does not fit
	Want   string // what could have stood there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not JSON: byte %d: want %s", e.Offset, e.Want)
}

// A Doc is a parsed text. It is read-only once parsed, and then safe for
// concurrent use; parsing again reuses its memory and spoils its Values.
type Doc struct {
	text  []byte
	nodes []node // in the order of the text; a member is its key, then its value
	open  []int32
}

// A node is one value or key.
type node struct {
	start, end int32 // in the text
	next       int32 // the node after this one and all inside it
	kind       Kind
	escaped    bool // a String with a backslash in it
}

// Reset lets go of the text. The memory for its values stays, for the next Parse.
func (d *Doc) Reset() { d.text, d.nodes = nil, d.nodes[:0] }

// Root returns the whole text's value.
func (d *Doc) Root() Value { return Value{d, 0} }

// Text returns the text. It must not be changed.
func (d *Doc) Text() []byte { return d.text }
