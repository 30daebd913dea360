package symcache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Options says how to compile. Its zero value compiles on one core, without columns.
type Options struct {
	// Workers is how many goroutines decode units. Zero means one. The result
	// does not depend on it.
	Workers int

	// Columns keeps the columns of lines and calls. They are a part of their own,
	// which costs about as much again as lines do.
	Columns bool

	// Image is the executable or library that the compiled file describes, if
	// they are two files: its symbols name what the debug file's do not.
	Image *objfile.File

	// Memory is how many bytes compiling should stay within; zero sets no limit.
	// It is kept by letting go of the mapped file's pages the sooner, and by refusing
	// a file whose compressed sections, with those of the files that its debug
	// information goes on in, unpack to more (see [objfile.File.LimitMemory]). What is
	// being built takes up to three times the table, and files that are packed whole
	// were unpacked before: a budget below that cannot be met.
	Memory int64

	// Context, if not nil, ends compiling when it is done: Compile returns its error
	// as soon as each worker has decoded the unit that it is at.
	Context context.Context

	// Progress, if not nil, is called as encoded bytes of debug information are
	// done, from one goroutine at a time.
	Progress func(done, total int64)
}

// A Result is a compiled table and what is to be said about it.
type Result struct {
	Table []byte

	// Broken is how many units could not be read to their end, and Fault what was
	// wrong with the first of them. What they told before it is in the table. Where
	// debug information is not in the file at all that should be, Broken is 0 and
	// Fault says so (see [objfile.ErrFastlink]): the table has what symbols tell.
	Broken int
	Fault  error
}

// Compile turns a file's debug information and symbols into a table. It fails
// where the file cannot be read at all; broken units are reported in the Result.
func Compile(f *objfile.File, opts Options) (res Result, err error) {
	err = f.Guard(func() error {
		for _, file := range []*objfile.File{f, opts.Image} {
			if file != nil {
				file.LimitMemory(opts.Memory)
			}
		}
		in, err := inputOf(f, opts.Image)
		if err != nil {
			return err
		}
		in.DropPages = f.DropPages
		res, err = compile(in, opts)
		return err
	})
	return res, err
}

// An input is what a table is compiled from.
type input struct {
	DebugID, CodeID, Arch string
	Base                  uint64
	Size                  int64            // of the file in bytes
	Source                debuginfo.Source // nil if there is no debug information
	Fault                 error            // why there is none, if it is known
	Symbols               []objfile.Symbol // ascending by address, the preferred name of an address first
	DropPages             func()           // lets go of pages of the file that were read
}

func inputOf(f, image *objfile.File) (input, error) {
	in, err := sourceOf(f)
	if err != nil {
		return in, err
	}
	in.Symbols, err = symbolsOf(f, image)
	if in.Source != nil {
		err = nil // names come from the debug information
	}
	return in, err
}

// sourceOf returns the input without its symbols.
func sourceOf(f *objfile.File) (in input, err error) {
	in = input{DebugID: f.DebugID().String(), CodeID: f.CodeID(), Arch: f.Arch().String(), Base: f.Base(), Size: f.Size()}
	if in.Source, err = f.DebugInfo(); errors.Is(err, objfile.ErrFastlink) {
		in.Fault, err = err, nil
	}
	return in, err
}

// symbolsOf returns the symbols of a file and of the image it describes, if that
// is another file.
func symbolsOf(f, image *objfile.File) ([]objfile.Symbol, error) {
	symbols, err := f.Symbols()
	if image == nil {
		return symbols, err
	}
	more, imageErr := imageSymbols(f, image)
	symbols = append(symbols, more...)
	slices.SortStableFunc(symbols, byAddr)
	return symbols, errors.Join(err, imageErr)
}

// imageSymbols returns the symbols of the image that f describes, at f's addresses.
func imageSymbols(f, image *objfile.File) ([]objfile.Symbol, error) {
	symbols, err := image.Symbols()
	for i := range symbols {
		symbols[i].Addr += f.Base() - image.Base()
	}
	return symbols, err
}

func byAddr(a, b objfile.Symbol) int { return cmp.Compare(a.Addr, b.Addr) }

// A compiler holds what the workers share.
type compiler struct {
	in      input
	opts    Options
	batches []debuginfo.Span // of units
	named   []interval       // what symbols cover, without overlaps; item is the symbol

	mu          sync.Mutex // guards the progress
	read, total int64
	dropped     int64 // what was read when pages were dropped last
}

