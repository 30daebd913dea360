package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// A style is a shape that answers to addresses have.
type style uint8

// The styles of llvm-symbolizer.
const (
	styleLLVM style = iota
	styleGNU
	styleJSON
)

var styleNames = []string{styleLLVM: "LLVM", styleGNU: "GNU", styleJSON: "JSON"}

func (s *style) String() string     { return styleNames[*s] }
func (s *style) Type() string       { return "style" }
func (s *style) Set(v string) error { return setEnum(s, v, styleNames) }

// functions says how functions are named, if at all.
type functions uint8

// How functions are named.
const (
	functionsNone functions = iota
	functionsShort
	functionsLinkage
)

var functionsNames = []string{functionsNone: "none", functionsShort: "short", functionsLinkage: "linkage"}

func (f *functions) String() string     { return functionsNames[*f] }
func (f *functions) Type() string       { return "names" }
func (f *functions) Set(v string) error { return setEnum(f, v, functionsNames) }

// An eventFormat is how events are written.
type eventFormat uint8

// The formats of events.
const (
	formatJSON eventFormat = iota
	formatPretty
)

var eventFormatNames = []string{formatJSON: "json", formatPretty: "pretty"}

func (f *eventFormat) String() string     { return eventFormatNames[*f] }
func (f *eventFormat) Type() string       { return "format" }
func (f *eventFormat) Set(v string) error { return setEnum(f, v, eventFormatNames) }

// A when says when to use colours.
type when uint8

// When to use colours.
const (
	whenAuto when = iota
	whenAlways
	whenNever
)

var whenNames = []string{whenAuto: "auto", whenAlways: "always", whenNever: "never"}

func (w *when) String() string     { return whenNames[*w] }
func (w *when) Type() string       { return "when" }
func (w *when) Set(v string) error { return setEnum(w, v, whenNames) }

// on reports whether to write colours to out: with auto on a terminal, unless
// the environment has NO_COLOR (no-color.org).
func (w when) on(out io.Writer) bool {
	if w != whenAuto {
		return w == whenAlways
	}
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == ""
}

// setEnum sets an enumeration whose values are the indexes of names.
func setEnum[T ~uint8](dst *T, value string, names []string) error {
	for i, name := range names {
		if strings.EqualFold(name, value) {
			*dst = T(i)
			return nil
		}
	}
	return fmt.Errorf("want one of %s", strings.Join(names, ", "))
}

// yesNo defines a pair of flags, --name, which is the default, and --no-name.
// Of both the last one counts.
func yesNo(f *pflag.FlagSet, no *bool, name, short, usage, noUsage string) {
	f.VarPF(notValue{no}, name, short, usage+" (default)").NoOptDefVal = "true"
	f.BoolVar(no, "no-"+name, false, noUsage)
}

// notValue is a flag that is the opposite of a variable.
type notValue struct{ b *bool }

func (v notValue) String() string { return "" }
func (v notValue) Type() string   { return "bool" }

func (v notValue) Set(s string) error {
	switch strings.ToLower(s) {
	case "true", "1":
		*v.b = false
	case "false", "0":
		*v.b = true
	default:
		return errors.New("want true or false")
	}
	return nil
}

// aliases gives flags other names, which help does not show.
func aliases(f *pflag.FlagSet, names map[string]string) {
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if target, ok := names[name]; ok {
			name = target
		}
		return pflag.NormalizedName(name)
	})
}
