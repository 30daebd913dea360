package dwarf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Where functions and inlined calls are found, and what becomes of them.
func TestWalk(t *testing.T) {
	for _, tt := range []struct {
		name string
		root func() *node
		want string
	}{
		{
			"inlined calls have the depth of inlined calls, not of DIEs",
			func() *node {
				g, h := tree(tagSubprogram, named("g")), tree(tagSubprogram, named("h"))
				return cu(g, h, fn("f", 0x10, 0x40,
					tree(tagLexicalBlock, inlined(g, 0x14, 0x30, fileLine(0, 7), at(attrCallColumn, formData1, 3),
						tree(tagLexicalBlock, inlined(h, 0x18, 0x20)))),
					inlined(h, 0x30, 0x34)))
			},
			`f 0x10-0x40
			  g 0x14-0x30 at ?:7:3
			    h 0x18-0x20
			  h 0x30-0x34`,
		},
		{
			"a function in a namespace, a module, a block of the unit",
			func() *node {
				return cu(tree(tagNamespace, named("ns"), tree(tagNamespace, fn("a", 0x10, 0x20))),
					tree(tagModule, named("m"), fn("b", 0x20, 0x30)), tree(tagLexicalBlock, fn("c", 0x30, 0x40)))
			},
			`ns::(anonymous namespace) . a 0x10-0x20
			m . b 0x20-0x30
			c 0x30-0x40`,
		},
		{
			"a lambda's function, in a class in a function, follows the function",
			func() *node {
				g := tree(tagSubprogram, named("g"))
				return cu(g, fn("f", 0x10, 0x40,
					tree(tagClassType, fn("operator()", 0x50, 0x60, inlined(g, 0x54, 0x58))),
					inlined(g, 0x20, 0x24)))
			},
			`f 0x10-0x40
			  g 0x20-0x24
			f::{lambda} . operator() 0x50-0x60
			  g 0x54-0x58`,
		},
		{
			"a local class in an abstract function has concrete functions",
			func() *node {
				return cu(tree(tagSubprogram, named("f"), tree(tagStructureType, named("local"), fn("m", 0x10, 0x20))))
			},
			"f::local . m 0x10-0x20",
		},
		{
			"functions in functions in functions",
			func() *node {
				return cu(fn("a", 0x10, 0x20, fn("b", 0x20, 0x30, fn("c", 0x30, 0x40)), fn("d", 0x40, 0x50)))
			},
			`a 0x10-0x20
			a . b 0x20-0x30
			a . d 0x40-0x50
			a::b . c 0x30-0x40`,
		},
		{
			"a type of C++ outside functions is passed over, with and without a sibling",
			func() *node {
				return cu(tree(tagClassType, named("c"), at(attrSibling, formRef4, after{}), fn("declared", 0x10, 0x20)),
					tree(tagClassType, named("c"), fn("declared", 0x10, 0x20)), fn("f", 0x20, 0x30))
			},
			"f 0x20-0x30",
		},
		{
			"types of other languages hold functions",
			func() *node {
				return tree(tagCompileUnit, inLanguage(0x1c), tree(tagStructureType, named("T"), fn("new", 0x10, 0x20)))
			},
			"T . new 0x10-0x20",
		},
		{
			"a declaration has no code, whatever it says; a flag of 0 declares nothing",
			func() *node {
				return cu(fn("declared", 0x10, 0x20, declared()), fn("defined", 0x20, 0x30, at(attrDeclaration, formFlag, 0)))
			},
			"defined 0x20-0x30",
		},
		{
			"a function that the linker dropped takes its inlined calls along",
			func() *node {
				g := tree(tagSubprogram, named("g"))
				return cu(g, fn("gone", 0, 0x10, inlined(g, 4, 8), fn("kept", 0x10, 0x20, inlined(g, 0x14, 0x18))), fn("f", 0x20, 0x30))
			},
			`f 0x20-0x30
			gone . kept 0x10-0x20
			  g 0x14-0x18`,
		},
		{
			"an inlined call without attributes has none of its neighbour's",
			func() *node {
				g := tree(tagSubprogram, named("g"))
				return cu(g, fn("f", 0x10, 0x20, inlined(g, 0x14, 0x18), tree(tagInlinedSubroutine)))
			},
			`f 0x10-0x20
			  g 0x14-0x18
			  ?`,
		},
		{
			"a namespace without attributes has none of its neighbour's",
			func() *node { return cu(tree(tagNamespace, named("x")), tree(tagNamespace, fn("f", 0x10, 0x20))) },
			"(anonymous namespace) . f 0x10-0x20",
		},
		{
			"children that no null entry ends",
			func() *node {
				g := tree(tagSubprogram, named("g"))
				f := fn("f", 0x10, 0x20, tree(tagLexicalBlock, inlined(g, 0x10, 0x14)))
				root := cu(g, f)
				f.open, root.open = true, true
				return root
			},
			`f 0x10-0x20
			  g 0x10-0x14`,
		},
		{
			"a sibling that leads back, or outside, is not followed",
			func() *node {
				return cu(tree(tagClassType, at(attrSibling, formRef4, 1), fn("declared", 0x10, 0x20)),
					tree(tagClassType, at(attrSibling, formRef4, uint64(0xffff_ffff)), fn("declared", 0x10, 0x20)),
					tree(tagClassType, named("x"), at(attrSibling, formRefUdata, uint64(1<<40)), fn("declared", 0x10, 0x20)),
					fn("f", 0x20, 0x30))
			},
			"f 0x20-0x30",
		},
		{
			"an absolute sibling is none",
			func() *node {
				return cu(tree(tagClassType, at(attrSibling, formRefAddr, 30), fn("declared", 0x10, 0x20)), fn("f", 0x20, 0x30))
			},
			"f 0x20-0x30",
		},
		{
			"the entry: an address, bytes from the base, or the first range",
			func() *node {
				return cu(fn("a", 0x10, 0x20, at(attrEntryPC, formAddr, 0x14)), fn("b", 0x20, 0x30, at(attrEntryPC, formData1, 8)),
					fn("c", 0x30, 0x40, at(attrEntryPC, formAddr, 0x100)), fn("d", 0x40, 0x50))
			},
			`a 0x10-0x20 entry 0x14
			b 0x20-0x30 entry 0x28
			c 0x30-0x40
			d 0x40-0x50`,
		},
		{
			"what else holds code",
			func() *node {
				return cu(tree(tagTryBlock, fn("a", 0x10, 0x20)), tree(tagCatchBlock, fn("b", 0x20, 0x30)), tree(tagWithStmt, fn("c", 0x30, 0x40)))
			},
			`a 0x10-0x20
			b 0x20-0x30
			c 0x30-0x40`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, spec := range []unitSpec{{}, {version: 4}, {dwarf64: true}} {
				a := assembler{code: []uint64{0x10, 0x100}, big: spec.version == 4}
				a.unit(spec, tt.root())
				if diff := cmp.Diff(text(tt.want+"\n"), readAll(a.data(t))); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", spec, diff)
				}
			}
		})
	}
}

