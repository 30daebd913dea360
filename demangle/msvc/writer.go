package msvc

import "strconv"

// A writer turns a tree into text. A node may be written any number of times,
// so the writer minds how much it writes and how deep it is.
type writer struct {
	*tree
	Options
	out    []byte
	depth  int
	failed bool
}

// enter goes one level deeper, and leave comes back from it. Nothing nests but
// through them, and what they let through writes something.
func (w *writer) enter() bool {
	w.depth++
	if w.depth > MaxDepth || len(w.out) > MaxText {
		w.failed = true
	}
	return !w.failed
}

func (w *writer) leave() { w.depth-- }

func (w *writer) put(s string) { w.out = append(w.out, s...) }

// space separates words: it puts a space after a letter, a digit or ">".
func (w *writer) space() {
	if n := len(w.out); n > 0 {
		switch c := w.out[n-1]; {
		case isDigit(c), 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == '>':
			w.out = append(w.out, ' ')
		}
	}
}

// symbol writes a whole symbol.
func (w *writer) symbol(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindFunctionSymbol:
		w.functionSymbol(n)
	case kindVariable:
		w.variable(n)
	case kindTable:
		w.table(n)
	case kindTypeDescriptor:
		w.typ(n.a)
		w.space()
		w.put(n.text)
	case kindMD5:
		w.put(n.text)
	case kindString:
		w.put(n.text)
		w.put(`"`)
		w.out = append(w.out, w.text[n.a:n.b]...)
		w.put(`"`)
		if n.code != 0 {
			w.put("...")
		}
	}
}

func (w *writer) functionSymbol(n *node) {
	f := &w.nodes[n.b]
	if f.flags&flagsThunk != 0 {
		w.put("[thunk]: ")
	}
	w.access(f.flags)
	if !w.NoReturnType {
		w.result(f)
	}
	w.convention(f.code)
	w.space()
	w.name(n.a)
	w.thunk(f)
	if f.flags&flagNoSignature == 0 && !w.NoParameters {
		w.parameters(f)
	}
	if !w.NoReturnType && f.a != 0 {
		w.after(f.a)
	}
}

func (w *writer) access(f flags) {
	if !w.NoAccess {
		switch {
		case f&flagPublic != 0:
			w.put("public: ")
		case f&flagProtected != 0:
			w.put("protected: ")
		case f&flagPrivate != 0:
			w.put("private: ")
		}
	}
	if !w.NoMemberKind {
		if f&flagStatic != 0 {
			w.put("static ")
		}
		if f&flagVirtual != 0 {
			w.put("virtual ")
		}
		if f&flagExternC != 0 {
			w.put(`extern "C" `)
		}
	}
}

// thunk writes what a thunk adds to this.
func (w *writer) thunk(f *node) {
	if f.b == 0 {
		return
	}
	switch {
	case f.flags&flagAdjustor != 0:
		w.put("`adjustor{")
	case f.flags&flagVtordispex != 0:
		w.put("`vtordispex{")
	default:
		w.put("`vtordisp{")
	}
	w.list(w.nodes[f.b].list, ", ", w.value)
	w.put("}'")
}

func (w *writer) variable(n *node) {
	switch n.code {
	case '0':
		w.access(flagPrivate | flagStatic)
	case '1':
		w.access(flagProtected | flagStatic)
	case '2':
		w.access(flagPublic | flagStatic)
	}
	typed := n.b != 0 && !w.NoVariableType
	if typed {
		w.before(n.b)
	}
	w.space()
	w.name(n.a)
	if typed {
		w.after(n.b)
	}
}

func (w *writer) table(n *node) {
	w.quals(n.quals&^qualRestrict, "", " ")
	w.name(n.a)
	if n.list.first != 0 {
		w.put("{for `")
		w.list(n.list, "'s `", w.name)
		w.put("'}")
	}
}

// list writes each node of l by write.
func (w *writer) list(l list, separator string, write func(ref)) {
	for c := l.first; c != 0 && !w.failed; c = w.cells[c].next {
		if c != l.first {
			w.put(separator)
		}
		write(w.cells[c].node)
	}
}

// name writes a qualified name.
func (w *writer) name(r ref) {
	n := &w.nodes[r]
	w.list(n.list, "::", w.part)
}

// part writes a part of a qualified name.
func (w *writer) part(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	n := &w.nodes[r]
	switch n.kind {
	case kindName, kindFunclet:
		w.put(n.text)
	case kindStructor:
		if n.code != 0 {
			w.put("~")
		}
		w.part(n.a)
	case kindConversion:
		w.put("operator")
		w.arguments(n)
		w.put(" ")
		w.typ(n.a)
		return
	case kindLiteralOperator:
		w.put(`operator ""`)
		w.put(n.text)
	case kindLocal:
		w.put("`")
		w.symbol(n.a)
		w.put("'::`")
		w.out = strconv.AppendUint(w.out, n.num, 10)
		w.put("'")
	case kindVcall:
		w.put("`vcall'{")
		w.out = strconv.AppendUint(w.out, n.num, 10)
		w.put(", {flat}}")
	case kindGuard:
		w.put(n.text)
		if n.num != 0 {
			w.put("{")
			w.out = strconv.AppendUint(w.out, n.num, 10)
			w.put("}")
		}
	case kindBase:
		w.put("`RTTI Base Class Descriptor at (")
		w.list(n.list, ", ", w.value)
		w.put(")'")
		return
	case kindInitializer:
		w.initializer(n)
	}
	w.arguments(n)
}

func (w *writer) initializer(n *node) {
	w.put(n.text)
	if w.nodes[n.a].kind == kindVariable {
		w.put("`")
		w.symbol(n.a)
	} else {
		w.put("'")
		w.name(n.a)
	}
	w.put("''")
}

// arguments writes the template arguments of n, if it has any.
func (w *writer) arguments(n *node) {
	if n.hasList {
		w.put("<")
		w.list(n.list, ", ", w.argument)
		w.put(">")
	}
}
