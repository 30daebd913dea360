package symbolicate

import (
	"bytes"
	"strconv"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// writeImages writes what was found out about each native image: whether there
// was a debug file, and what that knows. A status from an earlier run stays if
// nothing needed the image this time.
func (j *job) writeImages(edits *jsonspan.Edits) {
	var problems []byte
	for i, v := range j.values {
		im, file := &j.images[i], j.files[i]
		if im.Type == debugimage.Foreign {
			continue
		}
		if file == nil {
			if v.Get("debug_status").Kind() <= jsonspan.Null {
				edits.Set(v, "debug_status", quoted(ImageUnused.String()))
			}
			continue
		}
		edits.Set(v, "debug_status", quoted(file.status.String()))
		if file.status == ImageFound {
			writeImageFile(edits, v, file)
		}
		if kind := file.status.errorType(); kind != "" {
			problems = j.appendError(problems, kind, i)
		}
	}
	writeErrors(edits, j.doc.Root(), problems)
}

// writeImageFile writes what the image's debug file knows.
func writeImageFile(edits *jsonspan.Edits, v jsonspan.Value, file *debugFile) {
	if file.arch != objfile.UnknownArch {
		edits.Set(v, "arch", quoted(file.arch.String()))
	}
	for _, id := range []struct{ key, text string }{
		{"code_id", file.table.CodeID()}, {"debug_id", file.table.DebugID()},
	} {
		if id.text != "" && v.Get(id.key).Kind() <= jsonspan.Null && v.First("id", "uuid").Kind() == jsonspan.None {
			edits.Set(v, id.key, quoted(id.text))
		}
	}
	var b []byte
	b = append(b, `{"has_debug_info":`...)
	b = strconv.AppendBool(b, file.features.DebugInfo)
	b = append(b, `,"has_sources":false,"has_symbols":`...)
	b = strconv.AppendBool(b, file.features.Symbols)
	b = append(b, `,"has_unwind_info":`...)
	b = strconv.AppendBool(b, file.features.UnwindInfo)
	edits.Set(v, "features", append(b, '}'))
}

// appendError appends an entry for the event's errors about an image.
func (j *job) appendError(dst []byte, kind string, i int) []byte {
	im := &j.images[i]
	if len(dst) > 0 {
		dst = append(dst, ',')
	}
	dst = append(dst, `{"type":`...)
	dst = jsonspan.AppendQuoted(dst, kind)
	if im.Name() != "" {
		dst = append(dst, `,"image_path":`...)
		dst = jsonspan.AppendQuoted(dst, im.Name())
	}
	if !im.DebugID.IsZero() {
		dst = append(dst, `,"image_uuid":`...)
		dst = jsonspan.AppendQuoted(dst, im.DebugID.String())
	}
	if im.Arch != objfile.UnknownArch {
		dst = append(dst, `,"image_arch":`...)
		dst = jsonspan.AppendQuoted(dst, im.Arch.String())
	}
	return append(dst, '}')
}

// writeErrors adds entries to the event's errors, unless that is something else
// than a list.
func writeErrors(edits *jsonspan.Edits, event jsonspan.Value, entries []byte) {
	list := event.Get("errors")
	switch {
	case len(entries) == 0:
	case list.Kind() == jsonspan.Array:
		edits.Add(list, entries)
	case list.Kind() <= jsonspan.Null:
		edits.Set(event, "errors", bytes.Join([][]byte{{'['}, entries, {']'}}, nil))
	}
}
