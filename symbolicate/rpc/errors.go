package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

// domain is that of the ErrorInfo of our errors.
const domain = "nativesym"

// retryAfter is what an overloaded server tells callers to wait: about what it
// takes to answer those that wait already.
const retryAfter = 200 * time.Millisecond

// An Error is what a server said was wrong, or that it could not be asked.
type Error struct{ st *status.Status }

// Error returns the text that the library's own error would have, if it is one of
// the engine's, and otherwise one with the code in front.
func (e *Error) Error() string {
	if e.Reason() != ErrorReason_ERROR_REASON_UNSPECIFIED {
		return e.st.Message()
	}
	return e.st.Code().String() + ": " + e.st.Message()
}

// Reason returns why the server refused, and ERROR_REASON_UNSPECIFIED if it did
// not say.
func (e *Error) Reason() ErrorReason {
	for _, d := range e.st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == domain {
			return ErrorReason(ErrorReason_value[info.GetReason()])
		}
	}
	return ErrorReason_ERROR_REASON_UNSPECIFIED
}

// GRPCStatus returns the status with its code and details.
func (e *Error) GRPCStatus() *status.Status { return e.st }

// Is reports whether the error is that of a context that was cancelled or whose
// deadline passed, here or at the server.
func (e *Error) Is(target error) bool {
	switch e.st.Code() {
	case codes.Canceled:
		return target == context.Canceled
	case codes.DeadlineExceeded:
		return target == context.DeadlineExceeded
	}
	return false
}

// newError returns an error with a reason. More are details, after the ErrorInfo.
func newError(code codes.Code, reason ErrorReason, meta map[string]string, message string, more ...protoadapt.MessageV1) error {
	info := &errdetails.ErrorInfo{Reason: reason.String(), Domain: domain, Metadata: meta}
	st, err := status.New(code, clean(message)).WithDetails(append([]protoadapt.MessageV1{info}, more...)...)
	if err != nil { // details of ours that do not marshal
		return status.Error(code, message)
	}
	return st.Err()
}

// badField returns the error for a request with a field that makes no sense.
func badField(field, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	return newError(codes.InvalidArgument, ErrorReason_INVALID_REQUEST, nil, field+": "+what, violation(field, what))
}

func violation(field, what string) *errdetails.BadRequest {
	return &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field, Description: what}}}
}

func tooLarge(size, limit int) error {
	return newError(codes.InvalidArgument, ErrorReason_EVENT_TOO_LARGE, map[string]string{"limit": strconv.Itoa(limit)},
		fmt.Sprintf("a request of %d bytes, where %d are the most", size, limit))
}

// maxName is how much of a name errors repeat, which is the caller's and comes back in
// the end of a call.
const maxName = 64

func cut(name string) string {
	if len(name) > maxName {
		name = name[:maxName] + "…"
	}
	return clean(name)
}

func unknownScope(name string) error {
	name = cut(name)
	return newError(codes.NotFound, ErrorReason_UNKNOWN_SCOPE, map[string]string{"scope": name}, fmt.Sprintf("no scope %q", name))
}

func compressed(how string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf("messages compressed with %q, where none may be", cut(how)))
}

func overloaded() error {
	return newError(codes.ResourceExhausted, ErrorReason_OVERLOADED, nil, "too many requests wait",
		&errdetails.RetryInfo{RetryDelay: durationpb.New(retryAfter)})
}

func shuttingDown() error {
	return newError(codes.Unavailable, ErrorReason_SHUTTING_DOWN, nil, "the server is shutting down")
}

// internalFault says nothing of the fault: that is for the one who runs the server.
func internalFault() error {
	return newError(codes.Internal, ErrorReason_INTERNAL_FAULT, nil, "a fault of the server")
}

// typed returns an error of the engine as callers get it.
func typed(err error) error {
	var syntax *jsonspan.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return newError(codes.InvalidArgument, ErrorReason_INVALID_JSON, map[string]string{"offset": strconv.Itoa(syntax.Offset)},
			err.Error(), violation("json", syntax.Error()))
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, "cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		return status.Error(codes.DeadlineExceeded, "the time ran out")
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Unknown, err.Error())
}
