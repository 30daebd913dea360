package dwarf

import (
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A level is a DIE whose children the walk is in.
type level struct {
	function bool   // a subprogram, concrete or abstract
	closes   bool   // it is the open function
	depth    uint32 // inlined calls around the children, counted in the open function
}

// A pendingDIE is a function that stands in nesting others, at an offset.
type pendingDIE struct{ at, nesting int }

// walkUnit reads every function of u.
//
// Compilers put code where one would not look for it: a lambda or a local class
// has its concrete functions inside a type inside a function, even inside an
// abstract one. So everything inside functions is walked, and outside only types
// of languages whose functions are never defined there are passed over.
func (r *reader) walkUnit(u *unit) error {
	r.pending = append(r.pending[:0], pendingDIE{at: u.dies})
	for i := 0; i < len(r.pending); i++ {
		r.levels, r.open, r.functions, r.nesting = r.levels[:0], false, 0, r.pending[i].nesting
		err := r.walk(u, r.pending[i].at)
		if r.open {
			r.closeFunction() // the unit ends before it does
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// walk reads the DIE at p and everything below it.
func (r *reader) walk(u *unit, p int) error {
	for p < len(u.info) {
		a, q, err := u.abbrev(p)
		switch {
		case err != nil:
			return err
		case a == nil:
			r.leave()
			p = q
		case a.kind == kindSkip && !a.children && a.fixed >= 0 && q+int(a.fixed) <= len(u.info):
			p = q + int(a.fixed) // two of three DIEs
		case a.kind == kindSkip || a.kind == kindType && r.functions == 0 && u.plainTypes():
			p, err = r.pass(u, a, q)
		default:
			p, err = r.enter(u, a, p, q)
		}
		if err != nil {
			return err
		}
		if len(r.levels) == 0 {
			return nil
		}
	}
	return nil // some producers leave out the null entries at the end of a unit
}

// plainTypes reports whether types outside functions hold declarations only.
func (u *unit) plainTypes() bool {
	return u.language == debuginfo.C || u.language == debuginfo.CPP
}

// pass returns where the DIE with attributes at p and all below it end.
func (r *reader) pass(u *unit, a *abbrev, p int) (int, error) {
	for depth := 0; ; {
		switch {
		case a == nil:
			depth--
		case !a.children && a.fixed >= 0 && p+int(a.fixed) <= len(u.info):
			p += int(a.fixed)
		default:
			next, jump := 0, false
			if a.children && a.sibling >= 0 { // told without decoding
				next, jump = u.siblingOf(a, p, &r.die)
			}
			if !jump {
				q, err := u.skip(a, p, &r.die)
				if err != nil {
					return 0, err
				}
				if next, jump = q, !a.children; a.children {
					if after, ok := u.siblingOf(a, p, &r.die); ok {
						next, jump = after, true
					}
				}
			}
			if p = next; !jump {
				if depth++; depth > maxDepth {
					return 0, fail(p, "DIEs nest too deep")
				}
			}
		}
		if depth <= 0 || p >= len(u.info) {
			return p, nil
		}
		var err error
		if a, p, err = u.abbrev(p); err != nil {
			return 0, err
		}
	}
}

// enter reads the DIE at p, with attributes at q, and returns where the walk goes on.
func (r *reader) enter(u *unit, a *abbrev, p, q int) (int, error) {
	d := &r.die
	next, err := u.skip(a, q, d)
	if err != nil {
		return 0, err
	}
	l := level{}
	if n := len(r.levels); n > 0 {
		l.depth = r.levels[n-1].depth
	}
	switch a.kind {
	case kindFunc:
		l.function = true
		if a.has.has(declaration) && d.val[declaration] != 0 {
			return r.pass(u, a, q)
		}
		if !a.has.has(ranges) && !a.has.has(highPC) {
			break // an abstract instance
		}
		if r.open {
			if r.nesting < maxNesting {
				r.pending = append(r.pending, pendingDIE{p, r.nesting + 1})
			} else if r.soft == nil {
				r.soft = fail(p, "functions nest too deep")
			}
			return r.pass(u, a, q)
		}
		opened, err := r.function(u, p)
		if err != nil {
			return 0, err
		}
		if !opened {
			return r.pass(u, a, q)
		}
		l.closes, l.depth = true, 0
	case kindInline:
		if !r.open {
			break
		}
		l.depth++
		if err := r.inline(u, l.depth); err != nil {
			return 0, err
		}
	}
	if !a.children {
		if l.closes {
			r.closeFunction()
		}
		return next, nil
	}
	if len(r.levels) >= maxDepth {
		return 0, fail(p, "DIEs nest too deep")
	}
	if l.function {
		r.functions++
	}
	r.levels = append(r.levels, l)
	return next, nil
}

// leave ends the innermost level.
func (r *reader) leave() {
	n := len(r.levels) - 1
	if n < 0 {
		return
	}
	if r.levels[n].function {
		r.functions--
	}
	if r.levels[n].closes {
		r.closeFunction()
	}
	r.levels = r.levels[:n]
}

// function opens the concrete function that r.die is, if it is wanted; its DIE is at p.
func (r *reader) function(u *unit, p int) (bool, error) {
	out, d := r.out, &r.die
	f := debuginfo.Function{Ranges: debuginfo.Span{First: uint32(len(out.Ranges))}}
	if err := r.addRanges(u, p); err != nil {
		return false, err
	}
	if !r.isWanted(out.Ranges[f.Ranges.First:]) {
		out.Ranges = out.Ranges[:f.Ranges.First]
		return false, nil
	}
	f.Ranges.End = uint32(len(out.Ranges))
	f.Inlines = debuginfo.Span{First: uint32(len(out.Inlines)), End: uint32(len(out.Inlines))}
	f.Entry = u.entry(d, out.Ranges[f.Ranges.First:])
	f.Name = r.names.of(u, d, p)
	out.Functions = append(out.Functions, f)
	r.open = true
	return true, nil
}

// entry returns where calls of a function with the given ranges arrive: where
// DW_AT_entry_pc says, as an address or in bytes from the function's base (DWARF 5
// §2.18), else at its first range, which compilers let be the entry's.
func (u *unit) entry(d *die, ranges []debuginfo.Range) uint64 {
	if len(ranges) == 0 {
		return 0
	}
	at, ok := u.address(d, entryPC)
	if !ok && d.has.has(entryPC) {
		base, isAddr := u.address(d, lowPC)
		if !isAddr {
			base = ranges[0].Start
		}
		at = base + d.val[entryPC]
	}
	for _, r := range ranges {
		if r.Contains(at) {
			return at
		}
	}
	return ranges[0].Start
}

// closeFunction ends the open function. One without code is taken back.
func (r *reader) closeFunction() {
	out := r.out
	n := len(out.Functions) - 1
	f := &out.Functions[n]
	f.Inlines.End = uint32(len(out.Inlines))
	if f.Ranges.Len() == 0 {
		out.Inlines = out.Inlines[:f.Inlines.First]
		out.Ranges = out.Ranges[:f.Ranges.End]
		out.Functions = out.Functions[:n]
	}
	r.open = false
}

// inline adds the inlined call that r.die is.
func (r *reader) inline(u *unit, depth uint32) error {
	out, d := r.out, &r.die
	if len(out.Inlines) >= maxInlines {
		return fail(u.off, "unit holds too many inlined calls")
	}
	in := debuginfo.Inline{Depth: depth, Ranges: debuginfo.Span{First: uint32(len(out.Ranges))}}
	if err := r.addRanges(u, u.off); err != nil {
		return err
	}
	in.Ranges.End = uint32(len(out.Ranges))
	if d.has.has(callFile) {
		in.CallFile = r.lines.file(d.val[callFile])
	}
	in.CallLine = number(d, callLine)
	in.CallColumn = number(d, callColumn)
	in.Name = r.names.ofOrigin(u, d)
	out.Inlines = append(out.Inlines, in)
	return nil
}

// number returns the small constant in slot a, or 0.
func number(d *die, a attr) uint32 {
	if !d.has.has(a) || d.val[a] > 1<<31 {
		return 0
	}
	return uint32(d.val[a])
}

// addRanges adds the ranges of r.die, whose unit or DIE is at p. A broken list
// gives what precedes the fault: it must not hide the rest of the unit.
func (r *reader) addRanges(u *unit, p int) error {
	if len(r.out.Ranges) >= maxRanges || u.rangeEntries >= maxRanges {
		return fail(p, "unit holds too many ranges")
	}
	dst, err := u.ranges(r.out.Ranges, &r.die)
	r.out.Ranges = dst
	if err != nil && r.soft == nil {
		r.soft = err
	}
	return nil
}
