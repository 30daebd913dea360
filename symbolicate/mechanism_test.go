package symbolicate

import (
	"runtime"
	"syscall"
	"testing"
)

// Expected names are those of the systems' headers. relay-event-v1.txt,
// Mechanismmeta: "SDKs can safely omit code names and descriptions for well-known
// error codes, as it will be filled out by Sentry."
func TestMechanismNames(t *testing.T) {
	for _, tt := range []struct{ name, os, meta, want string }{
		{"a signal and its code", "Linux", `{"signal":{"number":11,"code":1}}`, `{"signal":{"number":11,"code":1,"name":"SIGSEGV","code_name":"SEGV_MAPERR"}}`},
		{"SIGBUS on Linux", "Linux", `{"signal":{"number":7,"code":2}}`, `{"signal":{"number":7,"code":2,"name":"SIGBUS","code_name":"BUS_ADRERR"}}`},
		{"SIGBUS on Apple's systems", "iOS", `{"signal":{"number":10,"code":0}}`, `{"signal":{"number":10,"code":0,"name":"SIGBUS"}}`},
		{"codes differ between systems", "macOS", `{"signal":{"number":8,"code":7}}`, `{"signal":{"number":8,"code":7,"name":"SIGFPE","code_name":"FPE_INTDIV"}}`},
		{"sent by someone", "Linux", `{"signal":{"number":6,"code":-6}}`, `{"signal":{"number":6,"code":-6,"name":"SIGABRT","code_name":"SI_TKILL"}}`},
		{"sent by someone, on Apple's systems", "macOS", `{"signal":{"number":6,"code":65537}}`, `{"signal":{"number":6,"code":65537,"name":"SIGABRT","code_name":"SI_USER"}}`},
		{"names that are there stay", "Linux", `{"signal":{"number":11,"name":"x","code":1,"code_name":null}}`, `{"signal":{"number":11,"name":"x","code":1,"code_name":"SEGV_MAPERR"}}`},
		{"no such signal", "Linux", `{"signal":{"number":99}}`, `{"signal":{"number":99}}`},
		{"an unknown system", "Plan 9", `{"signal":{"number":11}}`, `{"signal":{"number":11,"name":"SIGSEGV"}}`},
		{"an unknown system, and a number that systems disagree on", "Plan 9", `{"signal":{"number":10}}`, `{"signal":{"number":10}}`},
		{"windows has no signals", "Windows", `{"signal":{"number":11}}`, `{"signal":{"number":11}}`},
		{"a Mach exception", "iOS", `{"mach_exception":{"exception":1,"code":1,"subcode":8}}`, `{"mach_exception":{"exception":1,"code":1,"subcode":8,"name":"EXC_BAD_ACCESS"}}`},
		{"the last Mach exception", "iOS", `{"mach_exception":{"exception":13}}`, `{"mach_exception":{"exception":13,"name":"EXC_CORPSE_NOTIFY"}}`},
		{"an error", "Linux", `{"errno":{"number":35}}`, `{"errno":{"number":35,"name":"EDEADLK"}}`},
		{"the same number on Apple's systems", "macOS", `{"errno":{"number":35}}`, `{"errno":{"number":35,"name":"EAGAIN"}}`},
		{"an NSError has no names to fill in", "iOS", `{"ns_error":{"code":4,"domain":"NSCocoaErrorDomain"}}`, `{"ns_error":{"code":4,"domain":"NSCocoaErrorDomain"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			event := func(meta string) string {
				return `{"platform":"native","contexts":{"os":{"name":"` + tt.os + `"}},"exception":{"values":[{"mechanism":{"type":"x","meta":` + meta + `}}]}}`
			}
			if got := symbolicateFake(t, Options{}, event(tt.meta)); got != event(tt.want) {
				t.Errorf("got  %s\nwant %s", got, event(tt.want))
			}
		})
	}
}

// Only native events are ours.
func TestMechanismOfOtherPlatforms(t *testing.T) {
	const event = `{"platform":"python","exception":{"values":[{"mechanism":{"meta":{"errno":{"number":2}}}}]}}`
	if got := symbolicateFake(t, Options{}, event); got != event {
		t.Errorf("became %s", got)
	}
}

// The numbers of the system that the test runs on are right.
func TestSignalNamesOfThisSystem(t *testing.T) {
	thisOS, known := map[string]OS{"linux": Linux, "darwin": Apple}[runtime.GOOS]
	if !known {
		t.Skip("no names for", runtime.GOOS)
	}
	for _, tt := range []struct {
		signal syscall.Signal
		want   string
	}{
		{syscall.SIGSEGV, "SIGSEGV"},
		{syscall.SIGBUS, "SIGBUS"},
		{syscall.SIGCHLD, "SIGCHLD"},
		{syscall.SIGXFSZ, "SIGXFSZ"},
		{syscall.SIGSYS, "SIGSYS"},
	} {
		if got := (Signal{int64(tt.signal), thisOS}).Name(); got != tt.want {
			t.Errorf("signal %d is %q, want %s", tt.signal, got, tt.want)
		}
	}
	for number, want := range map[syscall.Errno]string{
		syscall.ENOENT: "ENOENT", syscall.EDEADLK: "EDEADLK", syscall.ENOTEMPTY: "ENOTEMPTY", syscall.ECONNREFUSED: "ECONNREFUSED",
		syscall.EINPROGRESS: "EINPROGRESS",
	} {
		if got := thisOS.errorName(int64(number)); got != want {
			t.Errorf("error %d is %q, want %s", number, got, want)
		}
	}
}
