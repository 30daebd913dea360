package itanium

// A ref is the index of a node in its parser; 0 is none.
type ref int32

// A list is a run of refs in a parser.
type list struct{ first, end int32 }

// A node is a piece of a name. What its fields mean depends on its kind.
type node struct {
	kind  kind
	prec  precedence
	tail  tail
	bits  uint16 // qualifiers, and other marks of a kind
	bound bool   // refers to template parameters, so that it means something else elsewhere
	a, b  ref
	c     ref
	list  list
	index int32 // of a template parameter
	text  string
}

// A tail says whether a type is written around its declarator: "int (*f)[3]"
// has "int (*" before f and ")[3]" after it.
type tail uint8

const (
	hasTail    tail = 1 << iota // something is written after the declarator
	isArray                     // it begins with an array's bounds
	isFunction                  // it begins with a function's parameters
	askTail                     // depends on a pack's element or a later argument
)

// Qualifiers of a type or member function.
const (
	qualConst = 1 << iota
	qualVolatile
	qualRestrict
	qualLRef // of the object a member function is called on
	qualRRef
)

// Other marks, of the kinds that have no qualifiers.
const (
	markGlobal   = 1 << iota // "::" comes first
	markArray                // "[]" follows new or delete
	markLeft                 // a left fold
	markRange                // a braced index is a range; a module is a partition
	markNoexcept             // a requirement
	markNegative             // a literal
	markPack                 // a declared parameter is a pack
	markEnclosed             // a pattern of types stands in parentheses
	markSpelled              // an alias of std is written as the class it stands for
)

// A kind says what a node is.
type kind uint8

const (
	_ kind = iota

	// Names.
	kindName         // text
	kindNested       // a::b
	kindLocal        // a::b, where a is a function
	kindDefaultArg   // a, in the default argument numbered text
	kindTagged       // a[abi:text]
	kindTemplate     // a<list>
	kindConstructor  // the last name of a, named like it
	kindDestructor   // ~a
	kindConversion   // operator a
	kindLiteralOp    // operator"" text
	kindModule       // a.text or a:text
	kindModuleEntity // b@a
	kindStd          // std::text, or the class that is an alias of
	kindUnnamed      // {unnamed type#text}
	kindClosure      // {lambda<list>(a)#text}, a holds the parameters
	kindBindings     // [list]
	kindEncoding     // c a(list): return type, name, parameters
	kindPrefixed     // text a
	kindConstruction // construction vtable for a-in-b

	// Types.
	kindBuiltin    // text
	kindPointer    // a *
	kindReference  // a &
	kindRvalue     // a &&
	kindMember     // a b::*
	kindArray      // a [b]
	kindFunction   // a (list), b its exception specification
	kindQualified  // a const
	kindVendor     // a text<b>
	kindSuffixed   // a text
	kindElaborated // text a
	kindVector     // a __vector(b)
	kindBitInt     // text(b)
	kindArgs       // list, the arguments of a closure or pack
	kindPack       // list: what a template parameter that is a pack stands for
	kindExpansion  // a, for each element of the packs in it
	kindParam      // a, the argument of a template parameter
	kindForward    // a template argument that is not read yet: a once it is
	kindThrow      // throw(list)

	// Template parameters that are declared within a name.
	kindTypeParam     // typename a, or b a
	kindTemplateParam // template<list> class a

	// Expressions.
	kindBinary    // a text b
	kindUnary     // text a
	kindPostfix   // a text
	kindTernary   // a ? b : c
	kindSubscript // a[b]
	kindAccess    // a text b
	kindCast      // text<a>(b)
	kindConvert   // (a)(list)
	kindCall      // a(list)
	kindCallPlain // (a)(list)
	kindEnclosed  // text(a)
	kindNew       // new (list) a(b)
	kindDelete    // delete a
	kindBraced    // a{list}
	kindField     // .a = b
	kindIndex     // [a] = b, [a ... c] = b
	kindFold      // (a text ... text b)
	kindLiteral   // (a)text
	kindString    // "<a>"
	kindLambda    // []{...} of closure a
	kindRequires  // requires (list) { a }
	kindRequire   // a requirement
	kindSubobject // a.<b at offset text>
	kindEnableIf  // a [enable_if:list]
)

// node adds a node.
func (p *parser) node(n node) ref {
	if p.failed {
		return 0
	}
	if len(p.nodes) == maxNodes {
		return p.fail()
	}
	if n.kind != kindEncoding && n.kind != kindClosure { // whose parameters are their own
		n.bound = n.bound || p.nodes[n.a].bound || p.nodes[n.b].bound || p.nodes[n.c].bound
		for _, r := range p.refs(n.list) {
			n.bound = n.bound || p.nodes[r].bound
		}
	}
	p.nodes = append(p.nodes, n)
	return ref(len(p.nodes) - 1)
}

// word adds a name that is written as it is.
func (p *parser) word(text string) ref { return p.node(node{kind: kindName, text: text}) }

// wrap adds a node of a text and another node.
func (p *parser) wrap(k kind, text string, a ref) ref { return p.node(node{kind: k, text: text, a: a}) }

// pointerTail returns the tail of a type that points to one with tail t: the
// bounds and parameters of that are outside the pointer's parentheses.
func pointerTail(t tail) tail {
	if t&(hasTail|askTail) != 0 {
		return hasTail | t&askTail
	}
	return 0
}

// take moves the refs stacked since mark into a list.
func (p *parser) take(mark int) list {
	if len(p.lists)+len(p.stack)-mark > maxElements {
		p.fail()
		p.stack = p.stack[:mark]
		return list{}
	}
	first := int32(len(p.lists))
	p.lists = append(p.lists, p.stack[mark:]...)
	p.stack = p.stack[:mark]
	return list{first, int32(len(p.lists))}
}

// refs returns the elements of a list.
func (p *parser) refs(l list) []ref { return p.lists[l.first:l.end] }
