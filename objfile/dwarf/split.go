package dwarf

// A Skeleton is what a unit says about the split file that completes it.
type Skeleton struct {
	Name    string // DW_AT_dwo_name: path of the .dwo file, often relative
	CompDir string // what Name is relative to
	ID      uint64 // tells whether a file found under that name is the right one
}

// A Split is where a skeleton unit's DIEs are: a .dwo file, or a .dwp package
// whose index was consulted for the unit.
type Split struct {
	Data *Data
	Unit int // index of the unit in Data
}
