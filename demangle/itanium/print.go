package itanium

// A printer writes nodes.
type printer struct {
	*parser
	options Options
	out     []byte
	depth   int
	steps   int
	failed  bool

	// What is written of a pack within an expansion: the element at index, or,
	// outside of any, its first. size is -1 until a pack is met.
	index int
	size  int
	in    bool // in an expansion

	// brackets counts the parentheses open since template arguments began; in
	// none of them ">" would end the arguments.
	brackets int
}

// enter counts a node that is visited; leave must follow if it reports true.
func (w *printer) enter() bool {
	w.steps++
	if w.failed || w.depth == maxDepth || w.steps > maxSteps {
		w.failed = true
		return false
	}
	w.depth++
	return true
}

func (w *printer) leave() { w.depth-- }

// print writes s.
func (w *printer) print(s string) {
	w.steps += len(s) / stepBytes
	if w.failed || len(w.out)+len(s) > maxOutput {
		w.failed = true
		return
	}
	w.out = append(w.out, s...)
}

// last returns the last byte written.
func (w *printer) last() byte {
	if len(w.out) == 0 {
		return 0
	}
	return w.out[len(w.out)-1]
}

// open and shut write brackets within which ">" is an operator.
func (w *printer) open(bracket string) { w.brackets++; w.print(bracket) }
func (w *printer) shut(bracket string) { w.brackets--; w.print(bracket) }

// node writes all of a node.
func (w *printer) node(r ref) {
	w.left(r)
	w.right(r)
}

// list writes elements with commas between them; those that are empty packs
// leave none.
func (w *printer) list(l list) {
	first := true
	for _, r := range w.refs(l) {
		start := len(w.out)
		if !first {
			w.print(", ")
		}
		before := len(w.out)
		w.operand(r, precComma, false)
		if len(w.out) == before {
			w.out = w.out[:start]
			continue
		}
		first = false
	}
}

// left writes what comes before a declarator, which for most nodes is all.
func (w *printer) left(r ref) {
	if r == 0 || !w.enter() {
		return
	}
	defer w.leave()
	n := &w.nodes[r]
	switch {
	case n.kind < kindBuiltin:
		w.name(n)
	case n.kind < kindTypeParam:
		w.typeLeft(n)
	case n.kind < kindBinary:
		w.declared(n)
	default:
		w.expression(n)
	}
}

// name writes a name.
func (w *printer) name(n *node) {
	switch n.kind {
	case kindName:
		w.print(n.text)
	case kindNested, kindLocal:
		w.node(n.a)
		w.print("::")
		w.node(n.b)
	case kindDefaultArg:
		w.print("{default arg#" + n.text + "}::")
		w.node(n.a)
	case kindTagged:
		w.node(n.a)
		w.print("[abi:" + n.text + "]")
	case kindTemplate:
		w.node(n.a)
		w.templateArgs(n.list)
	case kindConstructor:
		w.base(n.a)
	case kindDestructor:
		w.print("~")
		w.base(n.a)
	case kindConversion:
		w.print("operator ")
		w.node(n.a)
	case kindLiteralOp:
		w.print(`operator"" ` + n.text)
	case kindModule:
		if n.a != 0 {
			w.node(n.a)
		}
		if n.bits&markRange != 0 {
			w.print(":")
		} else if n.a != 0 {
			w.print(".")
		}
		w.print(n.text)
	case kindModuleEntity:
		w.node(n.b)
		w.print("@")
		w.node(n.a)
	case kindStd:
		w.std(n)
	case kindUnnamed:
		w.print("{unnamed type#" + n.text + "}")
	case kindClosure:
		w.closure(n)
	case kindBindings:
		w.print("[")
		w.list(n.list)
		w.print("]")
	case kindEncoding:
		w.encoding(n)
	case kindPrefixed:
		w.print(n.text)
		w.node(n.a)
	case kindConstruction:
		w.print("construction vtable for ")
		w.node(n.a)
		w.print("-in-")
		w.node(n.b)
	}
}

// std writes a name that has an abbreviation.
func (w *printer) std(n *node) {
	class, alias := stdClasses[n.text]
	w.print("std::")
	if n.bits&markSpelled == 0 || !alias {
		w.print(n.text)
		return
	}
	w.print(class[0])
	if !w.options.NoTemplateArgs {
		w.print(class[1])
	}
}

// templateArgs writes template arguments between angle brackets.
func (w *printer) templateArgs(args list) {
	if w.options.NoTemplateArgs {
		return
	}
	if w.last() == '<' { // operator<
		w.print(" ")
	}
	outer := w.brackets
	w.brackets = 0
	w.print("<")
	w.list(args)
	w.print(">")
	w.brackets = outer
}

// base writes the last name of a class, without arguments, as its constructors
// are called.
func (w *printer) base(r ref) {
	if !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindNested, kindLocal, kindModuleEntity:
		w.base(n.b)
	case kindTemplate, kindTagged, kindDefaultArg, kindPrefixed, kindParam, kindForward:
		w.base(n.a)
	case kindStd:
		if class, ok := stdClasses[n.text]; ok {
			w.print(class[0])
		} else {
			w.print(n.text)
		}
	default:
		w.node(r)
	}
}

// closure writes the type of a lambda expression.
func (w *printer) closure(n *node) {
	w.print("{lambda")
	if n.list.first != n.list.end {
		w.templateArgs(n.list)
	}
	if n.b != 0 {
		w.print(" requires ")
		w.node(n.b)
		w.print(" ")
	}
	w.open("(")
	w.list(w.nodes[n.a].list)
	w.shut(")")
	if n.c != 0 {
		w.print(" requires ")
		w.node(n.c)
	}
	w.print("#" + n.text + "}")
}

// encoding writes a function: the whole of it, since nothing declares one.
func (w *printer) encoding(n *node) {
	result := n.c
	if !w.options.ReturnType && w.depth == 1 {
		result = 0
	}
	if result != 0 {
		w.left(result)
		if w.tail(result)&hasTail == 0 {
			w.print(" ")
		}
	}
	w.node(n.a)
	if w.options.NoParameters {
		return
	}
	w.open("(")
	w.list(n.list)
	w.shut(")")
	if result != 0 {
		w.right(result)
	}
	w.qualifiers(n.bits)
	if n.b != 0 {
		w.print(" requires ")
		w.node(n.b)
	}
}

// qualifiers writes those of a type or function, each after a space.
func (w *printer) qualifiers(bits uint16) {
	for i, word := range [...]string{" const", " volatile", " restrict", " &", " &&"} {
		if bits&(1<<i) != 0 {
			w.print(word)
		}
	}
}

// declared writes the declaration of a template parameter.
func (w *printer) declared(n *node) {
	w.print(n.text)
	if n.kind == kindTemplateParam {
		w.print("template")
		w.templateArgs(n.list)
		w.print(" class")
	}
	w.left(n.b)
	if n.bits&markPack != 0 {
		w.print("...")
	}
	if n.a != 0 {
		w.print(" ")
		w.node(n.a)
	}
	w.right(n.b)
}
