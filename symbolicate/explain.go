package symbolicate

import (
	"context"
	"fmt"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
)

// A Report says how an event's frames came to what they are.
type Report struct {
	Images []ImageReport // in the order of the event
	Frames []FrameReport // of all stacks; in the order of the event, as they were before
}

// An ImageReport is what was found out about an image.
type ImageReport struct {
	Image  debugimage.Image
	Status ImageStatus
	File   string // that was used; "" none
	Reason string // why there is none, or what of it could not be read

	// Features and Arch are those of the file; Features.Sources is whether it, or a
	// file that came with it, has source code.
	Features source.Features
	Arch     objfile.Arch

	// Candidates are what was asked for and what came of each: 64 at most of the
	// sources at hand, then as many of remote ones. An image that was known is not
	// asked for again.
	Candidates []source.Lookup

	// Base is the preferred base of the debug file. It is what offsets count from,
	// whatever the image's image_vmaddr says; see [ImageReport.VMAddrDiffers].
	Base uint64
}

// VMAddrDiffers reports whether the event's image_vmaddr contradicts the debug
// file. Senders often write a wrong one, so it decides nothing; but an image that
// was linked again after it was stripped shows like this.
func (r *ImageReport) VMAddrDiffers() bool {
	return r.Status == ImageFound && r.Image.HasVMAddr && r.Image.VMAddr != r.Base
}

// String returns the report in one line.
func (r *ImageReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%#x %s: %s", uint64(r.Image.Addr), r.Image.Name(), r.Status)
	if r.File != "" {
		fmt.Fprintf(&b, " %s", r.File)
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, ": %s", r.Reason)
	}
	if r.VMAddrDiffers() {
		fmt.Fprintf(&b, " (image_vmaddr %#x, but the file's base is %#x)", r.Image.VMAddr, r.Base)
	}
	return b.String()
}

// A FrameReport is what was done with a frame.
type FrameReport struct {
	Stack  string // where its stack is in the event: "exception.values[0]"
	Index  int    // in the stack's frames
	Status FrameStatus
	Addr   uint64         // as reported
	Looked uint64         // that was looked up, in the same mode; 0 if Rule is RuleNone
	Rel    debugimage.Rel // the same from the start of the image
	Rule   Rule           // that made the one from the other
	Image  int            // in Report.Images; -1 none
	Calls  int            // frames that it became: more than one if calls were inlined
	Reason string         // why there is no function, or no line

	// Evidence says whether a call is in front of a return address. It is empty
	// where that is not asked, or no file at hand has the image's code.
	Evidence string
}

// String returns the report in one line.
func (r *FrameReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s frame %d: ", r.Stack, r.Index)
	if r.Status == Untouched {
		return b.String() + "left as it is: " + r.Reason
	}
	fmt.Fprintf(&b, "%#x %s", r.Addr, r.Status)
	if r.Rule != RuleNone {
		fmt.Fprintf(&b, ", taken as %#x = image %d + %#x (%s)", r.Looked, r.Image, uint64(r.Rel), r.Rule)
	}
	if r.Calls > 1 {
		fmt.Fprintf(&b, ", %d inlined calls", r.Calls-1)
	}
	if r.Evidence != "" {
		fmt.Fprintf(&b, ", %s", r.Evidence)
	}
	if r.Reason != "" {
		fmt.Fprintf(&b, ": %s", r.Reason)
	}
	return b.String()
}

// Explain is like [Symbolicator.Event] and also says how it came to the result, which
// shares nothing with the text.
func (s *Symbolicator) Explain(ctx context.Context, text []byte) ([]byte, *Report, error) {
	j, err := s.run(ctx, text)
	defer s.done(j, err)
	if err != nil {
		return nil, nil, err
	}
	return j.write([]byte{}), j.report(), nil
}

func (j *job) report() *Report {
	r := &Report{}
	for i := range j.images {
		im := &j.images[i]
		if f := j.files[i]; f != nil {
			r.Images = append(r.Images, f.report(im))
		} else {
			r.Images = append(r.Images, ImageReport{Image: *im})
		}
	}
	evidences := j.evidences()
	for i := range j.stacks {
		s := &j.stacks[i]
		for k := s.first; k < s.end; k++ {
			f := &j.frames[k]
			r.Frames = append(r.Frames, FrameReport{
				Stack:  s.String(),
				Index:  k - s.first,
				Status: f.status,
				Addr:   f.addr,
				Looked: f.looked,
				Rel:    f.rel,
				Rule:   f.rule,
				Image:  int(f.image),
				Calls:  int(f.end - f.first),
				Reason: j.explain(f),

				Evidence: evidences[k],
			})
		}
	}
	return r
}

// report returns what became of the search for im's debug file.
func (f *debugFile) report(im *debugimage.Image) ImageReport {
	r := ImageReport{
		Image: *im, Status: f.status, File: f.path, Reason: f.reason,
		Features: f.features, Arch: f.arch, Candidates: f.lookups,
	}
	if f.opened != nil {
		r.Base = f.table.Base()
		r.Features.Sources = f.hasSources()
	}
	return r
}

// explain says why a frame has no function, or no line.
func (j *job) explain(f *frame) string {
	switch {
	case f.status == Untouched:
		return f.skipped.String()
	case f.status != Symbolicated || f.cut:
		return j.reason(f)
	case f.rule == RuleSymbol:
		return "no image holds the address, so its line is unknown"
	case j.found[f.first].Line != 0:
		return ""
	case !j.files[f.image].features.DebugInfo:
		return "no line: the file has symbols only"
	}
	return "no line: the debug information has none there"
}
