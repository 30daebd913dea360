package symbolicate

import (
	"context"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A job is the work on one event: what was read from it, and what came of it.
// Its memory is used again for the next event.
type job struct {
	ctx   context.Context
	rules []InAppRule
	code  *source.Code

	// The event.
	doc        jsonspan.Doc
	os         OS
	native     bool // the event's platform, or that of one of its frames
	images     []debugimage.Image
	values     []jsonspan.Value // of the images; parallel to them
	exceptions []jsonspan.Value
	stacks     []stack
	frames     []frame // of all stacks, one after the other
	move       *move   // of the crashed thread's stack, if there is one to make

	// What came of it.
	index  *debugimage.Index
	files  []*debugFile           // of the images that a frame needs, nil for the others
	order  []int32                // of frames, in which they are looked up
	found  []symcache.Frame       // of all frames
	lost   []int32                // images whose tables cannot be read any more
	far    map[int32]*source.Code // by image: what was asked for elsewhere
	system []bool                 // which images are the operating system's; filled when needed
	traces []byte                 // the text of the symbolicated stacks
}

// Memory that a job may keep for the next event, so that a huge one does not hold
// on to what it took for ever.
const (
	maxKeptFrames = 1 << 16
	maxKeptText   = 16 << 20
)

// reset empties j and keeps its memory within bounds. It reports false if there
// is too much of it.
func (j *job) reset() bool {
	if cap(j.frames) > maxKeptFrames || cap(j.found) > maxKeptFrames || cap(j.traces) > maxKeptText {
		return false
	}
	clear(j.values)
	clear(j.stacks)
	clear(j.files)
	clear(j.frames)
	clear(j.found)
	*j = job{
		doc:    j.doc,
		images: j.images[:0],
		values: j.values[:0],
		stacks: j.stacks[:0],
		frames: j.frames[:0],
		files:  j.files[:0],
		order:  j.order[:0],
		found:  j.found[:0],
		lost:   j.lost[:0],
		system: j.system[:0],
		traces: j.traces[:0],
	}
	j.doc.Reset()
	return true
}
