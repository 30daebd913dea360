package serve

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
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
	f.StringArrayVar(&s.S3, "s3", s.S3, "`BUCKET/PREFIX` with debug files. Options: layout, region, endpoint, profile, credentials-file")
	f.StringArrayVar(&s.HTTP, "http", s.HTTP, "`URL` of a tree of debug files. Options: layout, auth-file, auth-env")
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

// A place is a source on the net: where it is, and what it takes to ask it.
type place struct {
	at      string
	options map[string]string
}

// parsePlace parses "PLACE [OPTION=VALUE]...".
func parsePlace(text string, allowed ...string) (place, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return place{}, errors.New("names no place")
	}
	p := place{at: fields[0], options: make(map[string]string)}
	for _, field := range fields[1:] {
		name, value, _ := strings.Cut(field, "=")
		if !slices.Contains(allowed, name) || value == "" {
			return p, fmt.Errorf("option %q: want one of %s, each with =VALUE", name, strings.Join(allowed, ", "))
		}
		p.options[name] = value
	}
	return p, nil
}

// checkURL refuses what is no URL of a server, and secrets in one: it would be
// shown in the list of processes, in logs and to whoever reads the configuration.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("is no URL") // the error repeats the text, secrets and all
	case u.User != nil:
		return errors.New("has credentials in it, which belong in a file: auth-file=FILE")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("want a URL that starts with https:// or http://")
	}
	return nil
}

// secret returns a secret that a place names: in a file, or in a variable of the
// environment. It is empty if the place names none.
func (p place) secret(fileOption, envOption string) (string, error) {
	file, variable := p.options[fileOption], p.options[envOption]
	text := os.Getenv(variable)
	switch {
	case file != "" && variable != "":
		return "", fmt.Errorf("has %s and %s, want one of them", fileOption, envOption)
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("%s: %w", fileOption, err)
		}
		text = string(data)
	}
	text = strings.TrimSpace(text)
	if text == "" && cmp.Or(file, variable) != "" {
		return "", fmt.Errorf("%s is empty", cmp.Or(file, variable))
	}
	return text, nil
}
