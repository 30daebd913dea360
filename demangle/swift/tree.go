package swift

import "slices"

// A tree holds the nodes of one name, and of the names within that name.
// Nodes are made from the leaves up and never change, so substitutions share
// them: what looks like a tree is a graph without cycles.
type tree struct {
	nodes []node // nodes[0] is none
	kids  []ref  // the children of all nodes
	spent int    // bytes of identifiers that are not simply a part of the name
	full  bool   // a limit was passed

	// Kept from name to name for their memory.
	parser parser
	out    []byte
}

// reset makes the tree ready for another name.
func (t *tree) reset() {
	if t.nodes == nil {
		t.nodes = make([]node, 1, 256)
	}
	t.nodes, t.kids = t.nodes[:1], t.kids[:0]
	t.spent, t.full = 0, false
}

// A ref names a node of a tree.
type ref int32

// none names no node. Whatever is made of none is none, so a parser need not
// look at each operand.
const none ref = 0

type node struct {
	text string
	num  int64
	kids int32 // where the children start in tree.kids
	n    int32 // how many children
	kind kind
}

func (t *tree) kind(r ref) kind { return t.nodes[r].kind }
func (t *tree) is(r ref, traits trait) bool {
	return t.nodes[r].kind.is(traits)
}
func (t *tree) str(r ref) string { return t.nodes[r].text }
func (t *tree) num(r ref) int64  { return t.nodes[r].num }

// all returns the children of a node. The slice stays good while nodes are added.
func (t *tree) all(r ref) []ref {
	n := &t.nodes[r]
	return t.kids[n.kids:][:n.n:n.n]
}

// kid returns a child of a node, none if it has fewer.
func (t *tree) kid(r ref, i int) ref {
	if n := &t.nodes[r]; i < int(n.n) {
		return t.kids[int(n.kids)+i]
	}
	return none
}

// find returns the first child of a kind, or none.
func (t *tree) find(r ref, k kind) ref {
	for _, kid := range t.all(r) {
		if t.kind(kid) == k {
			return kid
		}
	}
	return none
}

// add makes a node whatever its children are. It returns none once the tree is full.
func (t *tree) add(n node, kids ...ref) ref {
	if len(t.nodes)+len(t.kids)+len(kids) >= maxNodes {
		t.full = true
		return none
	}
	n.kids, n.n = int32(len(t.kids)), int32(len(kids))
	t.kids = append(t.kids, kids...)
	if len(t.nodes) == cap(t.nodes) {
		t.nodes = slices.Grow(t.nodes, cap(t.nodes)) // append would copy large trees more often
	}
	t.nodes = append(t.nodes, n)
	return ref(len(t.nodes) - 1)
}

// node makes a node, or none if one of the children is none.
func (t *tree) node(n node, kids ...ref) ref {
	for _, kid := range kids {
		if kid == none {
			return none
		}
	}
	return t.add(n, kids...)
}

// of makes a node that holds only children.
func (t *tree) of(k kind, kids ...ref) ref { return t.node(node{kind: k}, kids...) }

// some makes a node of those children that there are.
func (t *tree) some(n node, kids ...ref) ref {
	w := 0
	for _, kid := range kids {
		if kid != none {
			kids[w] = kid
			w++
		}
	}
	return t.add(n, kids[:w]...)
}

func (t *tree) leaf(k kind, text string) ref { return t.add(node{kind: k, text: text}) }
func (t *tree) number(n int) ref             { return t.add(node{kind: kindNumber, num: int64(n)}) }

// phrase makes a node that prints as text does, see [printer.phrase].
func (t *tree) phrase(text string, kids ...ref) ref {
	return t.node(node{kind: kindPhrase, text: text}, kids...)
}

// typePhrase makes a type that prints as text does.
func (t *tree) typePhrase(text string, kids ...ref) ref {
	return t.node(node{kind: kindTypePhrase, text: text}, kids...)
}

// modified makes a type of a type and words before it: "inout %".
func (t *tree) modified(text string, kids ...ref) ref {
	return t.node(node{kind: kindModified, text: text}, kids...)
}

// attribute makes a node for something that is told before a function.
func (t *tree) attribute(text string, kids ...ref) ref {
	return t.node(node{kind: kindAttribute, text: text}, kids...)
}

// standard makes a declaration of the standard library.
func (t *tree) standard(k kind, name string) ref {
	return t.of(k, t.leaf(kindModule, stdlib), t.leaf(kindIdentifier, name))
}

// genericParam makes the type of a generic parameter.
func (t *tree) genericParam(depth, index int) ref {
	if depth < 0 || index < 0 {
		return none
	}
	return t.add(node{kind: kindGenericParamType, num: int64(depth)<<32 | int64(index)})
}

// withContext returns a copy of a declaration in another context.
func (t *tree) withContext(decl, context ref) ref {
	if context == none || t.nodes[decl].n == 0 {
		return none
	}
	r := t.add(t.nodes[decl], t.all(decl)...)
	if r != none {
		t.kids[t.nodes[r].kids] = context
	}
	return r
}

// spend takes n bytes from what identifiers may take that are not a part of the name.
func (t *tree) spend(n int) bool {
	t.spent += n
	t.full = t.full || t.spent > maxText
	return !t.full
}
