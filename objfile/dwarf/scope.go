package dwarf

import (
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// maxScope limits the length in bytes of a scope: what is longer comes from
// broken or hostile files and helps nobody.
const maxScope = 1 << 10

// scopes finds what functions without a linkage name stand in: GCC gives none to
// those in unnamed namespaces and to lambdas. The names that a unit wants are
// gathered first, so that one pass per unit, which jumps over every DIE that holds
// none of them, finds all. Scopes that are declared elsewhere, as a function is in
// its class, take a further pass.
type scopes struct {
	wanted []wantedScope
	later  []wantedScope // for the next pass
	open   []scope       // the DIEs around the one that the pass is at
}

// A scope is a DIE that holds others.
type scope struct {
	name     string   // what it adds to the names of what is in it
	declared location // where it, or the innermost around it that is, is declared elsewhere
	starts   bool     // it is such a one itself: what is around it does not count
	path     string   // the names of all scopes up to it that count, once joined
	joined   bool
}

// A location is a DIE. It is nowhere where u is nil.
type location struct {
	u   *unit
	off uint64
}

// A wantedScope is a name whose scope is looked for: that of a DIE.
type wantedScope struct {
	location
	name  uint32 // index in Unit.Names
	inner string // what was found of the scope from its inner end on
}

// maxScopePasses limits how often what is declared elsewhere stands in what is
// declared elsewhere.
const maxScopePasses = 4

// want asks for the scope of a name that the DIE at off of u has.
func (s *scopes) want(u *unit, off uint64, name uint32) {
	s.wanted = append(s.wanted, wantedScope{location: location{u, off}, name: name})
}

// find gives every wanted name its scope.
func (s *scopes) find(r *reader) {
	for range maxScopePasses {
		s.pass(r)
		s.wanted, s.later = s.later, s.wanted[:0]
	}
	s.wanted = s.wanted[:0]
}

// pass looks every wanted scope up once.
func (s *scopes) pass(r *reader) {
	slices.SortFunc(s.wanted, func(a, b wantedScope) int {
		return cmp.Or(cmp.Compare(a.u.serial, b.u.serial), cmp.Compare(a.off, b.off))
	})
	for rest := s.wanted; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].u.serial == rest[0].u.serial {
			n++
		}
		s.findIn(rest[0].u, r, rest[:n])
		rest = rest[n:]
	}
}

// findIn walks u up to the last wanted DIE. At a fault it stops: the walk for
// functions reports it.
func (s *scopes) findIn(u *unit, r *reader, wanted []wantedScope) {
	s.open = s.open[:0]
	lang := r.out.Names[wanted[0].name].Language
	for p := u.dies; p < len(u.info); {
		for len(wanted) > 0 && wanted[0].off <= uint64(p) {
			if wanted[0].off == uint64(p) {
				s.found(wanted[0], &r.out.Names[wanted[0].name])
			}
			wanted = wanted[1:]
		}
		if len(wanted) == 0 {
			return
		}
		a, q, err := u.abbrev(p)
		if err != nil {
			return
		}
		if a == nil {
			p = q
			if len(s.open) == 0 {
				return
			}
			s.open = s.open[:len(s.open)-1]
			continue
		}
		if p, err = u.skip(a, q, &r.die); err != nil {
			return
		}
		if !a.children {
			continue
		}
		if next, ok := u.siblingOf(a, q, &r.die); ok && wanted[0].off >= uint64(next) {
			p = next
			continue
		}
		if len(s.open) >= maxDepth {
			return
		}
		s.push(r.scope(u, a, lang))
	}
}

// push opens a scope.
func (s *scopes) push(o scope) {
	if o.starts = o.declared.u != nil; !o.starts && len(s.open) > 0 {
		o.declared = s.open[len(s.open)-1].declared
	}
	s.open = append(s.open, o)
}

// found gives a name what the open scopes come to, and asks for what is around
// the one that is declared elsewhere, if there is one.
func (s *scopes) found(w wantedScope, name *debuginfo.Name) {
	n, sep := len(s.open), name.Language.Separator()
	if w.inner == "" && n > 0 && s.open[n-1].name == unnamedType && (name.Symbol == "operator()" || name.Symbol == "_FUN") {
		n, w.inner = n-1, "{lambda}" // what has these members and no name is the type of a lambda
	}
	name.Scope = joinScope(s.path(n, sep), sep, w.inner)
	if n > 0 && s.open[n-1].declared.u != nil {
		w.location, w.inner = s.open[n-1].declared, name.Scope
		s.later = append(s.later, w)
	}
}

// unnamedType stands for a type without a name.
const unnamedType = "(anonymous class)"

// path returns the names of the first n open scopes, outermost first, from the one
// on that is declared elsewhere. Each is joined once, however many names are in it.
func (s *scopes) path(n int, sep string) string {
	first := n
	for first > 0 && !s.open[first-1].joined {
		first--
	}
	path := ""
	if first > 0 {
		path = s.open[first-1].path
	}
	for i := first; i < n; i++ {
		if s.open[i].starts {
			path = ""
		}
		path = joinScope(path, sep, s.open[i].name)
		s.open[i].path, s.open[i].joined = path, true
	}
	return path
}

func joinScope(path, sep, name string) string {
	switch {
	case name == "" || len(path)+len(sep)+len(name) > maxScope:
		return path
	case path == "":
		return name
	}
	return path + sep + name
}

// scope returns the scope that the DIE is which r decoded last.
func (r *reader) scope(u *unit, a *abbrev, lang debuginfo.Language) scope {
	d := &r.die
	switch a.kind {
	case kindScope:
		s := u.str(d, name)
		if s == "" && lang == debuginfo.CPP {
			s = "(anonymous namespace)"
		}
		return scope{name: s}
	case kindType, kindFunc:
		s, declared := r.names.declaration(u, d, a.kind)
		if s == "" && a.kind == kindType {
			s = unnamedType
		}
		return scope{name: s, declared: declared}
	}
	return scope{}
}
