package itanium

// typeLeft writes what of a type comes before its declarator.
func (w *printer) typeLeft(n *node) {
	switch n.kind {
	case kindBuiltin:
		w.print(n.text)
	case kindPointer:
		w.pointer(n.a, "*")
	case kindReference, kindRvalue:
		w.reference(n)
	case kindMember:
		w.left(n.a)
		if w.tail(n.a)&(isArray|isFunction) != 0 {
			w.open("(")
		} else {
			w.print(" ")
		}
		w.node(n.b)
		w.print("::*")
	case kindArray:
		w.left(n.a)
	case kindFunction:
		w.left(n.a)
		w.print(" ")
	case kindQualified:
		w.left(n.a)
		w.qualifiers(n.bits)
	case kindVendor:
		w.node(n.a)
		w.print(" " + n.text)
		if n.b != 0 {
			w.templateArgs(w.nodes[n.b].list)
		}
	case kindSuffixed:
		w.node(n.a)
		w.print(n.text)
	case kindElaborated:
		w.print(n.text)
		w.node(n.a)
	case kindVector:
		w.node(n.a)
		w.print(" __vector(")
		w.node(n.b)
		w.print(")")
	case kindBitInt:
		w.print(n.text + "(")
		w.node(n.b)
		w.print(")")
	case kindArgs:
		w.list(n.list)
	case kindPack:
		w.left(w.element(n))
	case kindExpansion:
		w.expansion(n)
	case kindParam, kindForward:
		w.left(n.a)
	case kindThrow:
		w.open("throw(")
		w.list(n.list)
		w.shut(")")
	}
}

// right writes what of a node comes after its declarator.
func (w *printer) right(r ref) {
	if r == 0 || w.nodes[r].tail == 0 || !w.enter() {
		return
	}
	defer w.leave()
	switch n := &w.nodes[r]; n.kind {
	case kindPointer, kindMember:
		if w.tail(n.a)&(isArray|isFunction) != 0 {
			w.shut(")")
		}
		w.right(n.a)
	case kindReference, kindRvalue:
		pointee, _ := w.collapse(n)
		if w.tail(pointee)&(isArray|isFunction) != 0 {
			w.shut(")")
		}
		w.right(pointee)
	case kindArray:
		if w.last() != ']' {
			w.print(" ")
		}
		w.open("[")
		w.node(n.b)
		w.shut("]")
		w.right(n.a)
	case kindFunction:
		w.open("(")
		w.list(n.list)
		w.shut(")")
		w.right(n.a)
		w.qualifiers(n.bits)
		if n.b != 0 {
			w.print(" ")
			w.node(n.b)
		}
	case kindQualified:
		w.right(n.a)
	case kindPack:
		w.right(w.element(n))
	case kindParam, kindForward:
		w.right(n.a)
	}
}

// pointer writes what comes before the declarator of what points to a type.
func (w *printer) pointer(pointee ref, sign string) {
	w.left(pointee)
	t := w.tail(pointee)
	if t&isArray != 0 {
		w.print(" ")
	}
	if t&(isArray|isFunction) != 0 {
		w.open("(")
	}
	w.print(sign)
}

// reference writes a reference, after references to references have become one.
func (w *printer) reference(n *node) {
	pointee, rvalue := w.collapse(n)
	if rvalue {
		w.pointer(pointee, "&&")
	} else {
		w.pointer(pointee, "&")
	}
}

// collapse returns what a reference refers to in the end, and whether all
// references on the way are to rvalues.
func (w *printer) collapse(n *node) (pointee ref, rvalue bool) {
	rvalue = n.kind == kindRvalue
	for {
		pointee = w.resolved(n.a)
		if w.failed {
			return 0, false
		}
		switch n = &w.nodes[pointee]; n.kind {
		case kindReference:
			rvalue = false
		case kindRvalue:
		default:
			return pointee, rvalue
		}
	}
}

// resolved returns the node that a pack or a forward reference stands for.
func (w *printer) resolved(r ref) ref {
	for {
		w.steps++
		if w.steps > maxSteps {
			w.failed = true
		}
		if w.failed {
			return 0
		}
		switch n := &w.nodes[r]; n.kind {
		case kindPack:
			r = w.element(n)
		case kindParam, kindForward:
			r = n.a
		default:
			return r
		}
	}
}

// tail returns the tail of a type, where it depends on a pack or a later
// argument as that is now.
func (w *printer) tail(r ref) tail {
	n := &w.nodes[r]
	if n.tail&askTail == 0 {
		return n.tail
	}
	if !w.enter() {
		return 0
	}
	defer w.leave()
	switch n.kind {
	case kindPack, kindParam, kindForward:
		return w.tail(w.resolved(r))
	case kindQualified:
		return w.tail(n.a)
	default: // what points to a type
		return pointerTail(w.tail(n.a))
	}
}

// element returns the element of a pack that is written now, or 0.
func (w *printer) element(n *node) ref {
	elements := w.refs(n.list)
	if w.in && w.size < 0 {
		w.index, w.size = 0, len(elements)
	}
	i := 0
	if w.in {
		i = w.index
	}
	if i >= len(elements) {
		return 0
	}
	return elements[i]
}

// expansion writes a pattern once for each element of the packs in it. Where
// none is known, dots follow it.
func (w *printer) expansion(n *node) {
	in, index, size := w.in, w.index, w.size
	w.in, w.index, w.size = true, 0, -1
	defer func() { w.in, w.index, w.size = in, index, size }()
	start := len(w.out)
	w.node(n.a)
	if w.size < 0 {
		if n.bits&markEnclosed != 0 {
			w.enclose(start)
		}
		w.print("...")
		return
	}
	if w.size == 0 {
		w.out = w.out[:start]
		return
	}
	for w.index = 1; w.index < w.size && !w.failed; w.index++ {
		w.print(", ")
		w.node(n.a)
	}
}

// enclose puts what was written since start between parentheses.
func (w *printer) enclose(start int) {
	w.print("()")
	if w.failed {
		return
	}
	pattern := w.out[start:]
	copy(pattern[1:], pattern[:len(pattern)-2])
	pattern[0] = '('
	w.steps += len(pattern) / stepBytes
}
