package swift

// simple reports whether a type needs no parentheses before "?" and ".Type".
func (w *printer) simple(t ref) bool {
	switch w.kind(t) {
	case kindProtocolList:
		return len(w.all(t)) <= 1
	case kindAnyObjectProtocol:
		return len(w.all(w.kid(t, 0))) == 0
	}
	return w.is(t, isSimple)
}

// operand prints a type, in parentheses unless it is simple.
func (w *printer) operand(t ref) {
	if w.simple(t) {
		w.print(t)
		return
	}
	w.write("(")
	w.print(t)
	w.write(")")
}

// metatypeSuffix returns what makes a metatype of a type.
func (w *printer) metatypeSuffix(t ref) string {
	switch w.kind(t) {
	case kindExistentialMeta, kindProtocolList, kindClassProtocols, kindAnyObjectProtocol:
		return ".Protocol"
	}
	return ".Type"
}

// bound prints a type with generic arguments.
func (w *printer) bound(r ref) {
	decl, arguments := w.kid(r, 0), w.kid(r, 1)
	if w.sugar && w.nodes[r].n == 2 && w.sugared(decl, w.all(arguments)) {
		return
	}
	w.print(decl)
	w.write("<")
	w.print(arguments)
	w.write(">")
}

// sugared prints a type of the standard library as it is written in source code,
// if it is one that has a way of its own.
func (w *printer) sugared(decl ref, arguments []ref) bool {
	if w.kind(decl) == kindProtocol {
		w.list(arguments, "")
		w.write(" as ")
		w.print(decl)
		return true
	}
	if module := w.kid(decl, 0); w.kind(module) != kindModule || w.str(module) != stdlib {
		return false
	}
	name := ""
	if r := w.kid(decl, 1); w.kind(r) == kindIdentifier {
		name = w.str(r)
	}
	switch k := w.kind(decl); {
	case k == kindEnum && name == "Optional" && len(arguments) == 1:
		w.operand(arguments[0])
		w.write("?")
	case k == kindEnum && name == "ImplicitlyUnwrappedOptional" && len(arguments) == 1:
		w.operand(arguments[0])
		w.write("!")
	case k == kindStructure && name == "Array" && len(arguments) == 1:
		w.write("[")
		w.print(arguments[0])
		w.write("]")
	case k == kindStructure && name == "Dictionary" && len(arguments) == 2:
		w.write("[")
		w.list(arguments, " : ")
		w.write("]")
	default:
		return false
	}
	return true
}

// protocols prints an existential type.
func (w *printer) protocols(r ref) {
	list := w.all(r)
	switch w.kind(r) {
	case kindClassProtocols:
		w.printKid(r, 0)
		w.write(" & ")
		list = w.all(w.kid(r, 1))
	case kindAnyObjectProtocol:
		if list = w.all(w.kid(r, 0)); len(list) > 0 {
			w.list(list, " & ")
			w.write(" & ")
		}
		w.write("Swift.AnyObject") // in the simplified form as well
		return
	case kindProtocolList:
		if len(list) == 0 {
			w.write("Any")
		}
	}
	w.list(list, " & ")
}

// box prints the layout of a box.
func (w *printer) box(r ref) {
	signature, arguments := w.kid(r, 1), w.kid(r, 2)
	if signature != none {
		w.print(signature)
		w.write(" ")
	}
	fields := w.kid(r, 0)
	w.write("{")
	if len(w.all(fields)) > 0 {
		w.write(" ")
		w.print(fields)
	}
	w.write(" }")
	if signature != none {
		w.write(" <")
		w.print(arguments)
		w.write(">")
	}
}

// typeMangling prints a name that is only a type.
func (w *printer) typeMangling(r ref) {
	if labels := w.kid(r, 0); w.kind(labels) == kindLabels {
		w.labelled(w.kid(r, 1), labels, true)
	} else {
		w.print(labels)
	}
}
