package serve

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/symbolicate"
)

// An Engine is what a configuration makes: engines, with the sources and the cache
// that they use.
type Engine struct {
	*symbolicate.Symbolicator
	Scopes map[string]*symbolicate.Symbolicator

	cache    *filecache.Cache // nil: none
	network  *network
	folders  []string // of debug files
	cacheDir string
}

// Open makes the engine of a configuration. What it names has to be there: a folder
// that is not is a slip of whoever wrote it, where the engine would only miss files.
func (c *Config) Open() (*Engine, error) { return c.open(nil) }

// open is Open with a watch kept on the sources.
func (c *Config) open(w *watch) (*Engine, error) {
	if err := c.checkLimits(); err != nil {
		return nil, err
	}
	e := &Engine{Scopes: make(map[string]*symbolicate.Symbolicator)}
	if dir := cmp.Or(c.Cache, os.Getenv("CACHE_DIRECTORY")); dir != "" {
		var err error
		e.cacheDir = dir
		e.cache, err = filecache.Open(dir, filecache.Options{MaxBytes: int64(c.CacheSize), MissAge: c.Retry})
		if err != nil {
			return nil, err
		}
	}
	e.network = &network{config: c, cache: e.cache, watch: w, clients: make(map[string]*fetch.Client)}
	if err := e.open(c); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Engine) open(c *Config) error {
	o := symbolicate.Options{
		Cache:        e.cache,
		MaxBytes:     c.tableMemory(),
		Memory:       c.compileMemory(),
		Workers:      c.Workers,
		RetryMissing: c.Retry,
	}
	if w := e.network.watch; w != nil {
		o.Report = w.report
	}
	var err error
	if o.Code, err = codeRoots(c.Code); err != nil {
		return err
	}
	if o.InApp, err = inAppRules(c.InApp); err != nil {
		return err
	}
	if o.Sources, o.Remote, err = e.sources(&c.Sources, ""); err != nil {
		return err
	}
	e.Symbolicator = symbolicate.New(o)
	for name, s := range c.Scopes {
		local, remote, err := e.sources(s, name)
		if err != nil {
			return fmt.Errorf("scope %s: %w", name, err)
		}
		e.Scopes[name] = e.Scoped(name, local, remote)
	}
	return nil
}

// sources returns the sources of a scope, "" for those of all.
func (e *Engine) sources(s *Sources, scope string) (local, remote []symbolicate.Source, err error) {
	for _, dir := range s.Symbols {
		if err := checkDir(dir); err != nil {
			return nil, nil, fmt.Errorf("symbols: %w", err)
		}
		e.folders = append(e.folders, dir)
		dir := source.NewDirWith(dir, source.DirOptions{Cache: e.cache})
		local = append(local, e.network.watch.over("dir", dir))
	}
	remote, err = e.network.sources(s, scope)
	return local, remote, err
}

// Close ends what goes on in the background.
func (e *Engine) Close() {
	if e.Symbolicator != nil {
		e.Symbolicator.Close()
	}
	e.network.close()
}

// codeRoots returns the source code in folders, nil if there are none.
func codeRoots(settings []string) (*source.Code, error) {
	var roots []source.CodeRoot
	for _, setting := range settings {
		root := source.CodeRoot{Dir: setting}
		if from, dir, ok := strings.Cut(setting, "="); ok {
			root = source.CodeRoot{From: from, Dir: dir}
		}
		if err := checkDir(root.Dir); err != nil {
			return nil, fmt.Errorf("code: %w", err)
		}
		roots = append(roots, root)
	}
	if roots == nil {
		return nil, nil
	}
	return source.NewCode(roots...), nil
}

func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", dir)
	}
	return err
}

// inAppRules parses rules as "package:PATTERN path:PATTERN +app": one pattern or
// both, and what frames are that match, +app or -app.
func inAppRules(settings []string) ([]symbolicate.InAppRule, error) {
	var rules []symbolicate.InAppRule
	for _, setting := range settings {
		rule, err := parseInAppRule(strings.Fields(setting))
		if err != nil {
			return nil, fmt.Errorf("in-app %q: %w", setting, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func parseInAppRule(words []string) (rule symbolicate.InAppRule, err error) {
	said := false
	for _, word := range words {
		name, pattern, _ := strings.Cut(word, ":")
		switch {
		case word == "+app", word == "-app":
			rule.InApp, said = word == "+app", true
		case name == "package" && pattern != "":
			rule.Package = pattern
		case name == "path" && pattern != "":
			rule.Path = pattern
		default:
			return rule, fmt.Errorf("%s: want package:PATTERN, path:PATTERN, +app or -app, and ? for a blank in a pattern", word)
		}
	}
	if !said || rule.Package+rule.Path == "" {
		return rule, errors.New("want a pattern, and +app or -app")
	}
	return rule, nil
}
