package symbolicate

import (
	"strings"
	"testing"
)

// threads.md, stacktrace: "Sentry will automatically move the stack trace of the
// only crashed thread, if there is a single exception."
func TestCrashedThreadsStackMoves(t *testing.T) {
	const (
		frames = `{"frames":[{"instruction_addr":"0x11010"}]}`
		moved  = "exception\n  f f.c:0x1010\n"
		stays  = "thread\n  f f.c:0x1010\n"
	)
	for _, tt := range []struct {
		name, exception, threads string
		want                     string
		has                      string
	}{
		{
			"one exception, one crashed thread", `{"type":"A"}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `},{"id":8}`,
			moved, `"thread_id":7`,
		},
		{
			"the exception names the thread", `{"thread_id":"7"}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `}`,
			moved, `{"thread_id":"7",`,
		},
		{
			"an empty stack is none", `{"stacktrace":{}}`, `{"stacktrace":` + frames + `,"id":"a","crashed":true}`,
			moved, `"thread_id":"a"`,
		},
		{
			"the exception names another thread", `{"thread_id":8}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `}`,
			stays, `{"thread_id":8}`,
		},
		{
			"the exception has a stack", `{"stacktrace":{"frames":[]}}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `}`,
			"exception\n" + stays, `{"stacktrace":{"frames":[]}}`,
		},
		{
			"two exceptions", `{},{}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `}`,
			stays, `{},{}`,
		},
		{
			"two crashed threads", `{}`, `{"id":7,"crashed":true,"stacktrace":` + frames + `},{"id":8,"crashed":true}`,
			stays, `[{}]`,
		},
		{
			"no crashed thread", `{}`, `{"id":7,"crashed":false,"stacktrace":` + frames + `}`,
			stays, `[{}]`,
		},
		{
			"a thread without id", `{}`, `{"crashed":true,"stacktrace":` + frames + `}`,
			stays, `[{}]`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			event := `{"platform":"native","exception":{"values":[` + tt.exception + `]},"threads":{"values":[` + tt.threads + `]},` + testImages + `}`
			out := symbolicateFake(t, Options{}, event)
			if got := picture(t, out); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if !strings.Contains(out, tt.has) {
				t.Errorf("no %s in %s", tt.has, out)
			}
		})
	}
}
