package symbolicate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A debugFile is what became of the search for an image's debug file, and the
// file if there is one. It is safe for concurrent use.
type debugFile struct {
	status   ImageStatus
	reason   string // why the status is not ImageFound, or what is missing all the same
	path     string // what to call it in messages
	features source.Features
	arch     objfile.Arch
	*opened                      // nil unless the status is ImageFound
	code     func() *source.Code // of the image's source bundle; nil without
	far      farCode             // that can be asked for where the file is from; nil without
	all      []source.File       // the image's files, best first
	lookups  []source.Lookup     // what was asked for, see maxLookups
	gone     bool                // it was found, and then it was not there
	unsought bool                // remote sources were not asked: not to be kept
}

// size returns how many bytes of memory f takes, with its table and without its names.
func (f *debugFile) size() int64 {
	n := int64(reflect.TypeFor[debugFile]().Size()) + int64(len(f.reason)+len(f.path))
	n += int64(len(f.all)) * int64(reflect.TypeFor[source.File]().Size())
	for _, l := range f.lookups {
		n += int64(reflect.TypeFor[source.Lookup]().Size()) + int64(len(l.Location)+len(l.Detail))
	}
	if f.opened != nil {
		n += f.table.Size()
	}
	return n
}

// hasSources reports whether there is source code of a file that was found.
func (f *debugFile) hasSources() bool { return f.code != nil || f.embedded != nil }

// An opened is a debug file that can be asked. It outlives the store's interest in
// it for as long as an event uses it.
type opened struct {
	table    table
	note     string              // what of the file could not be read, if anything
	wanting  []string            // paths where more of its debug information would be
	kept     string              // name of its key in the cache on disk; "" it is not there
	fault    error               // of the cache on disk; nil if it did what it should
	embedded func() *source.Code // source code that it carries; nil without
	names    *nameTable
}

// A table answers which functions and lines are at an address.
type table interface {
	Lookup(dst []symcache.Frame, rel uint64) []symcache.Frame
	LookupAll(rels []uint64, yield func(i int, frames []symcache.Frame))
	Arch() string
	DebugID() string
	CodeID() string
	Base() uint64
	Size() int64
}

// A loader makes debugFiles for one scope.
type loader struct {
	scope         string
	local, remote []Source
	retry         time.Duration // how long to believe that remote have nothing
	finds         gate
	tables        *tables
	open          openFunc // of tables
	names         func() *nameTable
}

type openFunc func(context.Context, parts) (*opened, error)

// load finds the files of an image and opens the best, as a [loadFunc] does: whatever
// goes wrong besides the context is in the debugFile. Where remote sources have to be
// asked, it takes one of left.
func (l *loader) load(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
	if im.DebugID.IsZero() && im.CodeID == "" {
		return &loaded{file: &debugFile{status: ImageMissing, reason: "the image has neither debug id nor code id"}}, nil
	}
	if last == nil {
		var found search
		if err := l.askLocal(ctx, im, &found); err != nil {
			return nil, err
		}
		if f := l.recall(ctx, im, &found); f != nil {
			return &loaded{file: f}, nil
		}
		last = &loaded{file: &debugFile{}, search: found}
	}
	now, err := l.attempt(ctx, im, last, left)
	if err == nil && now.file.gone { // since it was found: what is downloaded is not kept for ever
		return l.attempt(ctx, im, &loaded{file: &debugFile{}}, left)
	}
	return now, err
}

// attempt finds the files of an image and opens the best, unless that is what it
// was last time.
func (l *loader) attempt(ctx context.Context, im *debugimage.Image, last *loaded, left *searches) (*loaded, error) {
	f, found := last.file, last.search
	if err := l.askLocal(ctx, im, &found); err != nil {
		return nil, err
	}
	unsought, err := l.askRemote(ctx, im, &found, left)
	if err != nil {
		return nil, err
	}
	if files := found.files(); unsought || !f.isOf(files) {
		if f, err = l.openBest(ctx, files); err != nil {
			return nil, err
		}
		if f == nil {
			f = notFound(im, found.lookups())
		}
		f.all, f.lookups = files, found.lookups()
		if unsought {
			f.missSearch()
		}
		l.remember(ctx, im, &found, f)
	}
	return &loaded{file: f, search: found, until: f.until(found.again())}, nil
}

// final reports whether nothing better than f may be found.
func (f *debugFile) final() bool {
	return f.status == ImageFound && f.features.DebugInfo && len(f.wanting) == 0
}

// until returns when it is worth looking for something better than f, if that may
// be there at a time; zero for never.
func (f *debugFile) until(again time.Time) time.Time {
	switch {
	case f.final():
		return time.Time{}
	case f.status == ImageOther || f.gone:
		return time.Now().Add(retryFailed)
	}
	return again
}

// isOf reports whether f is what opening the best of files would give.
func (f *debugFile) isOf(files []source.File) bool {
	return f.status == ImageFound && !anyThere(f.wanting) && slices.EqualFunc(f.all, files, func(a, b source.File) bool {
		return a.Path == b.Path && a.Digest == b.Digest
	})
}

