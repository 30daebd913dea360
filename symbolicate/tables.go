package symbolicate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// A tables makes the tables of debug files.
type tables struct {
	gate   gate  // a place for each processor
	memory int64 // of compiling one file
	tableStats
}

func (t *tables) init(opts Options) {
	t.gate, t.memory = newGate(opts.Workers), opts.Memory
}

// open compiles files into a table in memory, or maps one that was compiled before.
func (t *tables) open(ctx context.Context, debug source.File, image *source.File) (*opened, error) {
	if debug.Compiled {
		table, err := symcache.OpenFile(debug.Path)
		if err != nil {
			return nil, err
		}
		return &opened{table: table}, nil
	}
	if err := t.gate.enter(ctx); err != nil {
		return nil, err
	}
	more := t.gate.enterMore(cap(t.gate) - 1)
	defer t.gate.leave(1 + more)
	start := time.Now()
	defer func() {
		t.compiles.Add(1)
		t.compileTime.Add(int64(time.Since(start)))
	}()
	return t.compile(ctx, debug, image, 1+more)
}

// compile compiles files into a table in memory.
func (t *tables) compile(ctx context.Context, debug source.File, image *source.File, workers int) (*opened, error) {
	o := &opened{}
	opts := symcache.Options{Workers: workers, Columns: true, Memory: t.memory}
	if image != nil && !image.Compiled {
		im, err := image.Open()
		if err == nil {
			defer im.Close()
			opts.Image = im
		} else {
			o.note = "without the image's own symbols: " + err.Error()
		}
	}
	f, err := debug.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	res, err := symcache.Compile(f, opts)
	if err != nil {
		return nil, err
	}
	if res.Broken > 0 {
		o.note = fmt.Sprintf("damaged units: %d, the first: %v", res.Broken, res.Fault)
	}
	if sources, _ := f.Sources(); len(sources) > 0 {
		o.embedded = embedded(debug)
	}
	o.table, err = symcache.Open(res.Table)
	return o, err
}

// embedded returns the source code that a debug file carries.
func embedded(f source.File) func() *source.Code {
	return sync.OnceValue(func() *source.Code {
		code, _ := source.OpenEmbedded(f)
		return code
	})
}
