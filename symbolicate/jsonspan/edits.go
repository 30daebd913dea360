package jsonspan

import (
	"cmp"
	"slices"
)

// Edits are changes to a Doc's text, to be written out all at once. The Doc
// stays as it is. Texts given to Edits must not change before they are written.
type Edits struct {
	doc  *Doc
	list []edit
}

// An edit puts a text where [start, end) of the Doc's text is.
type edit struct {
	start, end int
	key        string // of a new member
	text       []byte
	joins      joint
}

// A joint says what an edit has before it.
type joint uint8

const (
	nothing     joint = iota // it replaces what was there
	comma                    // it comes after another member or element
	commaIfMore              // it comes into an empty object or array
)

// NewEdits returns Edits of a parsed Doc, none yet.
func NewEdits(d *Doc) *Edits { return &Edits{doc: d} }

// Empty reports whether nothing is to be changed.
func (e *Edits) Empty() bool { return len(e.list) == 0 }

// Replace puts text in the place of a value.
func (e *Edits) Replace(v Value, text []byte) {
	start, end := v.Span()
	e.list = append(e.list, edit{start: start, end: end, text: text})
}

// Set makes text the value of an object's member: in place of the value it has
// (the last one, if the key occurs twice) or as a new member after the others.
func (e *Edits) Set(object Value, key string, text []byte) {
	if old := object.Get(key); old.Kind() != None {
		e.Replace(old, text)
		return
	}
	var last Value
	for _, m := range object.Members() {
		last = m
	}
	e.insert(object, last, edit{key: key, text: text})
}

// Add puts text, an element or several with commas between them, after the
// elements of an array.
func (e *Edits) Add(array Value, text []byte) {
	var last Value
	for el := range array.Elements() {
		last = el
	}
	e.insert(array, last, edit{text: text})
}

// insert places an edit after the last thing in a container.
func (e *Edits) insert(container, last Value, ed edit) {
	ed.joins = comma
	_, at := last.Span()
	if last.Kind() == None {
		ed.joins = commaIfMore
		at, _ = container.Span()
		at++ // after the bracket
	}
	ed.start, ed.end = at, at
	e.list = append(e.list, ed)
}

// Drop takes the members of that key out of an object, each with one comma. An
// object that has nothing else stays as it is.
func (e *Edits) Drop(object Value, key string) {
	const unset = -1
	leading := unset // start of the members to drop that nothing comes before
	kept := unset    // end of the member before this one
	for k, m := range object.Members() {
		start, _ := k.Span()
		_, end := m.Span()
		switch drop := k.Is(key); {
		case drop && kept != unset:
			e.list = append(e.list, edit{start: kept, end: end})
			kept = end
		case drop && leading == unset:
			leading = start
		case !drop:
			if leading != unset && kept == unset {
				e.list = append(e.list, edit{start: leading, end: start})
			}
			kept = end
		}
	}
}

// AppendTo appends the text with all changes made. A change inside something
// that is itself replaced or dropped has no effect.
func (e *Edits) AppendTo(dst []byte) []byte {
	slices.SortStableFunc(e.list, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	text, done := e.doc.text, 0
	size := len(text)
	for _, ed := range e.list {
		size += len(`"":,`) + len(ed.key) + len(ed.text)
	}
	dst = slices.Grow(dst, size)
	for i, ed := range e.list {
		if ed.start < done {
			continue
		}
		dst = append(dst, text[done:ed.start]...)
		done = ed.end
		more := i > 0 && e.list[i-1].joins == commaIfMore && e.list[i-1].start == ed.start
		if ed.joins == comma || ed.joins == commaIfMore && more {
			dst = append(dst, ',')
		}
		if ed.key != "" {
			dst = append(AppendQuoted(dst, ed.key), ':')
		}
		dst = append(dst, ed.text...)
	}
	return append(dst, text[done:]...)
}
