package swift

// functionType prints a function type, with argument labels if there are any. The
// simplified form is only how many arguments there are, and their labels.
func (w *printer) functionType(r, labels ref) {
	set := w.num(r)
	w.functionAttributes(r, set)
	w.params(w.kid(r, functionParams), labels)
	if w.brief {
		return
	}
	if set&async != 0 {
		w.write(" async")
	}
	if set&throwing != 0 {
		w.write(" throws")
		if thrown := w.kid(r, functionThrown); thrown != none {
			w.write("(")
			w.print(thrown)
			w.write(")")
		}
	}
	w.write(" -> ")
	if set&sendingResult != 0 {
		w.write("sending ")
	}
	w.printKid(r, functionResult)
}

// functionAttributes prints what stands before the parameters.
func (w *printer) functionAttributes(r ref, set functionTraits) {
	switch w.kind(r) {
	case kindAutoclosure:
		w.write("@autoclosure ")
	case kindBlock:
		w.convention("block", w.kid(r, functionClang))
	case kindCFunction:
		w.convention("c", w.kid(r, functionClang))
	case kindCalledOnce:
		w.write("@called(once) ")
	case kindEscapingBlock:
		w.write("@escaping ")
		w.convention("block", w.kid(r, functionClang))
	case kindThinFunction:
		w.write("@convention(thin) ")
	}
	if set&isolatedAny != 0 {
		w.write("@isolated(any) ")
	}
	if actor := w.kid(r, functionActor); actor != none {
		w.write("@")
		w.print(actor)
		w.write(" ")
	}
	w.write(differentiability(byte(set)))
	if set&isolatedCaller != 0 {
		w.write("nonisolated(nonsending) ")
	}
	if set&sendable != 0 {
		w.write("@Sendable ")
	}
}

// convention prints a calling convention, and the C type if it is known.
func (w *printer) convention(name string, clang ref) {
	w.write("@convention(")
	w.write(name)
	if clang != none {
		w.write(`, mangledCType: "`)
		w.print(clang)
		w.write(`"`)
	}
	w.write(") ")
}

// params prints the parameters of a function.
func (w *printer) params(params, labels ref) {
	if w.kind(params) != kindTuple {
		if w.brief {
			w.write("(_:)")
		} else {
			w.parens([]ref{params}, "")
		}
		return
	}
	w.write("(")
	names := w.all(labels)
	for i, element := range w.all(params) {
		w.param(i, element, names)
	}
	w.write(")")
}

// param prints one parameter. Its label is among names if there are any, or its own.
func (w *printer) param(i int, element ref, names []ref) {
	if w.kind(element) != kindTupleElement {
		w.fail()
		return
	}
	label := w.str(element)
	if len(names) > 0 {
		label = ""
		if i < len(names) {
			label = w.str(names[i])
		}
	}
	if label == "" && (w.brief || len(names) > 0) {
		label = "_"
	}
	if w.brief {
		w.write(label)
		w.write(":")
		return
	}
	if i > 0 {
		w.write(", ")
	}
	if label != "" {
		w.write(label)
		w.write(": ")
	}
	w.tupleElement(element, false)
}

// tupleElement prints an element of a tuple.
func (w *printer) tupleElement(r ref, labelled bool) {
	if label := w.str(r); labelled && label != "" {
		w.write(label)
		w.write(": ")
	}
	w.printKid(r, 0)
	if w.num(r) != 0 {
		w.write("...")
	}
}

// implFunction prints a lowered function type.
func (w *printer) implFunction(r ref) {
	kids := w.all(r)
	rest := kids[implRest:]
	for len(rest) > 0 && (w.kind(rest[0]) == kindPhrase || w.kind(rest[0]) == kindSignature) {
		w.print(rest[0])
		w.write(" ")
		rest = rest[1:]
	}
	if signature := kids[implSignature]; signature != none {
		w.write("@substituted ")
		w.print(signature)
		w.write(" ")
	}
	results := 0
	for results < len(rest) && w.kind(rest[results]) == kindImplParam {
		results++
	}
	w.parens(rest[:results], ", ")
	w.write(" -> ")
	if w.num(r) == int64(sendingResult) {
		w.write("sending ")
	}
	w.parens(rest[results:], ", ")
	for _, list := range []ref{kids[implPattern], kids[implInvocation]} {
		if list != none {
			w.write(" for <")
			w.print(list)
			w.write(">")
		}
	}
}

// implEffect prints what a lowered function yields or throws.
func (w *printer) implEffect(r ref) {
	if w.kind(r) == kindImplError {
		w.write("@error ")
	} else {
		w.write("@yields ")
	}
	w.write(w.str(r))
	w.write(" ")
	w.list(w.all(r), " ")
}
