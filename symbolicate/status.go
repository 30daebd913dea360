package symbolicate

import "fmt"

// A FrameStatus is what came of a frame. Its words are those of Sentry's
// data.symbolicator_status.
type FrameStatus uint8

// The outcomes for a frame.
const (
	Untouched     FrameStatus = iota // not native, without an address, or symbolicated before
	Symbolicated                     // its function is known, and its line if the debug file has one
	UnknownImage                     // no image holds its address
	MissingFile                      // no debug file for its image
	MalformedFile                    // the debug file cannot be read
	MissingSymbol                    // the debug file has nothing at its address
)

// String returns the status as events have it.
func (s FrameStatus) String() string {
	switch s {
	case Untouched:
		return ""
	case Symbolicated:
		return "symbolicated"
	case UnknownImage:
		return "unknown_image"
	case MissingFile:
		return "missing"
	case MalformedFile:
		return "malformed"
	case MissingSymbol:
		return "missing_symbol"
	}
	return fmt.Sprintf("FrameStatus(%d)", uint8(s))
}

// An ImageStatus is what came of the search for an image's debug file. Its words
// are those of an image's debug_status.
type ImageStatus uint8

// The outcomes for an image.
const (
	ImageUnused         ImageStatus = iota // no frame needed it
	ImageFound                             // there is a debug file
	ImageMissing                           // no source has one
	ImageMalformed                         // there is one that cannot be read
	ImageTooLarge                          // there is one that is larger than is allowed
	ImageFetchingFailed                    // a source could not be asked
	ImageTimeout                           // the time ran out before there was an answer
	ImageOther                             // a fault of the engine
)

// String returns the status as events have it.
func (s ImageStatus) String() string {
	switch s {
	case ImageUnused:
		return "unused"
	case ImageFound:
		return "found"
	case ImageMissing:
		return "missing"
	case ImageMalformed:
		return "malformed"
	case ImageTooLarge:
		return "too_large"
	case ImageFetchingFailed:
		return "fetching_failed"
	case ImageTimeout:
		return "timeout"
	case ImageOther:
		return "other"
	}
	return fmt.Sprintf("ImageStatus(%d)", uint8(s))
}

// frameStatus returns what a frame in such an image gets.
func (s ImageStatus) frameStatus() FrameStatus {
	switch s {
	case ImageFound:
		return Symbolicated
	case ImageMalformed:
		return MalformedFile
	}
	return MissingFile
}
