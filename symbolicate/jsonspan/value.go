package jsonspan

import (
	"bytes"
	"iter"
	"unicode/utf16"
	"unicode/utf8"
)

// A Value is a value of a Doc, and where it stands. The zero Value is none: it
// has no members, no elements and no text, so that a chain of Gets needs no check.
type Value struct {
	doc *Doc
	i   int32
}

// node returns v's node; that of the zero Value, and of one whose Doc was
// parsed again or failed to, is empty.
func (v Value) node() node {
	if v.doc == nil || int(v.i) >= len(v.doc.nodes) {
		return node{}
	}
	return v.doc.nodes[v.i]
}

// Kind returns what v is.
func (v Value) Kind() Kind { return v.node().kind }

// Span returns where v stands in the text, half-open.
func (v Value) Span() (start, end int) {
	n := v.node()
	return int(n.start), int(n.end)
}

// Raw returns v's text, as it stands in the Doc's. It must not be changed.
func (v Value) Raw() []byte {
	if n := v.node(); n.kind != None {
		return v.doc.text[n.start:n.end]
	}
	return nil
}

// Get returns the member of an object by its key. Of several with one key it is
// the last, as most readers of JSON have it. It is none if there is none.
func (v Value) Get(key string) Value {
	var found Value
	for k, m := range v.Members() {
		if k.Is(key) {
			found = m
		}
	}
	return found
}

// First returns the first of several members that is neither none nor null.
func (v Value) First(keys ...string) Value {
	for _, key := range keys {
		if m := v.Get(key); m.Kind() > Null {
			return m
		}
	}
	return Value{}
}

// Members yields the keys and values of an object in the order of the text.
func (v Value) Members() iter.Seq2[Value, Value] {
	return func(yield func(key, value Value) bool) {
		n := v.node()
		if n.kind != Object {
			return
		}
		for i := v.i + 1; i < n.next; i = v.doc.nodes[i+1].next {
			if !yield(Value{v.doc, i}, Value{v.doc, i + 1}) {
				return
			}
		}
	}
}

// Elements yields the values of an array in the order of the text.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		n := v.node()
		if n.kind != Array {
			return
		}
		for i := v.i + 1; i < n.next; i = v.doc.nodes[i].next {
			if !yield(Value{v.doc, i}) {
				return
			}
		}
	}
}

// Is reports whether v is the string text.
func (v Value) Is(text string) bool { return v.Kind() == String && string(v.Bytes()) == text }

// True reports whether v is the word true.
func (v Value) True() bool { return v.Kind() == Bool && v.Raw()[0] == 't' }

// Bytes returns what the string v stands for, or the spelling of any other
// scalar but null. Arrays, objects and null have none. The bytes are the Doc's
// where the text has no escape sequence, and must not be changed.
func (v Value) Bytes() []byte {
	switch n := v.node(); {
	case n.kind == String && n.escaped:
		return AppendUnquoted(nil, v.Raw())
	case n.kind == String:
		return v.doc.text[n.start+1 : n.end-1]
	case n.kind == Number || n.kind == Bool:
		return v.Raw()
	}
	return nil
}

// Text is [Value.Bytes] as a string.
func (v Value) Text() string { return string(v.Bytes()) }

// AppendUnquoted appends what a string of a parsed text, quotes and all, stands
// for. Halves of surrogate pairs without the other half become U+FFFD.
func AppendUnquoted(dst, quoted []byte) []byte {
	s := quoted[1 : len(quoted)-1]
	for {
		i := bytes.IndexByte(s, '\\')
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		s = s[i:]
		if s[1] != 'u' {
			dst = append(dst, unescape[s[1]])
			s = s[2:]
			continue
		}
		r := unicodeEscape(s)
		s = s[6:]
		if utf16.IsSurrogate(r) {
			r = utf16.DecodeRune(r, unicodeEscape(s))
			if r != utf8.RuneError {
				s = s[6:]
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
}

var unescape = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unicodeEscape returns the value of the \uXXXX that s begins with, or U+FFFD.
func unicodeEscape(s []byte) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return utf8.RuneError
	}
	var r rune
	for _, c := range s[2:6] {
		r = r<<4 | hexValue(c)
	}
	return r
}
