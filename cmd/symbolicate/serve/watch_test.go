package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

// An event has as many images as it likes, with names and ids as long as it likes.
func TestWarningsAreBounded(t *testing.T) {
	const long = 1 << 20
	var out bytes.Buffer
	w := &watch{log: slog.New(slog.NewTextHandler(&out, nil))}
	im := &debugimage.Image{CodeFile: strings.Repeat("n", long), CodeID: strings.Repeat("a", long)}
	w.warn(t.Context(), "http", im, strings.Repeat("ü", long))
	if got := out.String(); len(got) > 4*maxLogged || strings.Count(got, "\n") != 1 || !strings.Contains(got, "…") {
		t.Errorf("a warning of %d bytes: %.200s", len(got), got)
	}
	for i := range 10 * maxSaid {
		im := &debugimage.Image{CodeFile: "prog", CodeID: fmt.Sprintf("%08x", i)}
		w.warn(t.Context(), "http", im, "error: the server does not answer")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := `"more warnings about debug files are left out" for=1m0s`; len(lines) != maxSaid || !strings.HasSuffix(lines[len(lines)-1], want) {
		t.Errorf("%d warnings, want %d; the last is %s, want …%s", len(lines), maxSaid, lines[len(lines)-1], want)
	}
	if got := w.mayWarn("another", time.Now()); got != saidAlready {
		t.Errorf("the next is %d, want %d", got, saidAlready)
	}
	if got := w.mayWarn("another", time.Now().Add(2*warnEvery)); got != saidNever || len(w.said) != 1 {
		t.Errorf("later it is %d, of %d; want %d, of 1", got, len(w.said), saidNever)
	}
}

// A silent source answers nothing as long as somebody waits.
type silent struct{}

func (silent) Find(ctx context.Context, _ *debugimage.Image) (source.Result, error) {
	<-ctx.Done()
	return source.Result{}, ctx.Err()
}

// A source that is waited for too long is in the log while that goes on.
func TestSlowSourcesAreLogged(t *testing.T) {
	for patience, want := range map[time.Duration]bool{slow - 1: false, slow + 1: true} {
		synctest.Test(t, func(t *testing.T) {
			var out logBuffer
			w := &watch{log: slog.New(slog.NewTextHandler(&out, nil)), metrics: newMetrics()}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if _, err := w.over("debuginfod", silent{}).Find(ctx, &debugimage.Image{}); err == nil {
				t.Error("Find does not fail")
			}
			if got := strings.Contains(out.String(), `source=debuginfod cause="slow: no answer after 10s"`); got != want {
				t.Errorf("after %v the log has %q", patience, out.String())
			}
		})
	}
}

// A debug file that the engine cannot read is in the log once a minute.
func TestBrokenFilesAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out logBuffer
		w := &watch{log: slog.New(slog.NewTextHandler(&out, nil)), metrics: newMetrics()}
		r := symbolicate.ImageReport{
			Image:  debugimage.Image{CodeID: "0123", CodeFile: "/usr/lib/a.so"},
			Status: symbolicate.ImageMalformed, File: "/symbols/a.debug", Reason: "damaged units: 1",
		}
		for _, want := range []int{1, 1, 2} {
			w.report(t.Context(), &r)
			const line = `level=WARN msg="debug file" request="" image=/usr/lib/a.so id=0123 source=engine cause="malformed: /symbols/a.debug: damaged units: 1"`
			if got := strings.Count(out.String(), line); got != want {
				t.Errorf("%d lines, want %d:\n%s", got, want, out.String())
			}
			time.Sleep(warnEvery / 2)
		}
	})
}

// An error may repeat what a caller said.
func TestLoggedErrorsAreShort(t *testing.T) {
	var out bytes.Buffer
	o := &observer{log: slog.New(slog.NewTextHandler(io.Writer(&out), nil)), metrics: newMetrics()}
	ctx := o.TagRPC(context.Background(), &stats.RPCTagInfo{FullMethodName: "/x/Y"})
	o.HandleRPC(ctx, &stats.End{Error: status.Error(codes.NotFound, "no scope "+strings.Repeat("s", 1<<20))})
	if n := out.Len(); n == 0 || n > 2*maxLogged {
		t.Errorf("%d bytes are logged, want at most %d", n, 2*maxLogged)
	}
}