// openBest opens the first of the files that can be opened. It returns nil if
// there are none, and what is wrong with the first if none can be. The error is the
// context's.
func (l *loader) openBest(ctx context.Context, files []source.File) (*debugFile, error) {
	var worse *debugFile
	for i, file := range files {
		if file.Features.Sources {
			continue
		}
		var o *opened
		err := safely(func() (err error) {
			o, err = l.open(ctx, parts{l.scope, file, symbolsOf(files[i+1:])})
			return err
		})
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && worse == nil:
			worse = l.unusable(file, err)
			continue
		case err != nil:
			continue
		case file.Compiled:
			o.embedded = embeddedIn(files[i+1:])
		}
		f := &debugFile{all: files}
		if l.found(f, file, o); worse != nil {
			f.reason = worse.reason
		}
		return f, nil
	}
	return worse, nil
}

// unusable is what is to be said of a file that cannot be opened.
func (l *loader) unusable(file source.File, err error) *debugFile {
	f := &debugFile{status: ImageMalformed, path: file.Origin}
	f.reason = rename(err.Error(), file.Path, file.Origin)
	f.gone = errors.Is(err, fs.ErrNotExist)
	if fault := (*panicError)(nil); errors.As(err, &fault) {
		l.tables.counts.panics.Add(1)
		f.status, f.reason = ImageOther, file.Origin+": "+f.reason
	}
	return f
}

// found completes f, whose files are set, with the one of them that was opened.
func (l *loader) found(f *debugFile, file source.File, o *opened) {
	o.names = l.names()
	f.status, f.reason, f.path, f.features = ImageFound, o.note, file.Origin, file.Features
	f.arch = objfile.ParseArch(o.table.Arch())
	f.opened = o
	f.code = o.bundleIn(f.all)
	if i := slices.IndexFunc(f.all, func(f source.File) bool { return f.Code != nil }); i >= 0 {
		f.far = f.all[i].Fetched
	}
	// Events use a file after the store has forgotten it, so the collector is
	// the one to know when a mapped table is done with.
	if mapped, ok := o.table.(io.Closer); ok {
		runtime.AddCleanup(o, func(c io.Closer) { c.Close() }, mapped)
	}
}

// whenNeeded returns what opens source code once, when the first frame asks for it.
// Where there is none after all, it returns nil.
func (o *opened) whenNeeded(open func() (*source.Code, error)) func() *source.Code {
	return sync.OnceValue(func() *source.Code {
		code, err := open()
		if err != nil || code == nil {
			return nil
		}
		o.names.charge(source.MaxBuildCode)
		return code
	})
}

// bundleIn returns the source code in the first of the files that is a bundle of it.
func (o *opened) bundleIn(files []source.File) func() *source.Code {
	i := slices.IndexFunc(files, func(f source.File) bool { return f.Features.Sources })
	if i < 0 {
		return nil
	}
	return o.whenNeeded(func() (*source.Code, error) { return source.OpenBundle(files[i].Path) })
}

// A farCode returns source code for one event, which may take asking for: it ends
// with the event's context. It returns nil if there is none.
type farCode func(context.Context) *source.Code

// embeddedIn returns the source code in the first of the files whose debug
// information carries any.
func embeddedIn(files []source.File) func() *source.Code {
	for _, f := range files {
		if f.Features.DebugInfo {
			if code, err := source.OpenEmbedded(f); err == nil && code != nil {
				return func() *source.Code { return code }
			}
		}
	}
	return nil
}

// symbolsOf returns the first of the files that has nothing but symbols, as an
// executable beside its debug file has.
func symbolsOf(files []source.File) *source.File {
	for i := range files {
		if f := &files[i].Features; f.Symbols && !f.DebugInfo {
			return &files[i]
		}
	}
	return nil
}

// maxOthers is how many files a reason names that are not the one: each frame has
// a reason.
const maxOthers = 3

// notFound says which file was asked for, and what there was instead.
func notFound(im *debugimage.Image, lookups []source.Lookup) *debugFile {
	f := &debugFile{status: ImageMissing}
	var ids []string
	if !im.DebugID.IsZero() {
		ids = append(ids, "debug id "+im.DebugID.String())
	}
	if im.CodeID != "" {
		ids = append(ids, "code id "+im.CodeID)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "no debug file with %s", strings.Join(ids, " or "))
	told := 0
	for _, l := range lookups {
		f.status = max(f.status, statusOf(l.Status))
		if l.Status == source.NotFound || told > maxOthers {
			continue
		}
		switch told++; {
		case told > maxOthers:
			b.WriteString("; and so on")
		case l.Status == source.OtherID:
			fmt.Fprintf(&b, "; %s has %s", l.Location, l.Detail)
		case strings.Contains(l.Detail, l.Location):
			fmt.Fprintf(&b, "; %s", l.Detail)
		default:
			fmt.Fprintf(&b, "; %s: %s", l.Location, l.Detail)
		}
	}
	f.reason = strings.ReplaceAll(b.String(), "\n", "; ")
	return f
}

// statusOf returns what a lookup makes of an image that nobody has the debug file of.
// What gives more hope is the greater.
func statusOf(s source.Status) ImageStatus {
	switch s {
	case source.Malformed:
		return ImageMalformed
	case source.TooLarge:
		return ImageTooLarge
	case source.Failed:
		return ImageFetchingFailed
	}
	return ImageMissing
}
