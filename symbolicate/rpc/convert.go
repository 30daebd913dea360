package rpc

import (
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate"
)

// typeNames are the types of images in requests. A foreign one has a name that no
// other type has.
var typeNames = map[debugimage.Type]string{
	debugimage.ELF:      "elf",
	debugimage.MachO:    "macho",
	debugimage.PE:       "pe",
	debugimage.Symbolic: "",
	debugimage.Foreign:  "foreign",
}

// fromImage returns an image as messages have it.
func fromImage(im *debugimage.Image) *Image {
	out := &Image{
		Type:      typeNames[im.Type],
		CodeId:    clean(im.CodeID),
		CodeFile:  clean(im.CodeFile),
		DebugFile: clean(im.DebugFile),
		Arch:      fromArch(im.Arch),
		ImageAddr: uint64(im.Addr),
		ImageSize: im.Size,
	}
	if !im.DebugID.IsZero() {
		out.DebugId = im.DebugID.String()
	}
	if im.HasVMAddr {
		addr := im.VMAddr
		out.ImageVmaddr = &addr
	}
	return out
}

// toImage returns the image that a message describes.
func toImage(im *Image) debugimage.Image {
	fields := debugimage.Fields{
		Type:      im.GetType(),
		CodeID:    im.GetCodeId(),
		DebugID:   im.GetDebugId(),
		CodeFile:  im.GetCodeFile(),
		DebugFile: im.GetDebugFile(),
		Arch:      im.GetArch(),
	}
	out := fields.Image()
	out.Addr, out.Size = debugimage.Abs(im.GetImageAddr()), im.GetImageSize()
	out.VMAddr, out.HasVMAddr = im.GetImageVmaddr(), im != nil && im.ImageVmaddr != nil
	return out
}

func fromImageReport(r *symbolicate.ImageReport) *ImageReport {
	out := &ImageReport{
		Image:  fromImage(&r.Image),
		Status: ImageStatus(r.Status), // the numbers are the same
		File:   clean(r.File),
		Reason: clean(r.Reason),
		Base:   r.Base,
		Arch:   fromArch(r.Arch),
		Features: &Features{
			DebugInfo:  r.Features.DebugInfo,
			Symbols:    r.Features.Symbols,
			UnwindInfo: r.Features.UnwindInfo,
			Sources:    r.Features.Sources,
		},
	}
	for _, l := range r.Candidates {
		out.Candidates = append(out.Candidates, &Candidate{
			Location: clean(l.Location),
			Outcome:  Candidate_Outcome(l.Status), // the numbers are the same
			Detail:   clean(l.Detail),
		})
	}
	return out
}

func toImageReport(r *ImageReport) symbolicate.ImageReport {
	f := r.GetFeatures()
	out := symbolicate.ImageReport{
		Image:    toImage(r.GetImage()),
		Status:   symbolicate.ImageStatus(r.GetStatus()),
		File:     r.GetFile(),
		Reason:   r.GetReason(),
		Base:     r.GetBase(),
		Arch:     objfile.ParseArch(r.GetArch()),
		Features: source.Features{DebugInfo: f.GetDebugInfo(), Symbols: f.GetSymbols(), UnwindInfo: f.GetUnwindInfo(), Sources: f.GetSources()},
	}
	for _, c := range r.GetCandidates() {
		out.Candidates = append(out.Candidates, source.Lookup{Location: c.GetLocation(), Status: source.Status(c.GetOutcome()), Detail: c.GetDetail()})
	}
	return out
}

func fromArch(a objfile.Arch) string {
	if a == objfile.UnknownArch {
		return ""
	}
	return a.String()
}

func fromReport(r *symbolicate.Report) *Report {
	out := new(Report)
	for i := range r.Images {
		out.Images = append(out.Images, fromImageReport(&r.Images[i]))
	}
	for i := range r.Frames {
		out.Frames = append(out.Frames, fromFrameReport(&r.Frames[i]))
	}
	return out
}

func toReport(r *Report) *symbolicate.Report {
	out := new(symbolicate.Report)
	for _, im := range r.GetImages() {
		out.Images = append(out.Images, toImageReport(im))
	}
	for _, f := range r.GetFrames() {
		out.Frames = append(out.Frames, toFrameReport(f))
	}
	return out
}

func fromFrameReport(f *symbolicate.FrameReport) *FrameReport {
	return &FrameReport{
		Stack:    clean(f.Stack),
		Index:    uint32(f.Index),
		Status:   FrameStatus(f.Status), // the numbers are the same
		Addr:     f.Addr,
		LookedUp: f.Looked,
		Offset:   uint64(f.Rel),
		Rule:     Rule(f.Rule), // the numbers are the same
		Image:    fromIndex(f.Image),
		Calls:    uint32(f.Calls),
		Reason:   clean(f.Reason),
		Evidence: clean(f.Evidence),
	}
}

func toFrameReport(f *FrameReport) symbolicate.FrameReport {
	return symbolicate.FrameReport{
		Stack:    f.GetStack(),
		Index:    int(f.GetIndex()),
		Status:   symbolicate.FrameStatus(f.GetStatus()),
		Addr:     f.GetAddr(),
		Looked:   f.GetLookedUp(),
		Rel:      debugimage.Rel(f.GetOffset()),
		Rule:     symbolicate.Rule(f.GetRule()),
		Image:    toIndex(f.Image),
		Calls:    int(f.GetCalls()),
		Reason:   f.GetReason(),
		Evidence: f.GetEvidence(),
	}
}

// clean returns text as protobuf can hold it. Paths of an event may be anything.
func clean(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// fromIndex returns a place in a list, of which -1 is none.
func fromIndex(i int) *uint32 {
	if i < 0 {
		return nil
	}
	n := uint32(i)
	return &n
}

func toIndex(i *uint32) int {
	if i == nil {
		return -1
	}
	return int(*i)
}
