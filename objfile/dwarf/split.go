package dwarf

import (
	"fmt"

	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// A Skeleton is what a unit says about the split file that completes it.
type Skeleton struct {
	Name    string // DW_AT_dwo_name: path of the .dwo file, often relative
	CompDir string // what Name is relative to
	ID      uint64 // which unit of a file found under that name is the right one
}

// Skeletons returns what the units of d say about the split files that complete
// them, in their order.
func (d *Data) Skeletons() (all []Skeleton) {
	d.index()
	r := newReader(d)
	for _, i := range d.code {
		r.forget()
		if u, err := r.newUnit(d, i); err == nil && u.dwoName != "" {
			all = append(all, u.skeleton())
		}
	}
	return all
}

func (u *unit) skeleton() Skeleton { return Skeleton{Name: u.dwoName, CompDir: u.compDir, ID: u.id} }

// Versions returns the lowest and the highest version of DWARF among the units of
// d with code, 0 if there are none.
func (d *Data) Versions() (lowest, highest int) {
	d.index()
	for _, i := range d.code {
		v := int(d.units[i].version)
		if lowest == 0 || v < lowest {
			lowest = v
		}
		highest = max(highest, v)
	}
	return lowest, highest
}

// HasSplit reports whether d, which is of a .dwo file, holds the split unit with
// an id.
func (d *Data) HasSplit(id uint64) bool {
	_, ok := d.splitUnit(id)
	return ok
}

// splitUnit returns the index of the split unit with an id. The ids stand in the
// headers in version 5, before that in the roots.
func (d *Data) splitUnit(id uint64) (int, bool) {
	d.splitOnce.Do(func() {
		d.index()
		d.splits = map[uint64]int{}
		r := newReader(d)
		for _, i := range d.code {
			u, err := r.newUnit(d, i)
			if err != nil {
				continue
			}
			if _, dup := d.splits[u.id]; !dup {
				d.splits[u.id] = i
			}
		}
	})
	i, ok := d.splits[id]
	return i, ok
}

// split returns the unit that completes u, or u itself if it is whole. With an
// error, too, it returns u: a skeleton may hold the least there is to know.
func (r *reader) split(u *unit) (*unit, error) {
	if u.dwoName == "" {
		return u, nil
	}
	skeleton := u.skeleton()
	var d *Data
	var err error
	if u.data.opts.Split != nil {
		d, err = u.data.opts.Split(skeleton)
	}
	if err != nil {
		return u, fmt.Errorf("unit %#x: %w", u.off, err)
	}
	if d == nil {
		return u, fmt.Errorf("unit %#x: %s: no such split file", u.off, skeleton.Name)
	}
	i, ok := d.splitUnit(skeleton.ID)
	if !ok {
		return u, fmt.Errorf("unit %#x: %s: no unit has id %#016x", u.off, skeleton.Name, skeleton.ID)
	}
	s, err := r.newUnit(d, i)
	if err != nil {
		return u, fmt.Errorf("%s: %w", skeleton.Name, err)
	}
	s.complete(u)
	return s, nil
}

// complete gives a split unit what stands in its skeleton only: where addresses
// and, before version 5, ranges are (DWARF 5 §3.1.3, and the GNU proposal that
// preceded it).
func (u *unit) complete(skeleton *unit) {
	u.main = skeleton.data
	u.addrBase, u.lowPC, u.compDir = skeleton.addrBase, skeleton.lowPC, skeleton.compDir
	u.rangesBase = skeleton.splitRanges
	if u.language == debuginfo.UnknownLanguage {
		u.language = skeleton.language
	}
}
