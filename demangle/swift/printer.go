package swift

import (
	"strconv"
	"unicode/utf8"
)

// A printer writes a tree.
type printer struct {
	*tree
	out         []byte
	sugar       bool // [T], [K : V] and T? for the types of the standard library
	brief       bool // Options.Simplified
	specialized bool // that has been said
	steps       int  // nodes that may still be printed
	depth       int
	failed      bool // a limit was passed, or the tree makes no sense
}

// put prints a node. As the context of a declaration that follows, some nodes
// cannot be written before it: then nothing, or only a part, is printed, and what
// is to be written after the declaration is returned.
func (w *printer) put(r ref, asContext bool) (left ref) {
	w.steps--
	if r == none || w.steps < 0 || w.depth >= maxDepth {
		w.fail()
		return none
	}
	w.depth++
	left = w.node(r, asContext)
	w.depth--
	return left
}

// print prints a node that is no context.
func (w *printer) print(r ref) { w.put(r, false) }

func (w *printer) printKid(r ref, i int) { w.print(w.kid(r, i)) }

// write writes s, if there is room.
func (w *printer) write(s string) {
	if len(w.out)+len(s) > maxOutput {
		w.fail()
		return
	}
	w.out = append(w.out, s...)
}

func (w *printer) writeInt(n int64) { w.out = strconv.AppendInt(w.out, n, 10) }

// fail gives up: nothing more is printed.
func (w *printer) fail() {
	w.failed = true
	w.steps = 0
}

// node prints a node for put.
func (w *printer) node(r ref, asContext bool) (left ref) {
	n := w.nodes[r]
	if n.kind.is(isPhrase) {
		w.phrase(n.text, w.all(r))
		return none
	}
	switch n.kind {
	case kindIdentifier, kindOperator, kindBuiltinTuple:
		w.write(n.text)
	case kindModule:
		if !w.brief {
			w.write(n.text)
		}
	case kindClass, kindStructure, kindEnum, kindProtocol, kindOtherNominal, kindTypeAlias, kindGenericParam:
		return w.entity(r, asContext, style{named: true})
	case kindFunction, kindBoundFunction:
		return w.entity(r, asContext, style{typing: asCall, named: true})
	case kindVariable:
		return w.entity(r, asContext, style{typing: afterColon, named: true})
	case kindBound:
		w.bound(r)
	case kindTuple:
		w.parens(w.all(r), ", ")
	case kindTupleElement:
		w.tupleElement(r, true)
	case kindFunctionType, kindUncurried, kindThinFunction, kindCFunction, kindBlock, kindEscapingBlock, kindAutoclosure, kindCalledOnce:
		w.functionType(r, none)
	case kindGenericParamType:
		w.genericParam(int(n.num>>32), int(n.num&(1<<32-1)))
	case kindGenericType:
		w.printKid(r, 0)
		w.space(w.kid(r, 1))
		w.printKid(r, 1)
	case kindSignature:
		w.signature(r)
	case kindGlobal:
		w.list(w.all(r), "")
	case kindNumber:
		w.writeInt(n.num)
	case kindList:
		w.list(w.all(r), n.text)
	default:
		return w.rarer(r, asContext)
	}
	return none
}

