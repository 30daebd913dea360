package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Kind says why there is no file.
type Kind uint8

// The kinds.
const (
	Failed    Kind = iota // the server could not be asked, or broke off
	NotFound              // the server says that it has no such file
	Forbidden             // the server wants other credentials
	Server                // the server is at fault, says itself
	Timeout               // it takes too long
	Blocked               // the host failed so often that it was not asked
	Refused               // the URL, an address or a redirect is not allowed
	TooLarge              // the file is larger than it may be
)

var kinds = [...]string{"failed", "not_found", "forbidden", "server", "timeout", "blocked", "refused", "too_large"}

// String returns the kind in a word.
func (k Kind) String() string { return kinds[k] }

// isServers reports whether the server is to blame.
func (k Kind) isServers() bool { return k == Failed || k == Server || k == Timeout }

// An Error is why there is no file. One that says NotFound is fs.ErrNotExist, one
// of a context that is done is what ended it.
type Error struct {
	Kind Kind
	URL  string // as [Redact] has it
	Err  error

	retryAfter time.Duration
	final      bool // trying again is of no use
}

func (e *Error) Error() string {
	text := e.Err.Error()
	if e.URL != "" {
		text = e.URL + ": " + text
	}
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}

// maxText is where the text of an error ends: a server may be quoted in it.
const maxText = 1000

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is fs.ErrNotExist and e says that there is no file.
func (e *Error) Is(target error) bool { return target == fs.ErrNotExist && e.Kind == NotFound }

// mayPass reports whether the same question may have another answer soon.
func (e *Error) mayPass() bool {
	return (e.Kind == Failed || e.Kind == Server) && !e.final && e.retryAfter <= maxRetryAfter
}

var (
	errTimeout = errors.New("the download takes too long")
	errSilent  = errors.New("the server does not answer")
	errStalled = errors.New("the server sends too slowly")
)

func errBlocked(until time.Time) error {
	return fmt.Errorf("the host failed too often, not asked until %s", until.UTC().Format(time.RFC3339))
}

// classify makes an error of an attempt an *Error, unless it is the writer's.
func classify(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[writeError](err); ok {
		return e.error
	}
	switch cause := context.Cause(ctx); {
	case cause == errTimeout, cause == errSilent, cause == errStalled:
		return &Error{Kind: Timeout, Err: cause}
	case ctx.Err() == context.DeadlineExceeded:
		return &Error{Kind: Timeout, Err: ctx.Err()}
	case ctx.Err() != nil:
		return &Error{Kind: Failed, Err: ctx.Err()}
	}
	if e, ok := errors.AsType[*Error](err); ok {
		fresh := *e // what is shared stays as it is
		return &fresh
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return &Error{Kind: Timeout, Err: err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the server broke off")
	}
	return &Error{Kind: Failed, Err: err}
}

// statusError returns what a response says that has no file.
func statusError(resp *http.Response) error {
	discard(resp.Body)
	e := &Error{Kind: Failed, final: true, Err: fmt.Errorf("server said %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
	switch code := resp.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		e.Kind = NotFound
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		e.Kind = Forbidden
	case code >= 500 || code == http.StatusTooManyRequests:
		e.Kind, e.final = Server, false
		if s, err := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 32); err == nil {
			e.retryAfter = time.Duration(s) * time.Second
		}
	}
	return e
}
