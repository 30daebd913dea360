package breakpad

import (
	"cmp"
	"slices"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A call is a range of an INLINE record.
type call struct {
	code                     debuginfo.Range
	depth                    uint32 // 0 when inlined into the function itself
	name, callFile, callLine uint32
}

const (
	// maxDepth is more than any compiler nests calls.
	maxDepth = 1 << 16

	// maxCuts is how many callers there may be to a call that is cut by them, on
	// average over a function.
	maxCuts = 16
)

// readInline reads "depth call_line call_file origin (address size)…".
func (r *reader) readInline(rest []byte) bool {
	if r.code.End == 0 {
		return true // of a function without code, or that could not be read
	}
	f := record{rest: rest}
	depth, line, file, origin := f.dec(), f.dec(), f.dec(), f.dec()
	c := call{depth: min(depth, maxDepth), name: r.origin(origin), callFile: r.file(file), callLine: line}
	for more := true; more; more = len(f.rest) > 0 {
		if c.code = f.codeRange(); f.bad {
			return false
		}
		if c.code.Start < c.code.End {
			r.calls = append(r.calls, c)
		}
		f.skip()
	}
	return true
}

// layInlines adds the function's calls to the unit, in preorder.
//
// Who the caller of a call is, at each address, is the record of the depth above
// that has the address. A record may have several callers: writers merge what the
// compiler copied, ranges that adjoin included. So a call is cut where its callers
// start and end, and each piece becomes a call of its own.
func (r *reader) layInlines() {
	r.calls = r.sorted(r.calls, true)
	r.cut = r.cut[:0]
	callers, next := 0, 0 // the depth above is r.cut[callers:next]
	budget := maxCuts * len(r.calls)
	for i, c := range r.calls {
		if i > 0 && c.depth != r.calls[i-1].depth {
			callers, next = next, len(r.cut)
		}
		for callers < next && r.cut[callers].code.End <= c.code.Start {
			callers++
		}
		for k := callers; k < next && r.cut[k].code.Start < c.code.End && budget > 0; k++ {
			budget--
			c = r.cutAt(c, r.cut[k].code.Start)
			c = r.cutAt(c, r.cut[k].code.End)
		}
		r.cut = append(r.cut, c)
	}
	r.calls = r.calls[:0]
	r.cut = r.sorted(r.cut, false)
	u := r.unit
	for _, c := range r.cut {
		first := uint32(len(u.Ranges))
		u.Ranges = append(u.Ranges, c.code)
		u.Inlines = append(u.Inlines, debuginfo.Inline{
			Name: c.name, Depth: c.depth + 1, CallFile: c.callFile, CallLine: c.callLine,
			Ranges: debuginfo.Span{First: first, End: first + 1},
		})
	}
	u.Functions[len(u.Functions)-1].Inlines.End = uint32(len(u.Inlines))
}

// What of a call it is sorted by takes this many bits.
const (
	depthBits = 17 // maxDepth included
	startBits = 30 // from the start of the function on, whose size is maxFunction at most
	indexBits = 64 - depthBits - startBits
)

// sorted returns the function's calls by depth and then start, or by start and then
// depth; those with the same of both as they were. Sorting one number a call is
// several times faster than sorting calls. A function of too many calls, or of one
// that starts before it, which no writer makes, takes the slower way.
func (r *reader) sorted(calls []call, byDepth bool) []call {
	r.keys = r.keys[:0]
	small := len(calls) < 1<<indexBits
	for i := range calls {
		depth, start := uint64(calls[i].depth), calls[i].code.Start-r.code.Start
		small = small && start < 1<<startBits
		key := start<<depthBits | depth
		if byDepth {
			key = depth<<startBits | start
		}
		r.keys = append(r.keys, key<<indexBits|uint64(i))
	}
	if !small {
		slices.SortStableFunc(calls, func(a, b call) int {
			depth, start := cmp.Compare(a.depth, b.depth), cmp.Compare(a.code.Start, b.code.Start)
			if byDepth {
				return cmp.Or(depth, start)
			}
			return cmp.Or(start, depth)
		})
		return calls
	}
	slices.Sort(r.keys)
	sorted := r.spare[:0]
	for _, k := range r.keys {
		sorted = append(sorted, calls[k&(1<<indexBits-1)])
	}
	r.spare = calls
	return sorted
}

// cutAt keeps what precedes addr, and returns the rest of the call.
func (r *reader) cutAt(c call, addr uint64) call {
	if c.code.Start < addr && addr < c.code.End {
		front := c
		front.code.End, c.code.Start = addr, addr
		r.cut = append(r.cut, front)
	}
	return c
}
