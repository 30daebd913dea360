package symbolicate

import (
	"fmt"
	"runtime"
	"strings"
)

// A panicError is a panic that was turned into an error: a fault of the engine on
// one file must not end a process that serves many.
type panicError struct {
	cause any
	site  string // the function that panicked, and the line
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v, in %s", e.cause, e.site) }

// safely calls fn. If that panics, the error is a *panicError.
func safely(fn func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &panicError{cause, panicSite()}
		}
	}()
	return fn()
}

// panicSite names the function that panicked, for a deferred call to ask.
func panicSite() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicking := false
	for {
		f, more := frames.Next()
		inRuntime := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !inRuntime || !more {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		panicking = panicking || inRuntime
	}
}
