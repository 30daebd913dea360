package symbolicate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A tables makes the tables of debug files. It is safe for concurrent use.
type tables struct {
	gate   gate             // a place for each processor
	memory int64            // of compiling one file
	cache  *filecache.Cache // nil: tables are in memory
	counts *counts
}

// Parts are what a table is made of.
type parts struct {
	scope string       // whose files they are
	debug source.File  // the debug file
	image *source.File // the image itself, whose symbols name what the debug file does not; nil without
}

// A compiled is a table, and what is to be remembered with it.
type compiled struct {
	table []byte
	notes notes
}

// Notes are what is remembered with a table.
type notes struct {
	Note    string `json:",omitempty"` // what of the files could not be read; they are called by placeholders
	Sources bool   `json:",omitempty"` // the debug information carries source code

	// Companions are the files besides the parts that the table is made of, and
	// Wanted are paths where there was none. They are where Scope looks for those
	// of a file at Path.
	Companions []companion `json:",omitempty"`
	Wanted     []string    `json:",omitempty"`
	Scope      string      `json:",omitempty"`
	Path       string      `json:",omitempty"`

	lacking bool // a part was not there: not to be remembered
}

type companion struct {
	Path   string
	Digest string // SHA-256 in hex
}

// Placeholders in a note for the names of the parts.
const (
	debugName = "\x00debug"
	imageName = "\x00image"
)

// open opens the table of parts: a file that is one, one from the cache, or a new
// one.
func (t *tables) open(ctx context.Context, p parts) (*opened, error) {
	switch {
	case p.debug.Compiled:
		table, err := symcache.OpenFile(p.debug.Path)
		if err != nil {
			return nil, err
		}
		return &opened{table: table}, nil
	case t.cache != nil:
		return t.openCached(ctx, p)
	}
	c, err := t.compile(ctx, p)
	if err != nil {
		return nil, err
	}
	return c.open(p)
}

// compile compiles parts when there is a processor for it, and uses those that
// nobody else does by then. Who comes later has one at once: a file that takes
// seconds must not keep others waiting that take none.
func (t *tables) compile(ctx context.Context, p parts) (*compiled, error) {
	if err := t.gate.enter(ctx); err != nil {
		return nil, err
	}
	defer t.gate.leave()
	start := time.Now()
	defer func() {
		t.counts.compiles.Add(1)
		t.counts.compileTime.Add(int64(time.Since(start)))
	}()
	return p.compile(symcache.Options{Context: ctx, Workers: 1 + t.gate.free(), Columns: true, Memory: t.memory})
}

// compile compiles parts into a table in memory.
func (p *parts) compile(opts symcache.Options) (*compiled, error) {
	c := &compiled{}
	if p.image != nil && !p.image.Compiled {
		im, err := p.image.Open()
		if err == nil {
			defer im.Close()
			opts.Image = im
		} else {
			c.notes.lacking = true
			c.notes.Note = "without the image's own symbols: " + err.Error()
		}
	}
	f, err := p.debug.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	res, err := symcache.Compile(f, opts)
	if err != nil {
		return nil, err
	}
	switch {
	case res.Broken > 0:
		c.notes.Note = fmt.Sprintf("units not read to their end: %d, the first: %v", res.Broken, res.Fault)
	case res.Fault != nil:
		c.notes.Note = res.Fault.Error()
	}
	c.notes.Note = p.anonymous(c.notes.Note)
	sources, _ := f.Sources()
	c.notes.Sources = len(sources) > 0
	read, wanted := f.Companions()
	for _, path := range read {
		c.notes.Companions = append(c.notes.Companions, companion{Path: path})
	}
	if c.notes.Wanted = wanted; len(read)+len(wanted) > 0 {
		c.notes.Scope, c.notes.Path = p.scope, p.debug.Path
	}
	c.table = res.Table
	return c, nil
}

// open returns the table in memory.
func (c *compiled) open(p parts) (*opened, error) {
	table, err := symcache.Open(c.table)
	if err != nil {
		return nil, err
	}
	return p.opened(table, &c.notes), nil
}

// opened returns the table of the parts.
func (p *parts) opened(t table, n *notes) *opened {
	o := &opened{table: t, note: p.named(n.Note), wanting: n.Wanted}
	if debug := p.debug; n.Sources {
		o.embedded = o.whenNeeded(func() (*source.Code, error) { return source.OpenEmbedded(debug) })
	}
	return o
}

// anonymous puts placeholders for the names of the parts into a text. The same
// bytes may be called otherwise elsewhere, and by whom that is not told.
func (p *parts) anonymous(text string) string {
	text = rename(text, p.debug.Path, debugName)
	if p.image != nil {
		text = rename(text, p.image.Path, imageName)
	}
	return text
}

// named is the inverse of anonymous, but it calls files by their origin.
func (p *parts) named(text string) string {
	text = rename(text, debugName, p.debug.Origin)
	if p.image != nil {
		text = rename(text, imageName, p.image.Origin)
	}
	return text
}

// rename puts one name for another in a text, if there is a name.
func rename(text, from, to string) string {
	if from == "" {
		return text
	}
	return strings.ReplaceAll(text, from, to)
}
