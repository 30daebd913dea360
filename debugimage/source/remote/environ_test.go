package remote

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDebuginfodURLs(t *testing.T) {
	got := ParseDebuginfodURLs("  https://debuginfod.example/  ima:enforcing http://[::1]:8002\nhttps://debuginfod.example/ ima:ignore")
	if diff := cmp.Diff([]string{"https://debuginfod.example/", "http://[::1]:8002"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := ParseDebuginfodURLs(" \t"); got != nil {
		t.Errorf("of nothing: %q", got)
	}
}

func TestParseSymbolPath(t *testing.T) {
	dir := func(s string) PathElement { return PathElement{Dir: s} }
	store := func(s string) PathElement { return PathElement{Dir: s, Store: true} }
	url := func(s string) PathElement { return PathElement{URL: s} }
	for _, tt := range []struct {
		text string
		want []PathElement
	}{
		{``, nil},
		{`;;`, nil},
		{`C:\symbols`, []PathElement{dir(`C:\symbols`)}},
		{`/srv/symbols; ./more ;`, []PathElement{dir("/srv/symbols"), dir("./more")}},
		{`srv*https://msdl.example/download/symbols`, []PathElement{url("https://msdl.example/download/symbols")}},
		{`SRV*c:\a*d:\b*HTTPS://h/x`, []PathElement{store(`c:\a`), store(`d:\b`), url("HTTPS://h/x")}},
		{`srv**https://h/x`, []PathElement{url("https://h/x")}},
		{`srv*`, nil},
		{`srv*c:\a`, []PathElement{store(`c:\a`)}},
		{`symsrv*symsrv.dll*c:\a*https://h/x`, []PathElement{store(`c:\a`), url("https://h/x")}},
		{`symsrv*symsrv.dll`, nil},
		{`cache*c:\a;srv*https://h/x;srv*https://h/x;c:\a`, []PathElement{store(`c:\a`), url("https://h/x"), dir(`c:\a`)}},
		{`cache*;srv*http://h`, []PathElement{url("http://h")}},
		{`srv`, []PathElement{dir("srv")}},
	} {
		got, err := ParseSymbolPath(tt.text)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", tt.text, err, diff)
		}
	}
	for text, want := range map[string]string{
		`srv*\\server\share*https://h`:       `symbol path: "\\\\server\\share": a folder of another machine is not read`,
		`//server/share`:                     `symbol path: "//server/share": a folder of another machine is not read`,
		`ftp://user:secret@h/x`:              `symbol path: "ftp://…": want a URL of http or https, or a folder`,
		`c:\a;server*d:\b`:                   `symbol path: "server*…": want srv*, symsrv* or cache* before stores`,
		`https://u:secret@h*https://u:p@h/x`: `symbol path: a URL with a * in it: want srv* before stores`,
	} {
		if _, err := ParseSymbolPath(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzParseSymbolPath: whatever a symbol path says, its places are folders of this
// machine or URLs, one at a time.
func FuzzParseSymbolPath(f *testing.F) {
	for _, s := range []string{`srv*c:\a*https://h`, `symsrv*x.dll*\\s\x`, `cache*;a`, `srv*srv*a`, ` ; //h`, `http://a;http:/b`, `srv* \\h*x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		elements, err := ParseSymbolPath(text)
		if err != nil && elements != nil {
			t.Errorf("%+v, %v", elements, err)
		}
		for _, e := range elements {
			isURL := strings.HasPrefix(strings.ToLower(e.URL), "http://") || strings.HasPrefix(strings.ToLower(e.URL), "https://")
			if (e.Dir == "") != isURL || isURL && e.Store || strings.ContainsAny(e.Dir+e.URL, "*;") ||
				strings.HasPrefix(strings.ReplaceAll(e.Dir, `\`, "/"), "//") || strings.Contains(e.Dir, "://") {
				t.Errorf("%q has %+v", text, e)
			}
		}
	})
}
