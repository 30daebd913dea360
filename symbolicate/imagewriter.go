package symbolicate

import (
	"strconv"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// writeImages writes what was found out about each native image: whether there
// was a debug file, and what that knows. A status from an earlier run stays if
// nothing needed the image this time.
func (j *job) writeImages(edits *jsonspan.Edits) {
	for i, v := range j.values {
		file := j.files[i]
		switch {
		case j.images[i].Type == debugimage.Foreign:
		case file != nil:
			edits.Set(v, "debug_status", quoted(file.status.String()))
			if file.status == ImageFound {
				writeImageFile(edits, v, file)
			}
		case v.Get("debug_status").Kind() <= jsonspan.Null:
			edits.Set(v, "debug_status", quoted(ImageUnused.String()))
		}
	}
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
	b = append(b, `,"has_sources":`...)
	b = strconv.AppendBool(b, file.hasSources())
	b = append(b, `,"has_symbols":`...)
	b = strconv.AppendBool(b, file.features.Symbols)
	b = append(b, `,"has_unwind_info":`...)
	b = strconv.AppendBool(b, file.features.UnwindInfo)
	edits.Set(v, "features", append(b, '}'))
}
