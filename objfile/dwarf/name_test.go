package dwarf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Names of functions that say little themselves.
func TestNames(t *testing.T) {
	for _, tt := range []struct {
		name  string
		units func() []*node
		want  string
	}{
		{
			"through an abstract instance to a declaration in a class",
			func() []*node {
				decl := tree(tagSubprogram, named("m"), declared())
				abstract := tree(tagSubprogram, specOf(decl))
				return []*node{cu(tree(tagNamespace, named("ns"), tree(tagClassType, named("C"), decl)), abstract,
					tree(tagSubprogram, originOf(abstract), lowHigh(0x10, 0x20)))}
			},
			"ns::C . m 0x10-0x20",
		},
		{
			"a linkage name anywhere on the way carries its scope",
			func() []*node {
				decl := tree(tagSubprogram, named("m"), linkage("_ZN1C1mEv"), declared())
				return []*node{cu(tree(tagClassType, named("C"), decl), tree(tagSubprogram, specOf(decl), lowHigh(0x10, 0x20)))}
			},
			"_ZN1C1mEv 0x10-0x20",
		},
		{
			"the linkage name wins over the plain one, the function's own over its origin's",
			func() []*node {
				abstract := tree(tagSubprogram, named("f"), linkage("_Z1fv"))
				return []*node{cu(abstract, tree(tagSubprogram, named("f"), linkage("_Z1fv.cold"), originOf(abstract), lowHigh(0x10, 0x20)),
					tree(tagSubprogram, named("f"), originOf(abstract), lowHigh(0x20, 0x30)),
					tree(tagSubprogram, named("g"), at(attrMIPSLinkageName, formString, "_Z1gv"), lowHigh(0x30, 0x40)))}
			},
			`_Z1fv.cold 0x10-0x20
			_Z1fv 0x20-0x30
			_Z1gv 0x30-0x40`,
		},
		{
			"through partial units that import one another, as dwz and link-time optimisation leave them",
			func() []*node {
				const tagImportedUnit, attrImport = 0x3d, 0x18
				decl := tree(tagSubprogram, named("m"), declared())
				far := tree(tagPartialUnit, inLanguage(0x21), tree(tagNamespace, named("ns"), tree(tagClassType, named("C"), decl)))
				abstract := tree(tagSubprogram, at(attrSpecification, formRefAddr, decl))
				near := tree(tagPartialUnit, inLanguage(0x21), tree(tagImportedUnit, at(attrImport, formRefAddr, far)), abstract)
				far.children = append(far.children, tree(tagImportedUnit, at(attrImport, formRefAddr, near))) // a circle
				return []*node{cu(tree(tagImportedUnit, at(attrImport, formRefAddr, near)),
					tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, abstract), lowHigh(0x10, 0x20))), near, far}
			},
			"ns::C . m 0x10-0x20",
		},
		{
			"in another unit, whose language counts",
			func() []*node {
				abstract := tree(tagSubprogram, named("f"))
				return []*node{
					tree(tagCompileUnit, inLanguage(0x1d), tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, abstract), lowHigh(0x10, 0x20))),
					cu(tree(tagNamespace, named("ns"), abstract)),
				}
			},
			"ns . f 0x10-0x20",
		},
		{
			"in a partial unit, there and back, which does not tell its language",
			func() []*node {
				decl := tree(tagSubprogram, named("f"))
				abstract := tree(tagSubprogram, at(attrSpecification, formRefAddr, decl))
				return []*node{
					cu(tree(tagNamespace, named("ns"), decl), tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, abstract), lowHigh(0x10, 0x20))),
					tree(tagPartialUnit, tree(tagNamespace, abstract)),
				}
			},
			"ns . f 0x10-0x20",
		},
		{
			"references of every size",
			func() []*node {
				f := tree(tagSubprogram, named("f"))
				root := cu(f)
				for i, form := range []form{formRef1, formRef2, formRef4, formRef8, formRefUdata, formRefAddr} {
					root.children = append(root.children, tree(tagSubprogram, at(attrAbstractOrigin, form, f), lowHigh(uint64(i)*0x10+0x10, uint64(i)*0x10+0x20)))
				}
				return []*node{root}
			},
			`f 0x10-0x20
			f 0x20-0x30
			f 0x30-0x40
			f 0x40-0x50
			f 0x50-0x60
			f 0x60-0x70`,
		},
		{
			"a loop, and a DIE that refers to itself",
			func() []*node {
				a, b, c := tree(tagSubprogram), tree(tagSubprogram), tree(tagSubprogram)
				a.attrs, b.attrs, c.attrs = []attribute{originOf(b)}, []attribute{originOf(a)}, []attribute{specOf(c)}
				return []*node{cu(a, b, c, tree(tagSubprogram, originOf(a), lowHigh(0x10, 0x20)), tree(tagSubprogram, originOf(c), lowHigh(0x20, 0x30)))}
			},
			`? 0x10-0x20
			? 0x20-0x30`,
		},
		{
			"references that lead nowhere",
			func() []*node {
				ref := func(start uint64, f form, v any) *node {
					return tree(tagSubprogram, at(attrAbstractOrigin, f, v), lowHigh(start, start+0x10))
				}
				class := tree(tagClassType, named("C"))
				return []*node{cu(class, ref(0x10, formRef4, uint64(0xffff_ff00)), ref(0x20, formRefAddr, uint64(0xffff_ff00)), ref(0x30, formRefAddr, 2),
					ref(0x40, formRef4, class), ref(0x50, formRefSig8, 7), ref(0x60, formGNURefAlt, 12), ref(0x70, formData4, 12))}
			},
			`? 0x10-0x20
			? 0x20-0x30
			? 0x30-0x40
			? 0x40-0x50
			? 0x50-0x60
			? 0x60-0x70
			? 0x70-0x80`,
		},
		{
			"a plain name without the scope that its language has not",
			func() []*node {
				return []*node{tree(tagCompileUnit, inLanguage(0x1d), tree(tagNamespace, named("ns"), fn("f", 0x10, 0x20)))}
			},
			"f 0x10-0x20",
		},
		{
			"in what is declared in one place and defined in another",
			func() []*node {
				method := tree(tagSubprogram, named("method"), declared())
				inner := tree(tagClassType, named("Inner"), declared())
				abstract := tree(tagSubprogram, specOf(method), tree(tagClassType, fn("operator()", 0x10, 0x20)))
				other := tree(tagSubprogram, named("n"), declared())
				outer := tree(tagSubprogram, named("made"), tree(tagClassType, at(attrSpecification, formRefAddr, inner), named("Inner"), other))
				return []*node{
					cu(tree(tagNamespace, named("ns"), tree(tagClassType, named("C"), method, inner)), abstract,
						tree(tagClassType, specOf(inner), fn("ignored", 0x90, 0xa0)),
						tree(tagSubprogram, at(attrSpecification, formRefAddr, other), lowHigh(0x30, 0x40))),
					cu(outer, tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, abstract), lowHigh(0x40, 0x50),
						tree(tagLexicalBlock, tree(tagUnionType, named("U"), fn("m", 0x50, 0x60))))),
				}
			},
			`ns::C::method::{lambda} . operator() 0x10-0x20
			ns::C::Inner . n 0x30-0x40
			ns::C . method 0x40-0x50
			ns::C::method::U . m 0x50-0x60`,
		},
		{
			"scopes of unnamed types, lambdas and functions that are named elsewhere",
			func() []*node {
				f := tree(tagSubprogram, named("f"), linkage("_Z1fv"))
				return []*node{cu(f, tree(tagSubprogram, originOf(f), lowHigh(0x10, 0x20),
					tree(tagClassType, fn("operator()", 0x20, 0x30)), tree(tagClassType, fn("m", 0x30, 0x40)),
					tree(tagLexicalBlock, tree(tagUnionType, named("U"), fn("n", 0x40, 0x50)))))}
			},
			`_Z1fv 0x10-0x20
			f::{lambda} . operator() 0x20-0x30
			f::(anonymous class) . m 0x30-0x40
			f::U . n 0x40-0x50`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, s := range []unitSpec{{}, {version: 4, dwarf64: true}, {version: 2}} {
				a := assembler{code: []uint64{0x10, 0x100}}
				for _, root := range tt.units() {
					s.kind = unitCompile
					if root.tag == tagPartialUnit {
						s.kind = unitPartial
					}
					a.unit(s, root)
				}
				if diff := cmp.Diff(text(tt.want+"\n"), readAll(a.data(t))); diff != "" {
					t.Errorf("%+v (-want +got):\n%s", s, diff)
				}
			}
		})
	}
}