func TestWalkErrors(t *testing.T) {
	deep := func(tag uint64, depth int, parts ...any) *node {
		n := tree(tag, parts...)
		for range depth {
			n = tree(tag, append([]any{n}, parts...)...)
		}
		return n
	}
	for _, tt := range []struct {
		name string
		a    func(a *assembler)
		want string
	}{
		{
			"a DIE that the end of the unit cuts short",
			func(a *assembler) {
				a.unit(unitSpec{}, cu(fn("f", 0x10, 0x20)))
				cutUnit(a, 3)
			},
			"error: .debug_info+0xf: attributes are cut short, or of an unknown form",
		},
		{
			"a root that is not a unit's",
			func(a *assembler) { a.unit(unitSpec{}, fn("f", 0x10, 0x20)) },
			"error: .debug_info+0xc: unit starts with a DIE that is not a unit's",
		},
		{
			"a DIE of fixed size that is cut short",
			func(a *assembler) {
				a.unit(unitSpec{}, cu(tree(tagClassType, at(attrCallColumn, formData8, 1))))
				cutUnit(a, 4)
			},
			"error: .debug_info+0xf: DIE is cut short by the end of its unit",
		},
		{
			"a code that is cut short",
			func(a *assembler) {
				a.unit(unitSpec{}, cu(fn("f", 0x10, 0x20)))
				a.info.b = append(a.info.b[:len(a.info.b)-1], 0x80)
			},
			"f 0x10-0x20\nerror: .debug_info+0x21: DIE is cut short by the end of its unit",
		},
		{
			"an abbreviation that is not there",
			func(a *assembler) {
				a.unit(unitSpec{}, cu(fn("f", 0x10, 0x20)))
				a.info.b[len(a.info.b)-1] = 9
			},
			"f 0x10-0x20\nerror: .debug_abbrev+0x13: a table that ends before here has no abbreviation 9",
		},
		{
			"an inlined call that is cut short keeps its function",
			func(a *assembler) {
				g := tree(tagSubprogram, named("g"))
				a.unit(unitSpec{}, cu(g, fn("f", 0x10, 0x20, inlined(g, 0x10, 0x14), inlined(g, 0x14, 0x18))))
				cutUnit(a, 4)
			},
			"f 0x10-0x20\n  g 0x10-0x14\nerror: .debug_info+0x3a: attributes are cut short, or of an unknown form",
		},
		{
			"DIEs that nest too deep",
			func(a *assembler) { a.unit(unitSpec{}, cu(fn("f", 0x10, 0x20, deep(tagLexicalBlock, maxDepth)))) },
			"f 0x10-0x20\nerror: .debug_info+0x101f: DIEs nest too deep",
		},
		{
			"functions that nest too deep",
			func(a *assembler) { a.unit(unitSpec{}, cu(deep(tagSubprogram, maxNesting+1, lowHigh(0x10, 0x20)))) },
			strings.Repeat("? 0x10-0x20\n", maxNesting+1) + "error: .debug_info+0xa7: functions nest too deep",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := assembler{code: []uint64{0x10, 0x100}}
			tt.a(&a)
			if diff := cmp.Diff(text(tt.want+"\n"), readAll(a.data(t))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// cutUnit takes the last n bytes from the last unit, which is the only one and
// of version 5.
func cutUnit(a *assembler, n int) {
	a.sections()
	a.info.b = a.info.b[:len(a.info.b)-n]
	a.fixLength()
}
