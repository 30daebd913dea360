package symbolicate

import (
	"bytes"
	"slices"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// errorTypes are the types of entries in an event's errors that tell of an image.
var errorTypes = []string{
	"native_missing_dsym", "native_optionally_bundled_dsym", "native_bad_dsym",
	"fetch_too_large", "fetch_generic_error", "fetch_timeout", "unknown_error",
}

// errorType returns the type of the entry that tells the user of an image, or ""
// if there is nothing to tell: nobody has debug files for what an operating
// system brings along, nor for what has no name.
func (j *job) errorType(i int) string {
	im := &j.images[i]
	switch j.files[i].status {
	case ImageMissing:
		switch {
		case im.CodeFile == "":
			return ""
		case isSwiftRuntime(im.CodeFile):
			return "native_optionally_bundled_dsym"
		case j.systemImage(int32(i)):
			return ""
		}
		return "native_missing_dsym"
	case ImageMalformed:
		return "native_bad_dsym"
	case ImageTooLarge:
		return "fetch_too_large"
	case ImageFetchingFailed:
		return "fetch_generic_error"
	case ImageTimeout:
		return "fetch_timeout"
	case ImageOther:
		return "unknown_error"
	}
	return ""
}

// writeErrors adds an entry to the event's errors for each image that frames need
// and whose debug file is not there. Entries that an earlier run made of the same
// images go. Where errors is something else than a list, it stays.
func (j *job) writeErrors(edits *jsonspan.Edits) {
	event := j.doc.Root()
	list := event.Get("errors")
	if k := list.Kind(); k != jsonspan.Array && k > jsonspan.Null {
		return
	}
	var entries [][]byte
	stale := false
	looked := make(map[imageRef]bool) // images that were looked for
	for i, file := range j.files {
		if file != nil {
			looked[refOf(&j.images[i])] = true
		}
	}
	for entry := range list.Elements() {
		ref := imageRef{entry.Get("image_path").Text(), entry.Get("image_uuid").Text()}
		if looked[ref] && slices.Contains(errorTypes, entry.Get("type").Text()) {
			stale = true
			continue
		}
		entries = append(entries, entry.Raw())
	}
	old := len(entries)
	for i, file := range j.files {
		if file == nil {
			continue
		}
		if kind := j.errorType(i); kind != "" {
			entries = append(entries, imageError(kind, &j.images[i]))
		}
	}
	switch added := entries[old:]; {
	case stale || len(added) > 0 && list.Kind() != jsonspan.Array:
		edits.Set(event, "errors", slices.Concat([]byte{'['}, bytes.Join(entries, []byte{','}), []byte{']'}))
	case len(added) > 0:
		edits.Add(list, bytes.Join(added, []byte{','}))
	}
}

// An imageRef is how an entry says which image it is about.
type imageRef struct{ path, uuid string }

func refOf(im *debugimage.Image) imageRef {
	ref := imageRef{path: im.Name()}
	if !im.DebugID.IsZero() {
		ref.uuid = im.DebugID.String()
	}
	return ref
}

// imageError returns an entry about an image.
func imageError(kind string, im *debugimage.Image) []byte {
	b := append([]byte(`{"type":`), quoted(kind)...)
	member := func(key, text string) {
		if text != "" {
			b = append(b, `,"`+key+`":`...)
			b = jsonspan.AppendQuoted(b, text)
		}
	}
	ref := refOf(im)
	member("image_path", ref.path)
	member("image_uuid", ref.uuid)
	if im.Arch != objfile.UnknownArch {
		member("image_arch", im.Arch.String())
	}
	return append(b, '}')
}
