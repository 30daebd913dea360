package dwarf

import (
	"cmp"
	"slices"
	"strings"

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
	open   []string // the DIEs around the one that the pass is at: what each adds to a name
}

// A wantedScope is a name whose scope is looked for: that of the DIE at off.
type wantedScope struct {
	u    *unit
	off  uint64
	name uint32 // index in Unit.Names
}

// want asks for the scope of a name, if its language has scopes.
func (s *scopes) want(u *unit, off uint64, name uint32) {
	if scopeSeparator(u.language) != "" {
		s.wanted = append(s.wanted, wantedScope{u, off, name})
	}
}

// find gives every wanted name its scope.
func (s *scopes) find(r *reader) {
	slices.SortFunc(s.wanted, func(a, b wantedScope) int {
		return cmp.Or(cmp.Compare(a.u.off, b.u.off), cmp.Compare(a.off, b.off))
	})
	for rest := s.wanted; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].u == rest[0].u {
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
	for p := u.dies; p < len(u.info); {
		for len(wanted) > 0 && wanted[0].off <= uint64(p) {
			if wanted[0].off == uint64(p) {
				r.out.Names[wanted[0].name].Scope = s.join(scopeSeparator(u.language))
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
		s.open = append(s.open, u.scopeName(a, &r.die))
	}
}

// join returns the names of the open scopes, outermost first.
func (s *scopes) join(sep string) string {
	var b strings.Builder
	for _, o := range s.open {
		if o == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(o)
		if b.Len() > maxScope {
			break
		}
	}
	return b.String()
}

// scopeName returns what a DIE adds to the names of what is in it.
func (u *unit) scopeName(a *abbrev, d *die) string {
	switch a.kind {
	case kindScope:
		if s := u.str(d, name); s != "" || u.language != debuginfo.CPP {
			return s
		}
		return "(anonymous namespace)"
	case kindType:
		if s := u.str(d, name); s != "" {
			return s
		}
		return "(anonymous)"
	case kindFunc:
		return u.str(d, name)
	}
	return ""
}
