package rpc

import (
	"strconv"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// A jsonWriter writes JSON: every method returns the writer, for the next. What is
// empty or 0 is left out.
type jsonWriter struct {
	out []byte
}

// separate writes a comma where one belongs.
func (w *jsonWriter) separate() {
	if n := len(w.out); n > 0 && w.out[n-1] != '{' && w.out[n-1] != '[' && w.out[n-1] != ':' {
		w.out = append(w.out, ',')
	}
}

func (w *jsonWriter) open(bracket byte) *jsonWriter {
	w.separate()
	w.out = append(w.out, bracket)
	return w
}

func (w *jsonWriter) close(bracket byte) *jsonWriter {
	w.out = append(w.out, bracket)
	return w
}

func (w *jsonWriter) key(key string) *jsonWriter {
	w.separate()
	w.out = append(jsonspan.AppendQuoted(w.out, key), ':')
	return w
}

func (w *jsonWriter) text(key, value string) *jsonWriter {
	if value != "" {
		w.key(key)
		w.out = jsonspan.AppendQuoted(w.out, value)
	}
	return w
}

func (w *jsonWriter) number(key string, n uint64) *jsonWriter {
	if n != 0 {
		w.key(key)
		w.out = strconv.AppendUint(w.out, n, 10)
	}
	return w
}

func (w *jsonWriter) addr(key string, addr uint64) *jsonWriter {
	return w.text(key, "0x"+strconv.FormatUint(addr, 16))
}

func (w *jsonWriter) image(im *Image) {
	w.open('{')
	w.text("type", im.GetType()).text("code_id", im.GetCodeId()).text("debug_id", im.GetDebugId())
	w.text("code_file", im.GetCodeFile()).text("debug_file", im.GetDebugFile()).text("arch", im.GetArch())
	w.addr("image_addr", im.GetImageAddr()).number("image_size", im.GetImageSize())
	if im.ImageVmaddr != nil {
		w.addr("image_vmaddr", im.GetImageVmaddr())
	}
	w.close('}')
}

// integer returns the number that an event's value has, or 0.
func integer(v jsonspan.Value) uint64 {
	n, _ := debugimage.ParseAddr(v.Bytes())
	return n
}

// texts returns the strings of a list.
func texts(v jsonspan.Value) (list []string) {
	for el := range v.Elements() {
		list = append(list, el.Text())
	}
	return list
}
