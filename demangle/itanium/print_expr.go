package itanium

// operand writes an expression within another whose operator binds with prec,
// in parentheses where it binds less, or no more if strict.
func (w *printer) operand(r ref, prec precedence, strict bool) {
	own := w.nodes[r].prec
	if own < prec || own == prec && !strict {
		w.node(r)
		return
	}
	w.open("(")
	w.node(r)
	w.shut(")")
}

// expression writes an expression.
func (w *printer) expression(n *node) {
	if n.bits&markGlobal != 0 {
		w.print("::")
	}
	switch n.kind {
	case kindBinary:
		w.binary(n)
	case kindUnary:
		w.print(n.text)
		w.operand(n.a, n.prec, false)
	case kindPostfix:
		w.operand(n.a, n.prec, false)
		w.print(n.text)
	case kindTernary:
		w.operand(n.a, n.prec, true)
		w.print(" ? ")
		w.operand(n.b, precDefault, false)
		w.print(" : ")
		w.operand(n.c, precAssign, false)
	case kindSubscript:
		w.operand(n.a, n.prec, false)
		w.open("[")
		w.operand(n.b, precDefault, false)
		w.shut("]")
	case kindAccess:
		w.operand(n.a, n.prec, false)
		w.print(n.text)
		w.operand(n.b, n.prec, true)
	case kindCast:
		w.print(n.text)
		w.typeArg(n.a)
		w.open("(")
		w.node(n.b)
		w.shut(")")
	case kindConvert:
		w.open("(")
		w.node(n.a)
		w.shut(")")
		w.converted(n)
	case kindCall:
		w.node(n.a)
		w.arguments(n.list)
	case kindCallPlain:
		w.open("(")
		w.node(n.a)
		w.shut(")")
		w.arguments(n.list)
	case kindEnclosed:
		w.print(n.text)
		w.open("(")
		w.node(n.a)
		w.shut(")")
	case kindNew:
		w.newExpression(n)
	case kindDelete:
		w.print(n.text + " ")
		w.operand(n.a, n.prec, false)
	default:
		w.compound(n)
	}
}

// compound writes an expression that is not an operator with its operands.
func (w *printer) compound(n *node) {
	switch n.kind {
	case kindBraced:
		if n.a != 0 {
			w.node(n.a)
		}
		w.open("{")
		w.list(n.list)
		w.shut("}")
	case kindField:
		w.print(".")
		w.node(n.a)
		w.initializer(n.b)
	case kindIndex:
		w.open("[")
		w.node(n.a)
		if n.bits&markRange != 0 {
			w.print(" ... ")
			w.node(n.c)
		}
		w.shut("]")
		w.initializer(n.b)
	case kindFold:
		w.fold(n)
	case kindLiteral:
		w.literal(n)
	case kindString:
		w.print(`"<`)
		w.node(n.a)
		w.print(`>"`)
	case kindLambda:
		w.print("[]")
		closure := &w.nodes[n.a]
		w.arguments(w.nodes[closure.a].list)
		w.print("{...}")
	case kindRequires:
		w.requires(n)
	case kindRequire:
		w.requirement(n)
	case kindSubobject:
		w.node(n.a)
		w.print(".<")
		w.node(n.b)
		w.print(" at offset " + n.text + ">")
	case kindEnableIf:
		w.node(n.a)
		w.open(" [enable_if:")
		w.list(n.list)
		w.shut("]")
	}
}

// binary writes an operator between its operands. One that would end template
// arguments stands in parentheses.
func (w *printer) binary(n *node) {
	enclosed := w.brackets == 0 && (n.text == ">" || n.text == ">>")
	if enclosed {
		w.open("(")
	}
	assigns := n.prec == precAssign
	if assigns { // binds to the right
		w.operand(n.a, precLogicalOr, false)
	} else {
		w.operand(n.a, n.prec, false)
	}
	if n.text != "," {
		w.print(" ")
	}
	w.print(n.text + " ")
	w.operand(n.b, n.prec, !assigns)
	if enclosed {
		w.shut(")")
	}
}

