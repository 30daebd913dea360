package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
)

// A Debuginfod finds debug files, and more, on a debuginfod server. It is safe for
// concurrent use.
type Debuginfod struct{ *Source }

// debuginfodPatience is how long a server may think: it may have to unpack a package
// first, or to ask others. It is what its own clients allow.
const debuginfodPatience = 90 * time.Second

// NewDebuginfod returns a source of what a debuginfod server has, which may be one
// that asks others.
func NewDebuginfod(c *fetch.Client, baseURL string, o Options) (*Debuginfod, error) {
	t, err := newTree(c, baseURL, o.Header)
	if err != nil {
		return nil, err
	}
	t.base = t.base.JoinPath("buildid")
	t.head = debuginfodPatience
	return &Debuginfod{newSource(t, o, false, layout.Layout{Scheme: layout.Debuginfod})}, nil
}

// Find is that of [Source.Find]. Files with debug information can be asked for source
// code, too.
func (d *Debuginfod) Find(ctx context.Context, im *debugimage.Image) (source.Result, error) {
	res, err := d.Source.Find(ctx, im)
	id := im.CodeID
	for i := range res.Files {
		if res.Files[i].Features.DebugInfo {
			res.Files[i].Code = func(ctx context.Context, path string) ([]byte, error) { return d.Code(ctx, id, path) }
		}
	}
	return res, err
}

// Code returns the text of a source file of a build, by its absolute path in debug
// information. The error is fs.ErrNotExist, by errors.Is, if the server does not have
// it. What is an HTML page instead is no answer.
func (d *Debuginfod) Code(ctx context.Context, buildID, file string) ([]byte, error) {
	if !strings.HasPrefix(file, "/") || strings.ContainsRune(file, 0) {
		return nil, fmt.Errorf("source file %q: %w: its path is not absolute", file, fs.ErrNotExist)
	}
	e, err := d.part(ctx, buildID, "source"+path.Clean(file))
	if err != nil {
		return nil, err
	}
	if e.Size > source.MaxCodeFile {
		return nil, fmt.Errorf("source file %q: larger than %d bytes", file, source.MaxCodeFile)
	}
	return os.ReadFile(e.Path)
}

// Section returns the path of a file with what a section of a build's debug file or
// executable holds. It is to be opened soon. The error is fs.ErrNotExist, by
// errors.Is, if the server does not have it.
func (d *Debuginfod) Section(ctx context.Context, buildID, name string) (string, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return "", fmt.Errorf("section %q: %w", name, fs.ErrNotExist)
	}
	e, err := d.part(ctx, buildID, "section/"+name)
	return e.Path, err
}

// part returns something of a build that has no id inside.
func (d *Debuginfod) part(ctx context.Context, buildID, name string) (filecache.Entry, error) {
	id := debugimage.CleanCodeID(buildID)
	if len(id) < 2 || len(name) > maxPart {
		return filecache.Entry{}, fs.ErrNotExist
	}
	file := id + "/" + name
	e, err := d.options.Cache.Get(ctx, d.key(file), func(ctx context.Context, w *os.File) ([]byte, error) {
		in := &bounded{w: w, left: d.options.MaxSize}
		if err := d.getter.Get(ctx, file, in); err != nil {
			return nil, d.missOf(ctx, err)
		}
		if isPage(w) && !strings.Contains(path.Ext(name), "htm") {
			return nil, miss(source.Malformed, "a web page", lieAge)
		}
		return nil, nil
	})
	if m, ok := errors.AsType[*filecache.Miss](err); ok {
		look := parseMiss(m)
		err = errors.New(look.Detail)
		if look.Status == source.NotFound {
			err = fs.ErrNotExist
		}
		err = fmt.Errorf("%s: %w", d.origin(file), err)
	}
	return e, err
}

const maxPart = 4 << 10 // bytes of a path, as systems have it

// isPage reports whether a file begins like HTML.
func isPage(f *os.File) bool {
	head := make([]byte, 512)
	n, _ := f.ReadAt(head, 0)
	head = bytes.ToLower(bytes.TrimLeft(head[:n], "\ufeff \t\r\n"))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}