// rarer does what node does, for the kinds that few names have.
func (w *printer) rarer(r ref, asContext bool) (left ref) {
	n := w.nodes[r]
	switch n.kind {
	case kindSubscript, kindAccessor, kindInit, kindDeinit, kindInitializer, kindClosure, kindMacro, kindExpansion:
		return w.member(r, asContext)
	case kindLocalName:
		w.printKid(r, 0)
		w.write(" #")
		w.writeInt(n.num + 1)
	case kindPrivateName:
		w.privateName(r)
	case kindRelatedName:
		w.write("related decl '" + n.text + "' for ")
		w.printKid(r, 0)
	case kindExtension:
		w.extension(r)
	case kindAnonymousContext:
		w.anonymousContext(r)
	case kindStatic:
		w.write("static ")
		w.printKid(r, 0)
	case kindPack:
		w.write(n.text)
		w.write("Pack{")
		w.list(w.all(r), ", ")
		w.write("}")
	case kindImplFunction:
		w.implFunction(r)
	case kindImplParam, kindImplResult:
		w.write(n.text)
		w.write(" ")
		w.list(w.all(r), "")
	case kindImplYield, kindImplError:
		w.implEffect(r)
	case kindMetatype:
		w.write(n.text)
		w.operand(w.kid(r, 0))
		w.write(w.metatypeSuffix(w.kid(r, 0)))
	case kindExistentialMeta:
		w.write(n.text)
		w.printKid(r, 0)
		w.write(".Type")
	case kindProtocolList, kindClassProtocols, kindAnyObjectProtocol:
		w.protocols(r)
	case kindSugarOptional:
		w.operand(w.kid(r, 0))
		w.write("?")
	case kindBox:
		w.box(r)
	case kindTypeMangling:
		w.typeMangling(r)
	case kindSpecialization:
		w.specialization(r)
	case kindSuffix:
		w.suffix(n.text)
	case kindIndexSubset:
		w.indexSubset(n.text)
	case kindSymbol:
		w.symbol(n.text)
	case kindLabels, kindEmpty, kindFirst, kindVariadic, kindYields:
		// What is left on the stack of a name that is only a part of one.
	default:
		w.fail()
	}
	return none
}

// phrase prints text, with a child for each percent sign. What stands between
// « and » is left out of the simplified form; what stands between ‹ and › is
// written only there. There is no other character beyond ASCII in a phrase.
func (w *printer) phrase(text string, kids []ref) {
	skip := false
	next := 0
	for text != "" {
		i := 0
		for i < len(text) && text[i] != '%' && text[i] < 0x80 {
			i++
		}
		if !skip {
			w.write(text[:i])
		}
		switch text = text[i:]; {
		case text == "":
		case text[0] == '%':
			if !skip {
				w.print(kids[next])
			}
			next++
			text = text[1:]
		default:
			mark, size := utf8.DecodeRuneInString(text)
			skip = mark == '«' && w.brief || mark == '‹' && !w.brief
			text = text[size:]
		}
	}
}

// list prints nodes with a separator between them.
func (w *printer) list(nodes []ref, separator string) {
	for i, r := range nodes {
		if i > 0 {
			w.write(separator)
		}
		w.print(r)
	}
}

// parens prints nodes in parentheses.
func (w *printer) parens(nodes []ref, separator string) {
	w.write("(")
	w.list(nodes, separator)
	w.write(")")
}

// symbol prints the name of a function that is an argument, as a declaration if it
// is mangled. The Swift tools write it in full, and without sugar.
func (w *printer) symbol(text string) {
	s, rest := recognise(text)
	if w.steps -= len(text); s == schemeNone || w.steps < 0 {
		w.write(text)
		return
	}
	root := w.parse(s, rest)
	if root == none {
		w.failed = w.failed || w.full
		w.write(text)
		return
	}
	outer := *w
	w.sugar, w.brief, w.specialized = false, false, false
	w.print(root)
	w.sugar, w.brief, w.specialized = outer.sugar, outer.brief, outer.specialized
}

// suffix prints what follows a mangling, quoted.
func (w *printer) suffix(text string) {
	if !w.brief {
		w.write(" with unmangled suffix ")
		w.out = strconv.AppendQuote(w.out, text)
	}
}

// specialization prints what is known of the arguments of the function that
// follows. In the simplified form it is said once that something is.
func (w *printer) specialization(r ref) {
	if !w.brief {
		w.write(w.str(r))
		w.write(" <")
		w.list(w.all(r), ", ")
		w.write("> of ")
	} else if !w.specialized {
		w.specialized = true
		w.write("specialized ")
	}
}

// indexSubset prints which parameters or results are meant.
func (w *printer) indexSubset(text string) {
	separator := "{"
	for i := range len(text) {
		if text[i] == 'S' {
			w.write(separator)
			w.writeInt(int64(i))
			separator = ", "
		}
	}
	if separator == "{" {
		w.write("{")
	}
	w.write("}")
}
