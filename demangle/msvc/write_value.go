package msvc

import (
	"math"
	"strconv"
)

// argument writes a template argument: a type, a template's name or a value.
func (w *writer) argument(r ref) {
	switch k := w.nodes[r].kind; {
	case k == kindQualified:
		w.name(r)
	case k >= kindNumber:
		w.value(r)
	default:
		w.typ(r)
	}
}

// value writes a template argument that is a value.
func (w *writer) value(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindNumber:
		if n.code != 0 {
			w.put("-")
		}
		w.out = strconv.AppendUint(w.out, n.num, 10)
	case kindFloat:
		w.out = strconv.AppendFloat(w.out, math.Float64frombits(n.num), 'g', -1, int(n.code))
	case kindReference:
		w.reference(n)
	case kindAddress:
		w.put("&")
		w.value(n.a)
	case kindStruct:
		if n.a != 0 {
			w.typ(n.a)
		}
		w.put("{")
		w.list(n.list, ", ", w.value)
		w.put("}")
	case kindUnion:
		w.typ(n.a)
		w.put("{.")
		w.put(n.text)
		w.put(" = ")
		w.value(n.b)
		w.put("}")
	case kindMember:
		w.value(n.a)
		w.put(".")
		w.put(n.text)
	case kindElement:
		w.value(n.a)
		w.put("[")
		w.value(n.b)
		w.put("]")
	}
}

// reference writes a symbol, "&" and a symbol, or "{symbol, offsets}".
func (w *writer) reference(n *node) {
	offsets := n.list.first != 0
	if offsets {
		w.put("{")
	} else {
		w.put(n.text)
	}
	if n.a != 0 {
		w.symbol(n.a)
		if offsets {
			w.put(", ")
		}
	}
	if offsets {
		w.list(n.list, ", ", w.value)
		w.put("}")
	}
}