// Names in the file that dwz moves what is shared to.
func TestSharedNames(t *testing.T) {
	f := tree(tagSubprogram, named("f"))
	shared := assembler{}
	shared.unit(unitSpec{version: 4}, tree(tagPartialUnit, inLanguage(0x21), tree(tagNamespace, named("ns"), f)))
	sup := shared.data(t)
	for _, tt := range []struct {
		form form
		size int
	}{{formGNURefAlt, 4}, {formRefSup4, 4}, {formRefSup8, 8}} {
		a := assembler{code: []uint64{0x10, 0x100}, opts: Options{Supplementary: sup}}
		own := tree(tagSubprogram, named("own")) // stands where f does in the other file
		a.unit(unitSpec{}, cu(own, tree(tagSubprogram, at(attrAbstractOrigin, tt.form, f.off), lowHigh(0x10, 0x20)),
			tree(tagSubprogram, at(attrAbstractOrigin, formRefAddr, f.off), lowHigh(0x20, 0x30))))
		if got, want := readAll(a.data(t)), "ns . f 0x10-0x20\n? 0x20-0x30\n"; got != want {
			t.Errorf("form %#x: got %q, want %q", uint16(tt.form), got, want)
		}
	}
}

// Scopes stay short, however deep or long names are.
func TestLongScopes(t *testing.T) {
	inner := fn("f", 0x10, 0x20)
	for range 100 {
		inner = tree(tagNamespace, named(strings.Repeat("x", 100)), inner)
	}
	a := assembler{code: []uint64{0x10, 0x100}}
	a.unit(unitSpec{}, cu(tree(tagNamespace, named(strings.Repeat("y", 1<<12)), inner)))
	var u debuginfo.Unit
	if err := a.data(t).NewReader().Read(0, &u); err != nil {
		t.Fatal(err)
	}
	scope := u.Names[u.Functions[0].Name].Scope
	if len(scope) > maxScope || !strings.HasPrefix(scope, "xxx") {
		t.Errorf("scope of %d bytes, want at most %d", len(scope), maxScope)
	}
}

