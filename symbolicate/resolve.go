package symbolicate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// resolve finds what every native frame of j stands for.
//
// Frames are looked up image by image in the order of their addresses, which
// finds the table's pages in the processor's caches and asks once for an address
// that many threads wait at.
func (s *Symbolicator) resolve(ctx context.Context, j *job) error {
	j.index = debugimage.NewIndex(j.images)
	j.files = slices.Grow(j.files, len(j.images))[:len(j.images)]
	var needed []int
	for i := range j.stacks {
		st := &j.stacks[i]
		for k := st.first; k < st.end; k++ {
			f := &j.frames[k]
			if !f.native() {
				continue
			}
			if j.locate(f, st.addr(f, k == st.end-1)); f.image < 0 {
				f.status = UnknownImage
				continue
			}
			if j.files[f.image] == nil {
				j.files[f.image] = loading
				needed = append(needed, int(f.image))
			}
			j.order = append(j.order, int32(k))
		}
	}
	if err := s.loadAll(ctx, j, needed); err != nil {
		return err
	}
	for i := range j.stacks {
		st := &j.stacks[i]
		for k := st.first; k < st.end; k++ {
			if f := &j.frames[k]; f.image >= 0 {
				j.adjust(f, st.addr(f, k == st.end-1))
			}
		}
	}
	j.lookup()
	return nil
}

// loading stands for a file that is needed and not there yet.
var loading = new(debugFile)

// loadsAtOnce is how many images of one event are waited for at the same time.
const loadsAtOnce = 16

// loadAll gets the debug files of the needed images, several at a time. What is
// not there when the time runs out gets a status that says so; only a cancelled
// context is an error.
func (s *Symbolicator) loadAll(ctx context.Context, j *job, needed []int) error {
	var g errgroup.Group
	g.SetLimit(loadsAtOnce)
	searches := newSearches()
	for _, i := range needed {
		im := &j.images[i]
		if f := s.store.peek(keyOf(s.scope, im)); f != nil {
			j.files[i] = f
			continue
		}
		g.Go(func() (err error) {
			j.files[i], err = s.file(ctx, im, searches)
			return err
		})
	}
	return g.Wait()
}

// file gets the debug file of an image, or at the deadline one that says that
// there was no time. The error is that of a cancelled context.
func (s *Symbolicator) file(ctx context.Context, im *debugimage.Image, left *searches) (*debugFile, error) {
	load := func(ctx context.Context, im *debugimage.Image, last *loaded) (*loaded, error) {
		return s.load(ctx, im, last, left)
	}
	f, err := s.store.get(ctx, keyOf(s.scope, im), *im, load)
	for err == nil && f.unsought && left.any() { // another event asked, which had none left
		f, err = s.store.get(ctx, keyOf(s.scope, im), *im, load)
	}
	switch {
	case ctx.Err() == context.Canceled:
		return nil, context.Cause(ctx)
	case err != nil:
		return &debugFile{status: ImageTimeout, reason: "the time ran out before the debug file was there"}, nil
	}
	return f, nil
}

// locate sets which image f lies in, and its absolute address if it has one.
// A return address belongs to the image of the call, which is in front of it.
func (j *job) locate(f *frame, at FrameAddr) {
	if f.inRel {
		j.locateRel(f)
		return
	}
	f.abs = debugimage.Abs(f.addr)
	at.Addr = f.abs
	call, _ := CallAddr(at)
	for _, probe := range [...]debugimage.Abs{call, f.abs} {
		if plain, i, ok := j.index.FindTagged(j.images, probe); ok {
			f.abs = plain + (f.abs - probe)
			f.image = int32(i)
			return
		}
	}
	// The sender may know better than the sizes of images.
	if i, ok := j.index.Find(f.imageAddr); ok && j.images[i].Addr == f.imageAddr && f.imageAddr <= f.abs {
		f.image = int32(i)
		return
	}
	if i, ok := j.index.Find(f.symbolAddr); ok {
		f.abs, f.image, f.rule = f.symbolAddr, int32(i), RuleSymbol
	}
}

// locateRel makes the absolute address of an offset in an image, unless the
// image has none or is not native.
func (j *job) locateRel(f *frame) {
	im := &j.images[f.image]
	abs := uint64(im.Addr) + f.addr
	switch {
	case im.Type == debugimage.Foreign || abs < f.addr:
		f.image = -1
	case im.Addr != 0:
		f.abs = debugimage.Abs(abs)
	}
}