// arguments writes those of a call.
func (w *printer) arguments(l list) {
	w.open("(")
	w.list(l)
	w.shut(")")
}

// typeArg writes the type that a cast names between angle brackets.
func (w *printer) typeArg(t ref) {
	outer := w.brackets
	w.brackets = 0
	w.print("<")
	w.node(t)
	w.print(">")
	w.brackets = outer
}

// converted writes what a conversion converts.
func (w *printer) converted(n *node) {
	if n.b == 0 {
		w.arguments(n.list)
		return
	}
	w.open("(")
	w.node(n.b)
	w.shut(")")
}

// initializer writes the value of a field or element in braces.
func (w *printer) initializer(r ref) {
	if k := w.nodes[r].kind; k != kindField && k != kindIndex {
		w.print(" = ")
	}
	w.node(r)
}

// newExpression writes new, where to, the type and its initializer.
func (w *printer) newExpression(n *node) {
	w.print(n.text)
	if n.list.first != n.list.end {
		w.print(" ")
		w.arguments(n.list)
	}
	w.print(" ")
	w.node(n.a)
	switch {
	case n.b == 0:
	case w.nodes[n.b].kind == kindArgs:
		w.arguments(w.nodes[n.b].list)
	default:
		w.node(n.b)
	}
}

// fold writes a fold expression, over a pack alone or from a first value on.
func (w *printer) fold(n *node) {
	left := n.bits&markLeft != 0
	pack, value := n.a, n.b
	if value != 0 && left {
		pack, value = value, pack
	}
	w.open("(")
	switch {
	case left && value != 0:
		w.operand(value, precCast, true)
		w.print(" " + n.text + " ")
		fallthrough
	case left:
		w.print("... " + n.text + " ")
		w.folded(pack)
	default:
		w.folded(pack)
		w.print(" " + n.text + " ...")
		if value != 0 {
			w.print(" " + n.text + " ")
			w.operand(value, precCast, true)
		}
	}
	w.shut(")")
}

// folded writes the pack of a fold expression.
func (w *printer) folded(pack ref) {
	w.open("(")
	w.expansion(&node{a: pack})
	w.shut(")")
}

// suffixes are what follows literals of types whose names are not written.
var suffixes = map[string]string{
	"int": "", "unsigned int": "u", "long": "l", "unsigned long": "ul", "long long": "ll", "unsigned long long": "ull",
}

// literal writes a value of a type.
func (w *printer) literal(n *node) {
	sign := ""
	if n.bits&markNegative != 0 {
		sign = "-"
	}
	if t := &w.nodes[w.resolved(n.a)]; t.kind == kindBuiltin {
		switch t.text {
		case "bool":
			if n.text == "0" || n.text == "1" {
				w.print([]string{"false", "true"}[n.text[0]-'0'])
				return
			}
		case "decltype(nullptr)":
			w.print("nullptr")
			return
		case "double", "float", "long double", "__float128":
			w.print("(" + t.text + ")[" + n.text + "]")
			return
		}
		if suffix, ok := suffixes[t.text]; ok {
			w.print(sign + n.text + suffix)
			return
		}
	}
	w.open("(")
	w.node(n.a)
	w.shut(")")
	w.print(sign + n.text)
}

// requires writes a requires expression.
func (w *printer) requires(n *node) {
	w.print("requires")
	if n.list.first != n.list.end {
		w.print(" ")
		w.arguments(n.list)
	}
	w.open(" {")
	for _, r := range w.refs(w.nodes[n.a].list) {
		w.print(" ")
		w.node(r)
		w.print(";")
	}
	w.print(" ")
	w.shut("}")
}

// requirement writes one requirement.
func (w *printer) requirement(n *node) {
	compound := n.bits&markNoexcept != 0 || n.b != 0
	w.print(n.text)
	if compound {
		w.open("{")
	}
	w.node(n.a)
	if compound {
		w.shut("}")
	}
	if n.bits&markNoexcept != 0 {
		w.print(" noexcept")
	}
	if n.b != 0 {
		w.print(" -> ")
		w.node(n.b)
	}
}