// An offsetMap forgets in no time and otherwise does what a map does.
func TestOffsetMap(t *testing.T) {
	var m offsetMap
	for round := range uint64(3) {
		m.reset()
		want := map[uint64]uint32{}
		for i := range uint64(5000) {
			key := i * i * (round + 1) % 4096 << 20
			if got := *m.slot(key); got != want[key] {
				t.Fatalf("key %#x has %d, want %d", key, got, want[key])
			}
			*m.slot(key), want[key] = uint32(i), uint32(i)
		}
	}
	m.epoch = ^uint32(0) // the last before it starts over
	*m.slot(1) = 7
	m.reset()
	if got := *m.slot(1); got != 0 {
		t.Errorf("a map that was reset holds %d", got)
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct {
		code uint64
		want debuginfo.Language
	}{
		{0, debuginfo.UnknownLanguage},
		{0x0001, debuginfo.C},
		{0x0004, debuginfo.CPP},
		{0x0016, debuginfo.Go},
		{0x001c, debuginfo.Rust},
		{0x0021, debuginfo.CPP},
		{0x003e, debuginfo.C},
		{0x0042, debuginfo.Hylo},
		{0x8001, debuginfo.Assembler},
		{0x8e57, debuginfo.RenderScript},
		{0xb000, debuginfo.Pascal},
		{0xffff, debuginfo.UnknownLanguage},
		{1 << 40, debuginfo.UnknownLanguage},
	} {
		if got := language(tt.code); got != tt.want {
			t.Errorf("language(%#x) = %v, want %v", tt.code, got, tt.want)
		}
	}
}

func TestPaths(t *testing.T) {
	for _, tt := range []struct{ base, dir, file, want string }{
		{"/src", "", "a.c", "/src/a.c"},
		{"/src", "inc", "a.h", "/src/inc/a.h"},
		{"/src", "/usr/include", "a.h", "/usr/include/a.h"},
		{"/src", "inc", "/gen/a.c", "/gen/a.c"},
		{"", "", "a.c", "a.c"},
		{"", "inc", "a.c", "inc/a.c"},
		{"/src/", "./inc/", "./a.c", "/src/inc/a.c"},
		{"/src/obj", "../inc/../lib", "a.c", "/src/lib/a.c"},
		{"/", "..", "a.c", "/a.c"},
		{"", "../x", "a.c", "../x/a.c"},
		{"src", "../../x", "a.c", "../x/a.c"},
		{"/src//b", "", "a.c", "/src/b/a.c"},
		{"/src", "", ".hidden", "/src/.hidden"},
		{"/src", "", "a..b/c.c", "/src/a..b/c.c"},
		{"/", "", "a.c", "/a.c"},
		{`C:\src`, "", "a.c", `C:\src\a.c`},
		{`C:\src`, `inc`, `a.h`, `C:\src\inc\a.h`},
		{`C:\src`, `..\inc`, `a.h`, `C:\inc\a.h`},
		{`C:\src`, `D:\x`, `a.h`, `D:\x\a.h`},
		{`C:\`, ``, `a.h`, `C:\a.h`},
		{`C:\src`, `../inc`, `a.h`, `C:\inc\a.h`},
		{`C:/src`, `../inc`, `a.h`, `C:/inc/a.h`},
		{`C:/src`, `inc`, `..\a.h`, `C:/src/inc/..\a.h`}, // a name of POSIX may hold \
		{`\\server\share`, `x\.`, `a.h`, `\\server\share\x\a.h`},
		{`/src`, `C:/x`, `a.h`, `C:/x/a.h`},
		{"/src", "", "<built-in>", "/src/<built-in>"},
	} {
		if got := (&paths{}).join(tt.base, tt.dir, tt.file); got != tt.want {
			t.Errorf("join(%q, %q, %q) = %q, want %q", tt.base, tt.dir, tt.file, got, tt.want)
		}
	}
}

// A reader keeps a limited number of joined paths.
func TestPathsAreForgotten(t *testing.T) {
	var p paths
	for i := range maxPaths + 10 {
		p.join("/src", "", fmt.Sprint(i))
	}
	if len(p.seen) > maxPaths {
		t.Errorf("%d paths are kept, want at most %d", len(p.seen), maxPaths)
	}
}
