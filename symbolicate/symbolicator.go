// Package symbolicate turns the bare addresses of a crash event's native stack
// traces into functions, files, lines and inlined calls.
//
// An event goes in as JSON and comes out with its frames filled; every byte that
// is not this package's to write stays as it was. [Symbolicator.Event] says
// which are.
//
// Events come from strangers. One that is not JSON is an error that says where;
// anything else comes back whole, and what could not be resolved says why.
// Memory and time are in proportion to the event and to the debug files it needs.
//
// So do debug files. One that is damaged, that the engine panics on, or that changes
// while it is used costs the frames of its image their names, and no others. What
// goes on at the same time has limits ([Options] and constants), so has what is kept.
// Whose files are found is kept apart by scopes, see [Symbolicator.Scoped].
package symbolicate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/demangle"
)

// Options say where a Symbolicator looks and what it keeps. The zero value
// knows no debug file.
type Options struct {
	// Sources are asked for the debug files of an image, all of them: they are at
	// hand. Of what they have, a file with debug information is preferred to one
	// with symbols only.
	Sources []Source

	// Remote are asked one after the other where Sources have no debug information
	// for an image, until one has. They are asked for 256 images of an event at most
	// that are not known from events before: the others say so.
	Remote []Source

	// Workers is how many processors are used to compile debug files, by all events
	// together. Zero means all there are.
	Workers int

	// MaxBytes is how much is kept in memory for the next event: tables, whether
	// they are in memory or mapped from files, the names that events had from them,
	// and what is known of images without debug files. The image that was used last
	// stays, whatever its size. Zero means 1 GiB.
	MaxBytes int64

	// Cache, if not nil, keeps tables on disk, from where they are mapped, and what
	// is known of files: a process that starts finds what another one has compiled.
	// Where the cache does not work, on a full disk, tables are in memory.
	Cache *filecache.Cache

	// Memory is how many bytes compiling one debug file should stay within, and the
	// most that its compressed sections may unpack to; zero sets no limit. See
	// [symcache.Options].
	Memory int64

	// RetryMissing is how long it is taken for granted that Remote do not have the
	// debug file that they did not have, unless they say so themselves. Zero means an
	// hour. Sources are asked again after seconds.
	RetryMissing time.Duration

	// InApp decides which frames are the application's own code, where the sender
	// has not: the first rule that matches does. Where none does, images in the
	// operating system's folders and sources in those of compilers and package
	// managers are not, and all others are.
	InApp []InAppRule

	// Code, if not nil, has the source code that frames show around their line.
	// What it does not have is taken from source bundles that Sources have, then
	// from debug files that carry source code themselves, then from where the debug
	// file is from, as far as the event's time allows.
	Code *source.Code

	// Report, if not nil, is told of each debug file that is there and cannot be read,
	// or not all of it, and of each table that the cache could not give or take: when
	// that is found out, not for every event that has the image. It is called by
	// several goroutines at once, which wait for it.
	Report func(context.Context, *ImageReport)

	// FromRaw reads the stack traces that an earlier run kept in raw_stacktrace
	// in place of the ones it made of them: for when better debug files have come.
	FromRaw bool
}

// A Symbolicator symbolicates events. It keeps what it has learnt of images for
// the next event, and is safe for concurrent use.
type Symbolicator struct {
	opts  Options
	name  string // of the scope, see Scoped; "" outermost
	scope uint32 // the same in one word
	load  func(context.Context, *debugimage.Image, *loaded, *searches) (*loaded, error)
	*engine
}

// An engine is what the scopes of a Symbolicator have in common.
type engine struct {
	store  store
	tables tables
	open   openFunc // of tables
	finds  gate
	names  *demangle.Cache
	counts counts
	scopes atomic.Uint32 // how many there are
	jobs   sync.Pool     // of *job
}

// maxFinds is how many images are looked for at once. Where that is done over a
// net it is waiting, not work.
const maxFinds = 64

// withDefaults returns o with a value in every field that has a default.
func (o Options) withDefaults() Options {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 30
	}
	if o.RetryMissing <= 0 {
		o.RetryMissing = time.Hour
	}
	return o
}

// New returns a Symbolicator.
func New(opts Options) *Symbolicator {
	opts = opts.withDefaults()
	e := &engine{
		finds: newGate(maxFinds),
		names: demangle.NewCache(0, demangle.Options{}),
	}
	e.store.init(opts.MaxBytes, &e.counts)
	e.store.report = opts.Report
	e.tables = tables{gate: newGate(opts.Workers), memory: opts.Memory, cache: opts.Cache, counts: &e.counts}
	e.open = e.tables.open
	e.jobs.New = func() any { return new(job) }
	return e.symbolicator("", opts)
}

// symbolicator returns a Symbolicator with a scope of its own.
func (e *engine) symbolicator(name string, opts Options) *Symbolicator {
	l := &loader{
		scope:  name,
		local:  opts.Sources,
		remote: opts.Remote,
		retry:  opts.RetryMissing,
		finds:  e.finds,
		tables: &e.tables,
		open:   e.open,
		names:  func() *nameTable { return newNameTable(e.names) },
	}
	return &Symbolicator{opts: opts, name: name, scope: e.scopes.Add(1), load: l.load, engine: e}
}

