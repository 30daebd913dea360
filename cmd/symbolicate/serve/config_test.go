package serve

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"
)

// load loads a configuration from all places that it may come from.
func load(t *testing.T, file string, env map[string]string, args ...string) (*Config, []Group, error) {
	t.Helper()
	c := Default()
	groups := c.Groups()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	for _, g := range groups {
		flags.AddFlagSet(g.FlagSet)
	}
	if err := flags.Parse(args); err != nil {
		return nil, nil, err
	}
	path := ""
	if file != "" {
		path = filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := Load(groups, path, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil && path != "" {
		err = errorText(strings.ReplaceAll(err.Error(), path, "config.yaml"))
	}
	return c, groups, err
}

type errorText string

func (e errorText) Error() string { return string(e) }

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestPrecedence sets things in one to three places: flags win over the
// environment, that over the file, that over the defaults.
func TestPrecedence(t *testing.T) {
	const file = "drain: 1s\nmax-event: 1M\nlisten: [a:1, b:2]\nsymbols: /file\n"
	env := map[string]string{"NATIVESYM_MAX_EVENT": "2M", "NATIVESYM_LISTEN": "c:3, unix:/d\ne:5", "NATIVESYM_LOG_LEVEL": "warn"}
	c, _, err := load(t, file, env, "--listen", "f:6", "--listen", "g:7", "--log-level=error")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Drain = time.Second
	want.MaxEvent = 2 << 20
	want.Listen = []string{"f:6", "g:7"}
	want.Symbols = []string{"/file"}
	want.LogLevel = 8
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c, _, err = load(t, file, env); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"c:3", "unix:/d", "e:5"}, c.Listen); diff != "" {
		t.Errorf("listen from the environment (-want +got):\n%s", diff)
	}
}

// TestEverySettingEverywhere holds that a setting can be set in all three ways,
// and that what comes out is the same.
func TestEverySettingEverywhere(t *testing.T) {
	samples := map[string]string{
		"duration": "7s", "int": "7", "bytes": "7M", "string": "seven", "stringArray": "seven",
		"mode": "0600", "scope": "acme.symbols=/seven", "format": "json", "level": "debug",
	}
	for f := range settings(Default().Groups()) {
		value := samples[f.Value.Type()]
		inFile := value
		if f.Name == "scope" {
			inFile = "{acme: {symbols: /seven}}"
		}
		byFlag, _, err1 := load(t, "", nil, "--"+f.Name, value)
		byEnv, _, err2 := load(t, "", map[string]string{envName(f.Name): value})
		byFile, _, err3 := load(t, f.Name+": "+inFile+"\n", nil)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Errorf("%s: %v, %v, %v", f.Name, err1, err2, err3)
			continue
		}
		if cmp.Equal(byFlag, Default()) {
			t.Errorf("--%s %s changes nothing", f.Name, value)
		}
		if diff := cmp.Diff(byFlag, byEnv); diff != "" {
			t.Errorf("%s (-flag +environment):\n%s", f.Name, diff)
		}
		if diff := cmp.Diff(byFlag, byFile); diff != "" {
			t.Errorf("%s (-flag +file):\n%s", f.Name, diff)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		env        map[string]string
		want       string
	}{
		{"unknown key", "drain: 1s\n\nlissten: [a:1]\n", nil, `config.yaml:3: there is no setting "lissten"`},
		{"value", "drain: 1s\nmax-event: 12X\n", nil, "config.yaml:2: want a number of bytes, such as 512M or 2G (max-event)"},
		{"list for one", "drain: [1s]\n", nil, "config.yaml:1: want one value (drain)"},
		{"mapping", "symbols:\n  here: there\n", nil, "config.yaml:2: want a value or a list of values (symbols)"},
		{"twice", "drain: 1s\ndrain: 2s\n", nil, "config.yaml:2: drain is there twice"},
		{"no mapping", "- drain\n", nil, `config.yaml:1: want lines of the form "setting: value"`},
		{"no YAML", "drain: [\n", nil, "config.yaml: yaml: line 1: did not find expected node content"},
		{"scope's kind", "scope:\n  acme:\n    symbol: /srv\n", nil, `config.yaml:3: scope acme: there is no kind of source "symbol" (scope)`},
		{"scope's name", "scope:\n  ../acme:\n    symbols: /srv\n", nil, `config.yaml:3: scope "": want a name of letters, digits, - and _ (scope)`},
		{"scope of nothing", "scope: acme\n", nil, `config.yaml:1: "acme": want NAME.KIND=SOURCE (scope)`},
		{"environment", "", map[string]string{"NATIVESYM_DRAIN": "soon"}, `NATIVESYM_DRAIN: time: invalid duration "soon"`},
		{"log level", "", map[string]string{"NATIVESYM_LOG_LEVEL": "loud"}, "NATIVESYM_LOG_LEVEL: want debug, info, warn or error"},
		{"socket mode", "socket-mode: 999\n", nil, "config.yaml:1: want an octal mode such as 0660 (socket-mode)"},
		{"nothing", "admin:\ndrain: ~\n", nil, `config.yaml:2: time: invalid duration "" (drain)`},
		{"empty", "# nothing\n", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := load(t, tt.file, tt.env); textOf(err) != tt.want {
				t.Errorf("error %q, want %q", textOf(err), tt.want)
			}
		})
	}
}

// TestPrint holds that what --check prints is a configuration, and the same one.
func TestPrint(t *testing.T) {
	c, groups, err := load(t, "", nil, "--listen", "unix:/run/x", "--symbols", "/a b", "--symbols", "12", "--s3", "bucket/x layout=unified",
		"--in-app", "path:*/x/* -app", "--scope", "b.symbols=/b", "--scope", "a.http=https://a/ layout=ssqp", "--scope", "a.symbols=/a", "--scope", "a.symbols=/a=2")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Print(&out, groups); err != nil {
		t.Fatal(err)
	}
	again, _, err := load(t, out.String(), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if diff := cmp.Diff(c, again, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-printed +read):\n%s\n%s", diff, out.String())
	}
}
