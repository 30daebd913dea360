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
// none of them, finds all.
type scopes struct {
	wanted []wantedScope
	open   []scope // the DIEs around the one that the pass is at
}

// A scope is a DIE that holds others.
type scope struct {
	name   string // what it adds to the names of what is in it
	path   string // the names of all scopes up to it, once joined
	joined bool
}

// A wantedScope is a name whose scope is looked for: that of the DIE at off.
type wantedScope struct {
	u    *unit
	off  uint64
	name uint32 // index in Unit.Names
}

// want asks for the scope of a name that the DIE at off of u has.
func (s *scopes) want(u *unit, off uint64, name uint32) {
	s.wanted = append(s.wanted, wantedScope{u, off, name})
}

// find gives every wanted name its scope.
func (s *scopes) find(r *reader) {
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
	s.wanted = s.wanted[:0]
}

// findIn walks u up to the last wanted DIE. At a fault it stops: the walk for
// functions reports it.
func (s *scopes) findIn(u *unit, r *reader, wanted []wantedScope) {
	s.open = s.open[:0]
	lang := r.out.Names[wanted[0].name].Language
	for p := u.dies; p < len(u.info); {
		for len(wanted) > 0 && wanted[0].off <= uint64(p) {
			if wanted[0].off == uint64(p) {
				name := &r.out.Names[wanted[0].name]
				name.Scope = s.scopeOf(name.Symbol, name.Language.Separator())
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
		s.open = append(s.open, scope{name: r.scopeName(u, a, lang)})
	}
}

// unnamedType stands for a type without a name.
const unnamedType = "(anonymous class)"

// scopeOf returns the names of the open scopes, outermost first, as the scope of a
// symbol. What has these members and no name is the type of a lambda.
func (s *scopes) scopeOf(symbol, sep string) string {
	n := len(s.open)
	if n > 0 && s.open[n-1].name == unnamedType && (symbol == "operator()" || symbol == "_FUN") {
		return joinScope(s.path(n-1, sep), sep, "{lambda}")
	}
	return s.path(n, sep)
}

// path returns the names of the first n open scopes. Each is joined once, however
// many names are in it.
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

// scopeName returns what the DIE that r decoded last adds to the names of what is in it.
func (r *reader) scopeName(u *unit, a *abbrev, lang debuginfo.Language) string {
	switch a.kind {
	case kindScope:
		if s := u.str(&r.die, name); s != "" || lang != debuginfo.CPP {
			return s
		}
		return "(anonymous namespace)"
	case kindType:
		if s := u.str(&r.die, name); s != "" {
			return s
		}
		return unnamedType
	case kindFunc:
		return r.names.plain(u, &r.die, maxReferences)
	}
	return ""
}