// Scoped returns a Symbolicator that asks sources and remote first, then those of
// s. It shares the limits of s, its memory and its cache, but what it finds is not
// seen by s nor by anything else that Scoped returned. The name says whose it is to
// other processes that have the same cache: who has it, sees what is found in it.
// Tables in the cache are shared by all that have found files of the same bytes.
func (s *Symbolicator) Scoped(name string, sources, remote []Source) *Symbolicator {
	opts := s.opts
	opts.Sources = slices.Concat(sources, opts.Sources)
	opts.Remote = slices.Concat(remote, opts.Remote)
	return s.engine.symbolicator(fmt.Sprintf("%s/%q", s.name, name), opts)
}

// FromRaw returns a Symbolicator that is s in all but Options.FromRaw, which is set.
func (s *Symbolicator) FromRaw() *Symbolicator {
	raw := *s
	raw.opts.FromRaw = true
	return &raw
}

// Close ends what is still being loaded for the next event (see
// [Symbolicator.Event]), and waits for it. Neither s nor any of its scopes is to be
// used afterwards.
func (s *Symbolicator) Close() { s.store.close() }

// Event returns the event with its native stack traces symbolicated. The text is
// not changed; the result may share it when there was nothing to do.
//
// Native are frames whose platform (their own, or else the event's) is native, c,
// cocoa, objc, swift or not said at all. Of those, frames with an
// instruction_addr are looked up, unless they have been before, here or at their
// sender. This is what is written, and no other byte changes:
//
//   - In a frame whose function is found: function (short), raw_function (whole, if
//     that is more), symbol (linker's), lang, filename, abs_path, lineno and colno
//     (absent if unknown), symbol_addr. Where calls were inlined, the frame is
//     followed by one for each, innermost last, with data.inlined set; they do not
//     repeat vars, lock, stack_start, and what is not ours beyond a kilobyte. An event
//     that grows too large by them is spared the rest, and data.symbolicator_reason
//     says so.
//   - In every frame that was looked up: package, image_addr, in_app unless the
//     sender knows, pre_context, context_line and post_context if there is source
//     code, data.symbolicator_status and, if that is not "symbolicated",
//     data.symbolicator_reason. The instruction_addr stays as reported; the address
//     that was looked up is in data.lookup_addr if it is another one.
//   - In debug_meta.images: debug_status, and of those with a debug file arch,
//     features, and the ids that were missing.
//   - Beside each stack trace: raw_stacktrace, the trace as it was.
//   - In errors: an entry for each image whose debug file was needed and is not there.
//   - In an exception's mechanism.meta: names of signals, codes, Mach exceptions and
//     errno values that the sender left out.
//
// The stack trace of the only thread that crashed moves to the only exception, if
// that has none.
//
// When the context's deadline passes, the event comes back at once with what was
// known by then, and the images that were waited for say so. What was being looked
// for, downloaded or compiled goes on for a while ([Linger]), for the next event to
// find: else a file that takes longer than a deadline would never be there. When
// the context is cancelled, or the text is not JSON, Event returns an error, and
// what nobody else waits for ends.
func (s *Symbolicator) Event(ctx context.Context, text []byte) ([]byte, error) {
	return s.AppendEvent(ctx, nil, text)
}

// AppendEvent is [Symbolicator.Event] for those who have memory for the result: it is
// appended to dst, and shares nothing with the text unless dst is nil.
func (s *Symbolicator) AppendEvent(ctx context.Context, dst, text []byte) ([]byte, error) {
	j, err := s.run(ctx, text)
	defer s.done(j, err)
	if err != nil {
		return nil, err
	}
	return j.write(dst), nil
}

// run reads an event and finds out what its frames are.
func (s *Symbolicator) run(ctx context.Context, text []byte) (*job, error) {
	j := s.jobs.Get().(*job)
	if err := j.doc.Parse(text); err != nil {
		return j, fmt.Errorf("event: %w", err)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return j, context.Cause(ctx)
	}
	j.ctx, j.rules, j.code = ctx, s.opts.InApp, s.opts.Code
	j.read(s.opts.FromRaw)
	return j, s.resolve(ctx, j)
}

// done takes a job back when its results are written, or there is an error in their
// place, and counts them. Tables that could not be read are opened anew for the next
// event.
func (s *Symbolicator) done(j *job, err error) {
	o := Outcomes{Events: [...]uint64{EventFailed: 1}}
	if err == nil {
		o = j.outcomes()
	}
	s.counts.outcomes.add(&o)
	for _, i := range j.lost {
		s.store.forget(keyOf(s.scope, &j.images[i]))
		s.store.tell(j.ctx, &j.images[i], j.files[i])
	}
	if j.reset() {
		s.jobs.Put(j)
	}
}
