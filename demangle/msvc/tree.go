package msvc

// A tree holds what a name says: nodes that refer to each other by index, and
// lists of them. Back-references make it a directed graph. It has no cycles, as
// no digit stands for a node that is not complete.
type tree struct {
	nodes []node
	cells []cell
	text  []byte // of string literals

	// Memory of the parser and the writer.
	names  []memo
	params []ref
	out    []byte
}

func (t *tree) reset() {
	t.nodes = append(t.nodes[:0], node{}) // no node has ref 0
	t.cells = append(t.cells[:0], cell{})
	t.text = t.text[:0]
	t.names = t.names[:0]
	t.params = t.params[:0]
}

// A ref is the index of a node. 0 is none.
type ref int32

// A node is a part of a name. Which fields mean something depends on its kind.
type node struct {
	text    string
	num     uint64
	a, b    ref
	list    list
	flags   flags
	kind    kind
	code    byte
	quals   quals
	hasList bool // there is a list, though it may be empty
}

// A kind says what a node is; the comments say what its fields are.
type kind uint8

const (
	_ kind = iota

	// Parts of qualified names. If hasList, list is their template arguments.
	kindName            // text
	kindStructor        // code: '~' of a destructor; a: the class
	kindConversion      // a: the type converted to
	kindLiteralOperator // text: the suffix
	kindLocal           // a: the symbol that is the scope, num: which of its blocks
	kindVcall           // num: offset in the vtable
	kindGuard           // text; num: which one, or 0
	kindBase            // list: four numbers
	kindInitializer     // text; a: variable, or qualified name
	kindFunclet         // text; the last part of a name that has no type behind it

	kindQualified // list: parts, outermost first; of symbols, text: how the last is written

	// Types.
	kindPrimitive // text
	kindTag       // text: "class " and the like; a: qualified name
	kindPointer   // text: "*", "&" or "&&"; a: pointee, b: class of a pointer to member
	kindArray     // a: element; list: dimensions
	kindFunction  // code: calling convention; a: result or 0, b: numbers of a thunk or 0;
	// if hasList, list: parameters, else it is (void)
	kindCustom // a: name

	// Symbols.
	kindFunctionSymbol // a: qualified name, b: function
	kindVariable       // a: qualified name, b: type or 0; code: storage class
	kindTable          // a: qualified name; list: the bases it is for
	kindTypeDescriptor // a: type; text: what follows it
	kindMD5            // text
	kindString         // a, b: bounds in tree.text; text: prefix; code 1: it goes on

	kindNumbers // list

	// Template arguments that are values.
	kindNumber    // num; code: '-' if negative
	kindFloat     // num: bits of a float64; code: size of the type in bits
	kindReference // text: "&" or ""; a: symbol or 0; list: offsets
	kindAddress   // a: value
	kindStruct    // a: type or 0; list: values
	kindUnion     // a: type, b: value; text: member
	kindMember    // a: value; text: member
	kindElement   // a: value, b: index
)

// flags say more of functions.
type flags uint16

const (
	flagPrivate flags = 1 << iota
	flagProtected
	flagPublic
	flagGlobal
	flagStatic
	flagVirtual
	flagExternC
	flagNoSignature // the name of the function only
	flagAdjustor    // a thunk that adds a constant to this
	flagVtordisp    // a thunk that adds what the object says to this
	flagVtordispex
	flagVcall
	flagVariadic
	flagNoexcept
	flagLvalue // f() &
	flagRvalue // f() &&
)

const flagsThunk = flagAdjustor | flagVtordisp | flagVtordispex | flagVcall

// quals are the qualifiers of a type or of this.
type quals uint8

const (
	qualConst quals = 1 << iota
	qualVolatile
	qualRestrict
	qualUnaligned
)

// A cell is one place of a list.
type cell struct {
	node ref
	next ref // index of a cell
}

// A list is a chain of cells.
type list struct{ first, last ref }

func (t *tree) add(n node) ref {
	t.nodes = append(t.nodes, n)
	return ref(len(t.nodes) - 1)
}

func (t *tree) push(l *list, n ref) {
	t.cells = append(t.cells, cell{node: n})
	c := ref(len(t.cells) - 1)
	if l.last == 0 {
		l.first = c
	} else {
		t.cells[l.last].next = c
	}
	l.last = c
}

// pushFront makes n the first of l.
func (t *tree) pushFront(l *list, n ref) {
	t.cells = append(t.cells, cell{node: n, next: l.first})
	l.first = ref(len(t.cells) - 1)
	if l.last == 0 {
		l.last = l.first
	}
}
