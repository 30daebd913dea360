package cab

// A window is the end of what was unpacked so far, which what follows may repeat.
// It is a plain slice: when its end is reached, the part that still counts moves to
// the front, which costs no more than one copy of each byte.
type window struct {
	buf  []byte
	size int // how far back repetitions reach
	end  int // of what was unpacked
}

// overrun is how many bytes more than it should a fast copy may write.
const overrun = 8

// newWindow returns a window for a folder of at most total bytes.
func newWindow(size, total int) window {
	return window{buf: make([]byte, min(2*size+maxUnpacked, total)+overrun), size: size}
}

// extend makes room for n bytes and returns where they go.
func (w *window) extend(n int) (start, end int) {
	if w.end+n+overrun > len(w.buf) {
		w.end = copy(w.buf, w.buf[w.end-w.size:w.end])
	}
	start = w.end
	w.end += n
	return start, w.end
}
