package source

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
)

// A file is called by its origin, wherever its bytes are.
func TestTry(t *testing.T) {
	const origin = "http://symbols.test/shop.debug"
	for _, tt := range []struct {
		name string
		data []byte
		want []string
	}{
		{"of the image", fixture.Read(t, shopDebug), []string{"file blob, debug info, symbols", "ok " + origin}},
		{
			"of another", fixture.Read(t, "bin/shop-clang19-x86_64"),
			[]string{"other_id " + origin + " debug id adc720fa-7d87-872c-5561-e4a840ca1696, code id fa20c7ad877d2c875561e4a840ca1696c13d1d78"},
		},
		{"of none", []byte("<html>"), []string{"malformed " + origin + " " + origin + ": unknown object file format"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "blob"), tt.data)
			var res Result
			found := res.Try(origin, filepath.Join(dir, "blob"), shop())
			if diff := cmp.Diff(tt.want, show(dir, res)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if want := len(res.Files) == 1; found != want || found && res.Files[0].Origin != origin {
				t.Errorf("found %v, want %v, from %s; files %+v", found, want, origin, res.Files)
			}
		})
	}
}

func TestStatusString(t *testing.T) {
	var got []string
	for s := NotFound; s <= TooLarge; s++ {
		got = append(got, s.String())
	}
	if got, want := strings.Join(got, " "), "notfound ok other_id malformed error too_large"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
