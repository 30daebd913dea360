package serve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Sources say where debug files come from, in the order in which it is asked: all
// of Symbols, then the others one after the other until one has debug information.
type Sources struct {
	Symbols      []string // folders
	S3           []string // each a place and options, see [parsePlace]
	HTTP         []string
	Debuginfod   []string
	SymbolServer []string
}

// fromEnvironment, in place of a URL, stands for what programs of the kind read
// from the environment: DEBUGINFOD_URLS or _NT_SYMBOL_PATH.
const fromEnvironment = "environment"

func (s *Sources) define(f *pflag.FlagSet) {
	f.StringArrayVar(&s.Symbols, "symbols", s.Symbols, "`folder` with debug files, under whatever names")
	f.StringArrayVar(&s.S3, "s3", s.S3, "`BUCKET/PREFIX` with debug files. Options: layout, casing, region, endpoint, path-style, anonymous, key-file, key-env")
	f.StringArrayVar(&s.HTTP, "http", s.HTTP, "`URL` of a tree of debug files. Options: layout, casing, auth-file, auth-env")
	f.StringArrayVar(&s.Debuginfod, "debuginfod", s.Debuginfod, "`URL` of a debuginfod server, or environment for those in DEBUGINFOD_URLS. Options: auth-file, auth-env")
	f.StringArrayVar(&s.SymbolServer, "symbol-server", s.SymbolServer, "`URL` of a Microsoft-style symbol server, or environment for what _NT_SYMBOL_PATH names. Options: auth-file, auth-env")
}

// table returns the kinds of sources, by name.
func (s *Sources) table() *pflag.FlagSet {
	return group("", s.define).FlagSet
}

// OnNet reports whether some source is on the net.
func (s *Sources) OnNet() bool {
	return len(s.S3)+len(s.HTTP)+len(s.Debuginfod)+len(s.SymbolServer) > 0
}

// Scopes are sources that only callers have who name the scope.
type Scopes map[string]*Sources

// Set adds a source to a scope: NAME.KIND=SOURCE.
func (s *Scopes) Set(text string) error {
	key, value, ok := strings.Cut(text, "=")
	name, kind, dot := strings.Cut(key, ".")
	if !ok || !dot {
		return fmt.Errorf("%q: want NAME.KIND=SOURCE", text)
	}
	if name == "" || strings.Trim(name, scopeLetters) != "" {
		return fmt.Errorf("scope %q: want a name of letters, digits, - and _", name)
	}
	sources := (*s)[name]
	if sources == nil {
		sources = new(Sources)
	}
	list := sources.table().Lookup(kind)
	if list == nil {
		return fmt.Errorf("scope %s: there is no kind of source %q", name, kind)
	}
	if *s == nil {
		*s = make(Scopes)
	}
	(*s)[name] = sources
	return list.Value.(pflag.SliceValue).Append(value)
}

const scopeLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// Append adds a source to a scope, as Set does.
func (s *Scopes) Append(text string) error { return s.Set(text) }

// Replace forgets all scopes and sets those of a list.
func (s *Scopes) Replace(list []string) error {
	*s = nil
	for _, text := range list {
		if err := s.Set(text); err != nil {
			return err
		}
	}
	return nil
}

// GetSlice returns what Set takes, in the order of the names.
func (s *Scopes) GetSlice() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(*s)) {
		(*s)[name].table().VisitAll(func(f *pflag.Flag) {
			for _, source := range f.Value.(pflag.SliceValue).GetSlice() {
				list = append(list, name+"."+f.Name+"="+source)
			}
		})
	}
	return list
}

func (s *Scopes) String() string { return strings.Join(s.GetSlice(), ",") }

// Type returns the word for such a value in help texts.
func (s *Scopes) Type() string { return "scope" }
