package msvc

// A type's text has two halves, as in C a name stands within it: "int (*" and
// ")[3]".

// typ writes a type without a name.
func (w *writer) typ(r ref) {
	w.before(r)
	w.after(r)
}

// before writes what stands before a name of type r.
func (w *writer) before(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindPrimitive:
		w.put(n.text)
		w.quals(n.quals, " ", "")
	case kindTag:
		if !w.NoTagSpecifier {
			w.put(n.text)
		}
		w.name(n.a)
		w.quals(n.quals, " ", "")
	case kindCustom:
		w.part(n.a)
	case kindArray:
		w.before(n.a)
		w.quals(n.quals, " ", "")
	case kindFunction:
		w.result(n)
		w.convention(n.code)
	case kindPointer:
		w.pointer(n)
	}
}

// after writes what stands after a name of type r.
func (w *writer) after(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindPointer:
		if k := w.nodes[n.a].kind; k == kindArray || k == kindFunction {
			w.put(")")
		}
		w.after(n.a)
	case kindArray:
		w.put("[")
		w.list(n.list, "][", w.dimension)
		w.put("]")
		w.after(n.a)
	case kindFunction:
		w.parameters(n)
		if n.a != 0 {
			w.after(n.a)
		}
	}
}

func (w *writer) pointer(n *node) {
	to := &w.nodes[n.a]
	if to.kind == kindFunction {
		w.result(to) // the convention goes inside
	} else {
		w.before(n.a)
	}
	w.space()
	if n.quals&qualUnaligned != 0 {
		w.put("__unaligned ")
	}
	switch to.kind {
	case kindArray:
		w.put("(")
	case kindFunction:
		w.put("(")
		if !w.NoCallingConvention {
			w.convention(to.code)
			w.put(" ")
		}
	}
	if n.b != 0 {
		w.name(n.b)
		w.put("::")
	}
	w.put(n.text)
	w.quals(n.quals, "", "")
}

func (w *writer) dimension(r ref) {
	if w.nodes[r].num != 0 {
		w.value(r)
	}
}

// result writes the first half of what a function returns. A constructor returns
// nothing.
func (w *writer) result(f *node) {
	if f.a != 0 {
		w.before(f.a)
		w.put(" ")
	}
}

// parameters writes the parameters of a function and what stands behind them.
func (w *writer) parameters(f *node) {
	w.put("(")
	switch {
	case !f.hasList:
		w.put("void")
	case f.flags&flagVariadic == 0:
		w.list(f.list, ", ", w.typ)
	case f.list.first == 0:
		w.put("...")
	default:
		w.list(f.list, ", ", w.typ)
		w.put(", ...")
	}
	w.put(")")
	w.quals(f.quals, " ", "")
	if f.quals&qualUnaligned != 0 {
		w.put(" __unaligned")
	}
	if f.flags&flagNoexcept != 0 {
		w.put(" noexcept")
	}
	switch {
	case f.flags&flagLvalue != 0:
		w.put(" &")
	case f.flags&flagRvalue != 0:
		w.put(" &&")
	}
}

// quals writes qualifiers, with before in front of the first and after behind
// the last if there are any.
func (w *writer) quals(q quals, before, after string) {
	if q&^qualUnaligned == 0 {
		return
	}
	for _, word := range qualWords {
		if q&word.qual != 0 {
			w.put(before)
			w.put(word.text)
			before = " "
		}
	}
	w.put(after)
}

var qualWords = [...]struct {
	qual quals
	text string
}{
	{qualConst, "const"},
	{qualVolatile, "volatile"},
	{qualRestrict, "__restrict"},
}

// convention writes the calling convention that a letter stands for.
func (w *writer) convention(code byte) {
	if w.NoCallingConvention {
		return
	}
	w.space()
	if code < 128 {
		w.put(conventions[code])
	}
	if w.Extended && code < 128 {
		w.put(conventionsExtended[code])
	}
}

// conventions come in pairs: the second of a pair is of a function that is
// exported from 16-bit code.
var conventions = [128]string{
	'A': "__cdecl", 'B': "__cdecl",
	'C': "__pascal", 'D': "__pascal",
	'E': "__thiscall", 'F': "__thiscall",
	'G': "__stdcall", 'H': "__stdcall",
	'I': "__fastcall", 'J': "__fastcall",
	'M': "__clrcall", 'N': "__clrcall",
	'O': "__eabi", 'P': "__eabi",
	'Q': "__vectorcall",
	'S': "__attribute__((__swiftcall__)) ",
	'W': "__attribute__((__swiftasynccall__)) ",
}

// conventionsExtended are those that llvm-undname 19 passes over.
var conventionsExtended = [128]string{
	'U': "__attribute__((__preserve_most__)) ",
	'V': "__attribute__((__preserve_none__)) ",
	'w': "__regcall",
	'x': "__regcall",
}
