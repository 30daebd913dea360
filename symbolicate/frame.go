package symbolicate

import (
	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// A frame is an element of a stack's list and what came of it.
type frame struct {
	value   jsonspan.Value
	skipped skipReason // why it is left as it is, if it is
	adjust  Adjust
	inRel   bool   // addr is an offset in image, not an address
	addr    uint64 // as reported
	image   int32  // it lies in; -1 none

	imageAddr  debugimage.Abs // by the sender's account
	symbolAddr debugimage.Abs

	abs    debugimage.Abs // addr without tags and offsets; 0 in an image without address
	looked uint64         // the address that was looked up, of the same kind as addr
	rel    debugimage.Rel // the same in the image
	ret    debugimage.Rel // abs in the image, before it was adjusted
	rule   Rule
	status FrameStatus
	first  int32 // of its functions in job.found, innermost first
	end    int32
	cut    bool // what is inlined at it was left out: see maxGrown
}

// native reports whether the frame is to be symbolicated.
func (f *frame) native() bool { return f.skipped == notSkipped }

// A skipReason says why a frame is left as it is.
type skipReason uint8

const (
	notSkipped skipReason = iota // it is to be symbolicated
	skippedPlatform
	skippedNoAddr
	skippedDone
	skippedData
)

func (r skipReason) String() string {
	switch r {
	case skippedPlatform:
		return "its platform is not native"
	case skippedNoAddr:
		return "it has no instruction_addr"
	case skippedDone:
		return "it was symbolicated before"
	case skippedData:
		return "its data is no object that a status could be in"
	}
	return ""
}
