package main

import (
	"github.com/spf13/pflag"

	"github.com/nativesym/nativesym/cmd/symbolicate/serve"
)

// engineFlags are the flags that make an engine in this process.
type engineFlags struct {
	config *serve.Config
	set    *pflag.FlagSet
}

func (e *engineFlags) define(f *pflag.FlagSet) {
	e.config = serve.Default()
	e.set = e.config.EngineFlags()
	f.AddFlagSet(e.set)
}

// changed returns a flag of a set that was given, "" if none was.
func changed(set *pflag.FlagSet) string {
	name := ""
	set.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			name = f.Name
		}
	})
	return name
}

// open makes the engine. What sources on the net bring is kept for the next time.
func (e *engineFlags) open() (*serve.Engine, error) {
	if e.config.Cache == "" && e.config.OnNet() {
		dir, err := defaultCache()
		if err != nil {
			return nil, err
		}
		e.config.Cache = dir
	}
	return e.config.Open()
}
