package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFetched(t *testing.T) {
	if (File{}).Fetched(t.Context()) != nil {
		t.Error("there is source code of nowhere")
	}
	var asked []string
	f := File{Code: func(ctx context.Context, path string) ([]byte, error) {
		asked = append(asked, path)
		switch path {
		case "/gone.c":
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		case "/down.c":
			return nil, errors.New("no answer")
		case "/program":
			return []byte("\x7fELF\x00\xff"), nil
		}
		return []byte("of " + path + "\nend\n"), ctx.Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	code := f.Fetched(ctx)
	line := func(path string) string {
		_, line, _, _ := code.Lines(path, 1, 0)
		return string(line)
	}
	for _, tt := range []struct{ path, want string }{
		{"/a.c", "of /a.c"},
		{"/a.c", "of /a.c"},
		{"/gone.c", ""},
		{"/gone.c", ""},
		{"/program", ""},
		{"/b.c", "of /b.c"},
		{"/down.c", ""},
		{"/c.c", ""},
		{"/a.c", "of /a.c"},
	} {
		if got := line(tt.path); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.path, got, tt.want)
		}
	}
	if diff := cmp.Diff([]string{"/a.c", "/gone.c", "/program", "/b.c", "/down.c"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	asked, code = nil, f.Fetched(ctx)
	cancel()
	if got := line("/a.c"); got != "" || asked != nil {
		t.Errorf("after the end: %q, asked for %q", got, asked)
	}
}
