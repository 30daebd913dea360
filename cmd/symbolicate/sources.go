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

// changed returns a flag that was given, "" if none was.
func (e *engineFlags) changed() string {
	name := ""
	e.set.Visit(func(f *pflag.Flag) { name = f.Name })
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
