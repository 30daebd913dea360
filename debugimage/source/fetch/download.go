package fetch

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A download is a file on its way to a writer. It outlives a connection: what the
// next one brings is the rest of the same file, or is refused. A server says so by
// answering a range under a strong tag, else the file is read again from its start
// and compared.
type download struct {
	w       io.Writer
	max     int64
	written int64
	total   int64 // of the file, -1 as long as unknown
	tag     string
	sum     maphash.Hash // of what is written
}

func newDownload(w io.Writer, limit int64) *download { return &download{w: w, max: limit, total: -1} }

// header returns what is asked of any host.
func (d *download) header() http.Header {
	h := http.Header{
		"User-Agent":      {"nativesym"},
		"Accept-Encoding": {"identity"},
	}
	if d.written > 0 && d.tag != "" {
		h.Set("Range", fmt.Sprintf("bytes=%d-", d.written))
		h.Set("If-Range", d.tag)
	}
	return h
}

// receive writes what a response has of the file, and returns how many bytes that
// was.
func (d *download) receive(resp *http.Response, dog *watchdog) (n int64, err error) {
	switch resp.StatusCode {
	case http.StatusOK:
		err = d.restart(resp, dog)
	case http.StatusPartialContent:
		err = d.resume(resp)
	default:
		return 0, statusError(resp)
	}
	if err == nil && !hasEnd(resp) {
		err = &Error{Kind: Failed, final: true, Err: errors.New("the server does not say where the file ends")}
	}
	if err != nil {
		return 0, err
	}
	before := d.written
	err = d.copy(resp.Body, dog)
	if err == nil && d.total >= 0 && d.written != d.total {
		err = &Error{Kind: Failed, final: d.written > d.total, Err: fmt.Errorf("%d bytes of %d", d.written, d.total)}
	}
	return d.written - before, err
}

// hasEnd reports whether one can tell a whole body from one that breaks off.
func hasEnd(resp *http.Response) bool {
	return resp.ContentLength >= 0 || resp.ProtoMajor > 1 || slices.Contains(resp.TransferEncoding, "chunked")
}

// restart takes a response that has the file from its start, and skips what is
// written already, if that is the same. Only then is the response's tag that of what
// is written.
func (d *download) restart(resp *http.Response, dog *watchdog) error {
	if resp.ContentLength > d.max {
		return tooLarge(d.max)
	}
	if d.written > 0 {
		var again maphash.Hash
		again.SetSeed(d.sum.Seed())
		switch _, err := io.CopyN(&again, dog.reader(resp.Body), d.written); {
		case err == io.EOF:
			return errChanged
		case err != nil:
			return err
		case again.Sum64() != d.sum.Sum64():
			return errChanged
		}
	}
	d.total, d.tag = resp.ContentLength, strongTag(resp)
	return nil
}

// resume takes a response that claims to have the rest of the file.
func (d *download) resume(resp *http.Response) error {
	from, total, ok := contentRange(resp.Header.Get("Content-Range"))
	switch {
	case d.written == 0 || d.tag == "":
		return &Error{Kind: Failed, final: true, Err: errors.New("server sent a part that nobody asked for")}
	case !ok || from != d.written || total >= 0 && d.total >= 0 && total != d.total || strongTag(resp) != d.tag:
		return errChanged
	}
	if d.total < 0 {
		d.total = total
	}
	if d.total > d.max {
		return tooLarge(d.max)
	}
	return nil
}

var errChanged = &Error{Kind: Failed, final: true, Err: errors.New("the file changed while it was read")}

func tooLarge(limit int64) error {
	return &Error{Kind: TooLarge, Err: fmt.Errorf("more than %d bytes", limit)}
}

// copy writes the rest of a body.
func (d *download) copy(body io.Reader, dog *watchdog) error {
	r := dog.reader(body)
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		if d.written+int64(n) > d.max {
			return tooLarge(d.max)
		}
		if _, err := d.w.Write(buf[:n]); err != nil {
			return writeError{err}
		}
		d.sum.Write(buf[:n])
		d.written += int64(n)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// A writeError is one of whoever wants the file. The server has no part in it.
type writeError struct{ error }

// strongTag returns the tag that names a response's bytes, "" if there is none.
func strongTag(resp *http.Response) string {
	tag := resp.Header.Get("ETag")
	if len(tag) < 2 || tag[0] != '"' {
		return "" // none, or a weak one: W/"…"
	}
	return tag
}

// contentRange reads the header of that name, "bytes 7-99/100". The total is -1
// for "*".
func contentRange(text string) (from, total int64, ok bool) {
	text, isBytes := strings.CutPrefix(text, "bytes ")
	span, size, hasSize := strings.Cut(text, "/")
	first, last, hasLast := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || !isBytes || !hasSize || !hasLast {
		return 0, 0, false
	}
	to, err := strconv.ParseInt(last, 10, 64)
	if err != nil || to < from {
		return 0, 0, false
	}
	if size == "*" {
		return from, -1, true
	}
	total, err = strconv.ParseInt(size, 10, 64)
	return from, total, err == nil && to == total-1
}

// A watchdog cancels what has waited too long.
type watchdog struct {
	cancel func(cause error)
	head   time.Duration // how long an answer may take to begin
	timer  *time.Timer
	limit  time.Duration
}

// minProgress is what must come within Options.Stall.
const minProgress = 16 << 10

// watch cancels with a cause after a time, unless it is called again before.
func (g *watchdog) watch(limit time.Duration, cause error) {
	g.stop()
	g.limit = limit
	g.timer = time.AfterFunc(limit, func() { g.cancel(cause) })
}

func (g *watchdog) stop() {
	if g.timer != nil {
		g.timer.Stop()
	}
}

// reader returns r, watched for progress.
func (g *watchdog) reader(r io.Reader) io.Reader { return &watched{dog: g, r: r} }

type watched struct {
	dog *watchdog
	r   io.Reader
	n   int // bytes since the watchdog was last told
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.n += n; w.n >= minProgress {
		w.n = 0
		w.dog.timer.Reset(w.dog.limit)
	}
	return n, err
}
