package symbolicate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A Source finds the debug files of an image.
type Source interface {
	// Find returns what there is. Nothing found is an answer; an error is a source
	// that cannot be asked.
	Find(context.Context, *debugimage.Image) (source.Result, error)
}

// A table answers which functions and lines are at an address.
type table interface {
	Lookup(dst []symcache.Frame, rel uint64) []symcache.Frame
	Arch() string
	DebugID() string
	CodeID() string
	Base() uint64
}

// A debugFile is what became of the search for an image's debug file, and the
// file if there is one. It is safe for concurrent use.
type debugFile struct {
	status   ImageStatus
	reason   string // why the status is not ImageFound, or what is missing all the same
	path     string
	features source.Features
	arch     objfile.Arch
	table    table
	names    *nameTable
	code     *source.Code  // of the image's source bundle; nil without
	embedded *source.Code  // in its debug information; nil without
	all      []source.File // the image's files, best first
}

// A loader makes debugFiles.
type loader struct {
	sources []Source
	names   func() *nameTable

	// open makes a table of a debug file and, if that is another file, the image
	// itself, whose symbols name what the debug file does not. The note says what of
	// the file could not be read, if anything.
	open func(debug source.File, image *source.File) (t table, note string, err error)
}

// load asks every source. Its errors are those of the context; what goes wrong
// otherwise is in the debugFile.
func (l *loader) load(ctx context.Context, im *debugimage.Image) (*debugFile, error) {
	if im.DebugID.IsZero() && im.CodeID == "" {
		return &debugFile{status: ImageMissing, reason: "the image has neither debug id nor code id"}, nil
	}
	var files []source.File
	var lookups []source.Lookup
	var faults []error
	for _, s := range l.sources {
		res, err := s.Find(ctx, im)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			faults = append(faults, err)
		}
		files = append(files, res.Files...)
		lookups = append(lookups, res.Lookups...)
	}
	source.Rank(files)
	f := l.openBest(files)
	if f == nil {
		return notFound(im, lookups, faults), nil
	}
	f.code, f.embedded, f.all = openCode(files), openEmbedded(files), files
	return f, nil
}

// openBest opens the first of the files that can be opened. It returns nil if
// there are none, and what is wrong with the last if none can be.
func (l *loader) openBest(files []source.File) (best *debugFile) {
	for i, file := range files {
		if file.Features.Sources {
			continue
		}
		t, note, err := l.open(file, symbolsOf(files[i+1:]))
		if err != nil {
			best = &debugFile{status: ImageMalformed, reason: err.Error(), path: file.Path}
			continue
		}
		best = &debugFile{
			status:   ImageFound,
			reason:   note,
			path:     file.Path,
			features: file.Features,
			arch:     objfile.ParseArch(t.Arch()),
			table:    t,
			names:    l.names(),
		}
		// Events use a file after the store has forgotten it, so the collector is
		// the one to know when a mapped table is done with.
		if mapped, ok := t.(io.Closer); ok {
			runtime.AddCleanup(best, func(c io.Closer) { c.Close() }, mapped)
		}
		return best
	}
	return best
}

// openCode opens the first source bundle among the files that can be opened.
func openCode(files []source.File) *source.Code {
	for _, file := range files {
		if file.Features.Sources {
			if code, err := source.OpenBundle(file.Path); err == nil {
				return code
			}
		}
	}
	return nil
}

// openEmbedded opens the first of the files whose debug information carries source
// code.
func openEmbedded(files []source.File) *source.Code {
	for _, file := range files {
		if !file.Features.DebugInfo {
			continue
		}
		if code, err := source.OpenEmbedded(file); err == nil && code != nil {
			return code
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

// maxOthers is how many files a reason names that are not the one: an archive of
// symbols may have a thousand builds of one library, and each frame has a reason.
const maxOthers = 3

// notFound says which file was asked for, and what there was instead.
func notFound(im *debugimage.Image, lookups []source.Lookup, faults []error) *debugFile {
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
		if l.Status == source.Malformed {
			f.status = ImageMalformed
		}
		if l.Status == source.NotFound || told > maxOthers {
			continue
		}
		switch told++; {
		case told > maxOthers:
			b.WriteString("; and so on")
		case l.Status == source.Malformed:
			fmt.Fprintf(&b, "; %s", l.Detail)
		default:
			fmt.Fprintf(&b, "; %s has %s", l.Location, l.Detail)
		}
	}
	if len(faults) > 0 {
		f.status = ImageFetchingFailed
		fmt.Fprintf(&b, "; %s", errors.Join(faults...))
	}
	f.reason = strings.ReplaceAll(b.String(), "\n", "; ")
	return f
}

// openTable compiles files into a table in memory, or maps one that was compiled
// before.
func openTable(workers int) func(source.File, *source.File) (table, string, error) {
	return func(debug source.File, image *source.File) (table, string, error) {
		if debug.Compiled {
			t, err := symcache.OpenFile(debug.Path)
			return t, "", err
		}
		note := ""
		opts := symcache.Options{Workers: workers, Columns: true}
		if image != nil && !image.Compiled {
			im, err := image.Open()
			if err == nil {
				defer im.Close()
				opts.Image = im
			} else {
				note = "without the image's own symbols: " + err.Error()
			}
		}
		f, err := debug.Open()
		if err != nil {
			return nil, "", err
		}
		defer f.Close()
		res, err := symcache.Compile(f, opts)
		if err != nil {
			return nil, "", err
		}
		if res.Broken > 0 {
			note = fmt.Sprintf("damaged units: %d, the first: %v", res.Broken, res.Fault)
		}
		t, err := symcache.Open(res.Table)
		return t, note, err
	}
}
