package symbolicate

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
)

// imageKind is the kind of keys in the cache on disk that say what remote sources
// had for an image: which of their files a table was made of. With that and the
// table, a process that starts asks no server and downloads nothing.
const imageKind = "image"

// A memory is what is remembered of the search for an image's debug file.
type memory struct {
	Table string           // name of the table's key
	Debug int              // which of Files the table was made of
	Files []rememberedFile // all of the image's, best first
	Local []string         // digests of those at hand: with others it would be another search
}

// A rememberedFile is a [source.File] that may be gone.
type rememberedFile struct {
	Path, Origin string
	Features     source.Features
	Code         bool // source code can be asked for where it is from
}

// memoryKey returns what the image has in the cache: whoever is told has the same
// scope, asks the same servers, and asks them the same.
func (l *loader) memoryKey(im *debugimage.Image) filecache.Key {
	var b strings.Builder
	fmt.Fprintf(&b, "scope %s", l.scope)
	for _, s := range l.remote {
		if named, ok := s.(fmt.Stringer); ok {
			fmt.Fprintf(&b, " %q", named)
		}
	}
	fmt.Fprintf(&b, " image %d %s %s %q %q", im.Type, im.DebugID, im.CodeID, baseName(im.CodeFile), baseName(im.DebugFile))
	return filecache.Key{Kind: imageKind, Name: b.String()}
}

// remember keeps for other processes what a search with remote sources came to.
func (l *loader) remember(ctx context.Context, im *debugimage.Image, s *search, f *debugFile) {
	if l.tables.cache == nil || len(s.remote.files) == 0 || !f.final() || f.kept == "" {
		return
	}
	m := memory{Table: f.kept}
	for i, file := range f.all {
		if file.Origin == f.path {
			m.Debug = i
		}
		m.Files = append(m.Files, rememberedFile{file.Path, file.Origin, file.Features, file.Code != nil})
	}
	var err error
	if m.Local, err = l.digests(ctx, s.local.files); err != nil {
		return
	}
	text, err := json.Marshal(m)
	if err != nil || len(text) > maxNotes {
		return
	}
	_, err = l.tables.cache.Get(ctx, l.memoryKey(im), func(_ context.Context, w *filecache.File) ([]byte, error) {
		_, err := w.Write(text)
		return text, err
	})
	if err != nil && ctx.Err() == nil {
		l.tables.counts.cacheFaults.Add(1)
		f.fault = err
	}
}

// recall returns what an earlier process remembered of the search for an image, nil
// if it cannot be used as it is.
func (l *loader) recall(ctx context.Context, im *debugimage.Image, s *search) *debugFile {
	if l.tables.cache == nil || len(l.remote) == 0 || source.HasDebugInfo(s.local.files) {
		return nil
	}
	key := l.memoryKey(im)
	e, err := l.tables.cache.Peek(key)
	if err != nil {
		return nil
	}
	f := l.recalled(ctx, im, s, e.Meta)
	if f != nil || ctx.Err() != nil {
		return f
	}
	_ = l.tables.cache.Forget(key) // else it cannot be replaced, and is found wrong again
	return nil
}

func (l *loader) recalled(ctx context.Context, im *debugimage.Image, s *search, text []byte) *debugFile {
	var m memory
	if json.Unmarshal(text, &m) != nil || m.Debug >= len(m.Files) {
		return nil
	}
	if local, err := l.digests(ctx, s.local.files); err != nil || !slices.Equal(local, m.Local) {
		return nil
	}
	e, err := l.tables.cache.Peek(filecache.Key{Kind: tableKind, Name: m.Table})
	if err != nil {
		return nil
	}
	f := &debugFile{lookups: slices.Clone(s.local.lookups)}
	for _, r := range m.Files {
		file := source.File{Path: r.Path, Origin: r.Origin, Features: r.Features}
		if file.Features.Sources && !anyThere([]string{file.Path}) {
			return nil
		}
		f.all = append(f.all, file)
		f.lookups = append(f.lookups, source.Lookup{Location: r.Origin, Status: source.Found})
	}
	debug := f.all[m.Debug]
	o := l.tables.openEntry(ctx, e, parts{scope: l.scope, debug: debug})
	if o == nil || o.embedded != nil && !anyThere([]string{debug.Path}) {
		return nil
	}
	if o.embedded != nil {
		o.embedded = o.whenNeeded(func() (*source.Code, error) { return embeddedAgain(debug, im) })
	}
	l.found(f, debug, o)
	if i := slices.IndexFunc(m.Files, func(r rememberedFile) bool { return r.Code }); i >= 0 {
		f.far = l.farAgain(*im, f.all[i])
	}
	l.tables.counts.tableHits.Add(1)
	return f
}

// farAgain returns the source code that can be asked for where an earlier process
// found a file. It searches for the file once, when a frame needs that and while the
// download is there.
func (l *loader) farAgain(im debugimage.Image, f source.File) farCode {
	one := newGate(1) // guards again
	var again *source.File
	return func(ctx context.Context) *source.Code {
		if one.enter(ctx) != nil {
			return nil
		}
		defer one.leave()
		if again == nil && anyThere([]string{f.Path}) {
			found, err := l.ask(ctx, &im, l.remote, true, l.retry)
			if i := slices.IndexFunc(found.files, func(g source.File) bool { return g.Origin == f.Origin }); err == nil && i >= 0 {
				again = &found.files[i]
			}
		}
		if again == nil {
			return nil
		}
		return again.Fetched(ctx)
	}
}

// embeddedAgain returns the source code in a debug file that was found by an earlier
// process, nil if the file is gone.
func embeddedAgain(f source.File, im *debugimage.Image) (*source.Code, error) {
	var res source.Result
	if !res.Try(f.Origin, f.Path, im) {
		return nil, nil
	}
	return source.OpenEmbedded(res.Files[0])
}

// digests returns the digests of files as text.
func (l *loader) digests(ctx context.Context, files []source.File) (list []string, err error) {
	for _, f := range files {
		digest, err := l.tables.digest(ctx, f.Path)
		if err != nil {
			return nil, err
		}
		list = append(list, hex.EncodeToString(digest[:]))
	}
	return list, nil
}