// batchBytes is how much encoded debug information a worker takes at a time:
// enough to make taking it cheap, little enough to share the end evenly.
const batchBytes = 1 << 20

func compile(in input, opts Options) (Result, error) {
	c := &compiler{in: in, opts: opts}
	c.nameCode()
	var workers []*worker
	if in.Source != nil {
		c.share()
		workers = c.decode()
	}
	if c.cancelled() {
		return Result{}, opts.Context.Err()
	}
	res := Result{Fault: in.Fault}
	first := math.MaxInt
	for _, w := range workers {
		res.Broken += w.broken
		if w.err != nil && w.broke < first {
			first, res.Fault = w.broke, w.err
		}
	}
	t := newTable(c, workers)
	var err error
	res.Table, err = t.encode()
	return res, err
}

// share cuts the units into batches.
func (c *compiler) share() {
	units := c.in.Source.NumUnits()
	first, size := 0, 0
	for i := range units {
		n := c.in.Source.UnitSize(i)
		c.total += int64(n)
		if size += n; size >= batchBytes || i == units-1 {
			c.batches = append(c.batches, debuginfo.Span{First: uint32(first), End: uint32(i + 1)})
			first, size = i+1, 0
		}
	}
}

// decode runs the workers over all batches.
func (c *compiler) decode() []*worker {
	workers := make([]*worker, min(max(c.opts.Workers, 1), max(len(c.batches), 1)))
	var next atomic.Int64
	var wg sync.WaitGroup
	var fault atomic.Pointer[any]
	for i := range workers {
		workers[i] = newWorker(c, i)
		wg.Go(func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			defer func() { // a fault of the mapped file belongs to the caller's guard
				if r := recover(); r != nil {
					fault.CompareAndSwap(nil, &r)
				}
			}()
			workers[i].run(&next)
		})
	}
	wg.Wait()
	if r := fault.Load(); r != nil {
		panic(*r)
	}
	return workers
}

// cancelled reports whether nobody waits for the table any more.
func (c *compiler) cancelled() bool { return c.opts.Context != nil && c.opts.Context.Err() != nil }

// done counts a batch as read.
func (c *compiler) done(b debuginfo.Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := b.First; i < b.End; i++ {
		c.read += int64(c.in.Source.UnitSize(int(i)))
	}
	if window := c.pageWindow(); c.read-c.dropped > window && c.in.DropPages != nil {
		c.dropped = c.read
		c.in.DropPages()
	}
	if c.opts.Progress != nil {
		c.opts.Progress(c.read, c.total)
	}
}

// saveMemory drops the pages of the file if memory is short.
func (c *compiler) saveMemory() {
	if c.opts.Memory > 0 && c.in.DropPages != nil {
		c.in.DropPages()
	}
}

// pageWindow returns how many bytes of units may be decoded before the pages of
// the file are dropped. Lines and ranges come on top of them, half as much again.
func (c *compiler) pageWindow() int64 {
	const usual, share = 16 << 20, 6
	if c.opts.Memory > 0 {
		return min(usual, c.opts.Memory/share)
	}
	return usual
}

// nameCode finds which symbol names which code.
func (c *compiler) nameCode() {
	list := make([]interval, 0, len(c.in.Symbols))
	for i, s := range c.in.Symbols {
		if s.Addr < c.in.Base || s.Size == 0 || s.Addr+s.Size < s.Addr {
			continue
		}
		at := s.Addr - c.in.Base
		list = append(list, interval{at, at + s.Size, int32(i)})
	}
	c.named = resolve(list, make([]interval, 0, len(list)))
}

// isNamed reports whether a symbol covers some of r.
func (c *compiler) isNamed(r debuginfo.Range) bool {
	start, end := r.Start-c.in.Base, r.End-c.in.Base
	i := sort.Search(len(c.named), func(i int) bool { return c.named[i].end > start })
	return i < len(c.named) && c.named[i].start < end
}

// symbolAt returns the symbols that start at an offset in the image.
func (c *compiler) symbolsAt(rel uint64) []objfile.Symbol {
	at := rel + c.in.Base
	s := c.in.Symbols
	i := sort.Search(len(s), func(i int) bool { return s[i].Addr >= at })
	n := i
	for n < len(s) && s[n].Addr == at {
		n++
	}
	return s[i:n]
}

// sizeError says that a table would not fit the format.
func sizeError(what string) error { return fmt.Errorf("symcache: more than 4 GiB of %s", what) }
