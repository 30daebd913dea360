package swift

import "strings"

// typing says how the type of a declaration is written.
type typing uint8

const (
	untyped    typing = iota
	afterColon        // "x : Int"
	asCall            // "f(x: Int) -> Int"; after a colon if it is no function
)

// A style says how a declaration is written.
type style struct {
	typing typing
	named  bool   // the second child is the name
	fixed  string // stands for the name: "subscript"

	// extra follows the name: "getter". If it has several words it goes before
	// the name, and the context after: "closure #1 in f()".
	extra    string
	numbered bool // number follows extra
	number   int64
	of       bool // the context that comes after is joined with "of", not "in"
}

// member prints a part of a declaration, or a declaration without a name of its own.
func (w *printer) member(r ref, asContext bool) (left ref) {
	n := w.nodes[r]
	s := style{extra: n.text}
	switch n.kind {
	case kindSubscript:
		s.typing, s.fixed = asCall, "subscript"
	case kindAccessor:
		return w.accessor(r, asContext)
	case kindInit:
		s.typing = asCall
	case kindInitializer:
		s.of = true
		s.numbered, s.number = n.num >= 0, n.num
	case kindClosure:
		s.numbered, s.number = true, n.num
		if !w.brief {
			s.typing = asCall
		}
	case kindMacro:
		s.named = true
		s.typing = asCall
		if n.n == 3 {
			s.typing = afterColon
		}
	case kindExpansion:
		s.named = true
		s.numbered, s.number = true, n.num
	}
	return w.entity(r, asContext, s)
}

// accessor prints a function of a variable or subscript.
func (w *printer) accessor(r ref, asContext bool) (left ref) {
	if asContext {
		return r
	}
	storage := w.kid(r, 0)
	switch w.kind(storage) {
	case kindVariable:
		return w.entity(storage, false, style{typing: afterColon, named: true, extra: w.str(r)})
	case kindSubscript:
		return w.entity(storage, false, style{typing: afterColon, fixed: "subscript", extra: w.str(r)})
	}
	w.failed = true
	return none
}

// entity prints a declaration: its context, its name, its type, and what of the
// context could not come before.
func (w *printer) entity(r ref, asContext bool, s style) (left ref) {
	whole := r
	var arguments ref
	if w.kind(r) == kindBoundFunction {
		arguments = w.kid(r, 1)
		r = w.kid(r, 0)
	}
	words := strings.Contains(s.extra, " ") || s.named && w.kind(w.kid(r, 1)) == kindLocalName
	if asContext && (words || s.typing != untyped) {
		return whole
	}
	context := w.kid(r, 0)
	if words {
		left = context
	} else {
		start := len(w.out)
		left = w.put(context, true)
		if len(w.out) > start {
			w.write(".")
		}
	}
	w.entityName(r, s, words)
	if s.typing != untyped {
		w.entityType(r, arguments, s, words)
	}
	if asContext || left == none {
		return left
	}
	w.after(left, s.of)
	return none
}

// after prints a context that could not come before its declaration.
func (w *printer) after(context ref, of bool) {
	start := len(w.out)
	if of {
		w.write(" of ")
	} else {
		w.write(" in ")
	}
	said := len(w.out)
	if w.print(context); len(w.out) == said {
		w.out = w.out[:start] // a module that is not shown
	}
}

// entityName prints the name of a declaration and what belongs to it.
func (w *printer) entityName(r ref, s style, words bool) {
	before, after := "", s.extra
	if words && s.extra != "" && (s.named || s.fixed != "") {
		before, after = s.extra, ""
	}
	if before != "" {
		w.extra(before, s)
		w.write(" of ")
	}
	start := len(w.out)
	w.write(s.fixed)
	if name := w.kid(r, 1); s.named && w.kind(name) != kindPrivateName {
		w.print(name)
	}
	if private := w.find(r, kindPrivateName); private != none && s.fixed == "" {
		w.print(private)
	}
	if after != "" {
		if len(w.out) > start {
			w.write(".")
		}
		w.extra(after, s)
	}
}

// extra prints the words of a style and its number.
func (w *printer) extra(text string, s style) {
	w.write(text)
	if s.numbered {
		w.writeInt(s.number)
	}
}

// entityType prints the type of a declaration.
func (w *printer) entityType(r, arguments ref, s style, words bool) {
	t := none
	for _, kid := range w.all(r)[1:] {
		if w.is(kid, isType) {
			t = kid
			break
		}
	}
	if s.typing == asCall && w.callable(t) {
		if words {
			w.write(" ")
		} else {
			w.space(t)
		}
	} else {
		if w.brief {
			return
		}
		w.write(" : ")
	}
	labels := w.find(r, kindLabels)
	switch {
	case arguments != none:
		w.write("<")
		w.print(arguments)
		w.write(">")
	case labels == none:
		w.print(t)
		return
	}
	w.labelled(t, labels, arguments == none)
}

// labelled prints a function type with argument labels, and the signature that it
// depends on if that is asked for.
func (w *printer) labelled(t, labels ref, signature bool) {
	if w.kind(t) == kindGenericType {
		if signature {
			w.printKid(t, 0)
		}
		t = w.kid(t, 1)
		w.space(t)
	}
	if !isFunctionType(w.kind(t)) {
		w.fail()
		return
	}
	w.functionType(t, labels)
}

// callable reports whether a type is that of a function that is declared.
func (w *printer) callable(t ref) bool {
	for w.kind(t) == kindGenericType {
		t = w.kid(t, 1)
	}
	switch w.kind(t) {
	case kindFunctionType, kindUncurried, kindThinFunction, kindCFunction:
		return true
	}
	return false
}

// space prints a space before a type that does not begin with parentheses of its own.
func (w *printer) space(t ref) {
	switch w.kind(t) {
	case kindFunctionType, kindUncurried, kindCalledOnce, kindGenericType:
	default:
		w.write(" ")
	}
}

// privateName prints a name and, in the full form, the file that it is private to.
func (w *printer) privateName(r ref) {
	if w.brief {
		if name := w.kid(r, 0); name != none {
			w.print(name)
		}
		return
	}
	w.write("(")
	if name := w.kid(r, 0); name != none {
		w.print(name)
		w.write(" ")
	}
	w.write("in ")
	w.write(w.str(r))
	w.write(")")
}

// extension prints an extension as the context of what it declares.
func (w *printer) extension(r ref) {
	if !w.brief {
		w.write("(extension in ")
		w.put(w.kid(r, 0), true)
		w.write("):")
	}
	w.printKid(r, 1)
	if signature := w.kid(r, 2); signature != none {
		w.print(signature)
	}
}

// anonymousContext prints a context that has no name.
func (w *printer) anonymousContext(r ref) {
	if w.brief {
		return
	}
	w.printKid(r, 1)
	w.write(".(unknown context at ")
	w.printKid(r, 0)
	w.write(")")
	if types := w.kid(r, 2); len(w.all(types)) > 0 {
		w.write("<")
		w.print(types)
		w.write(">")
	}
}