// adjust sets what to look up for f. It needs the image's file to be there: only
// that knows for certain how long instructions are.
func (j *job) adjust(f *frame, at FrameAddr) {
	im, file := &j.images[f.image], j.files[f.image]
	switch {
	case f.rule == RuleSymbol:
		f.rel, f.looked = debugimage.Rel(f.abs-im.Addr), uint64(f.abs)
		return
	case im.Addr == 0:
		f.rel, f.looked, f.rule = debugimage.Rel(f.addr), f.addr, RuleRelative
		return
	}
	at.Addr, at.Arch = f.abs, file.arch
	if at.Arch == objfile.UnknownArch {
		at.Arch = im.Arch
	}
	call, rule := CallAddr(at)
	if call < im.Addr {
		call = f.abs // nothing can be called from in front of the image
	}
	f.ret = debugimage.Rel(f.abs - im.Addr)
	f.rel, f.looked, f.rule = debugimage.Rel(call-im.Addr), uint64(call), rule
	if f.inRel {
		f.looked = uint64(f.rel)
	}
}

// lookup sets the functions of every frame that has an image.
func (j *job) lookup() {
	slices.SortFunc(j.order, func(a, b int32) int {
		f, g := &j.frames[a], &j.frames[b]
		return cmp.Or(cmp.Compare(f.image, g.image), cmp.Compare(f.rel, g.rel))
	})
	for rest := j.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && j.frames[rest[n]].image == j.frames[rest[0]].image {
			n++
		}
		j.lookupIn(j.frames[rest[0]].image, rest[:n])
		rest = rest[n:]
	}
}

// lookupIn sets the functions of the frames of one image, in ascending order.
func (j *job) lookupIn(image int32, order []int32) {
	file := j.files[image]
	if file.status == ImageFound {
		err := guard(file.table, func() error { j.ask(file.table, order); return nil })
		if err == nil {
			return
		}
		file = j.lose(image, err)
	}
	for _, i := range order {
		f := &j.frames[i]
		f.first, f.end, f.status = 0, 0, file.status.frameStatus()
	}
}

// lose puts a file that says why in the place of an image's, whose table cannot be
// read any more.
func (j *job) lose(image int32, err error) *debugFile {
	lost := j.files[image]
	file := &debugFile{status: ImageMalformed, reason: err.Error(), path: lost.path, arch: lost.arch}
	j.files[image] = file
	j.lost = append(j.lost, image)
	return file
}

// guard calls fn, which reads t. A mapped table may be cut short meanwhile.
func guard(t table, fn func() error) error {
	if g, ok := t.(interface{ Guard(func() error) error }); ok {
		return g.Guard(fn)
	}
	return fn()
}

// Memory is in proportion to the calls that are inlined at the addresses asked for.
// A file that was made for the purpose has tens of thousands at each, in a few
// kilobytes: beyond so many calls, and so many for each address, what is inlined is
// left out. Of files that were not, events have a thousandth of that, and profiles
// two or three calls at an address.
const (
	freeCalls = 1 << 18
	callsEach = 4
)

// tooMany reports whether n addresses have more calls than they may.
func tooMany(calls, n int) bool { return calls > freeCalls+callsEach*n }

// ask looks frames up in the table of their image.
func (j *job) ask(t table, order []int32) {
	var last *frame
	for _, i := range order {
		f := &j.frames[i]
		if last != nil && last.rel == f.rel {
			f.first, f.end, f.cut = last.first, last.end, last.cut
		} else {
			f.first = int32(len(j.found))
			j.found = t.Lookup(j.found, uint64(f.rel))
			j.found = j.found[:int(f.first)+len(called(j.found[f.first:]))]
			if n := len(j.found); n-int(f.first) > 1 && tooMany(n, len(j.order)) {
				j.found[f.first], f.cut = j.found[n-1], true
				j.found = j.found[:f.first+1]
			}
			f.end = int32(len(j.found))
		}
		last = f
		if f.status = Symbolicated; f.first == f.end {
			f.status = MissingSymbol
		}
	}
}

// reason says why a frame has no function, or not all, or "" if it has.
func (j *job) reason(f *frame) string {
	switch f.status {
	case Symbolicated:
		if f.cut {
			return "calls inlined here are left out: the event has grown too large"
		}
	case UnknownImage:
		if f.inRel {
			return "addr_mode names an image that has no native code"
		}
		return fmt.Sprintf("no image holds %#x", f.addr)
	case MissingFile, MalformedFile:
		return j.images[f.image].Name() + ": " + j.files[f.image].reason
	case MissingSymbol:
		return fmt.Sprintf("%s has nothing at offset %#x", j.files[f.image].path, f.rel)
	}
	return ""
}
