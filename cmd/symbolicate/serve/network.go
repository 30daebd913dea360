package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/remote"
	"github.com/nativesym/nativesym/debugimage/source/s3"
	"github.com/nativesym/nativesym/symbolicate"
)

// A network is what sources on the net have in common.
type network struct {
	config  *Config
	cache   *filecache.Cache
	watch   *watch
	clients map[string]*fetch.Client // by kind of source, so that they are counted apart
}

// sources returns the sources on the net of a scope, "" for those of all.
func (n *network) sources(s *Sources, scope string) ([]symbolicate.Source, error) {
	if s.OnNet() && n.cache == nil {
		return nil, errors.New("sources on the net keep what they bring in a folder: say where with cache (--cache DIR)")
	}
	var sources []symbolicate.Source
	for _, kind := range []struct {
		name    string
		places  []string
		options []string
		open    opener
	}{
		{"s3", s.S3, []string{"layout", "casing", "region", "endpoint", "path-style", "anonymous", "key-file", "key-env"}, bucket},
		{"http", s.HTTP, []string{"layout", "casing", "auth-file", "auth-env"}, tree},
		{"debuginfod", s.Debuginfod, []string{"auth-file", "auth-env"}, debuginfod},
		{"symbol-server", s.SymbolServer, []string{"auth-file", "auth-env"}, symbolServer},
	} {
		if len(kind.places) == 0 {
			continue
		}
		client, err := n.client(kind.name)
		if err != nil {
			return nil, err
		}
		for _, text := range kind.places {
			found, err := n.open(text, kind.options, scope, client, kind.open)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", kind.name, err)
			}
			for _, s := range found {
				sources = append(sources, n.watch.over(kind.name, s))
			}
		}
	}
	return sources, nil
}

// An opener makes the sources of a place; of some there are several.
type opener func(place, *fetch.Client, remote.Options) ([]symbolicate.Source, error)

// open returns the sources that one setting names.
func (n *network) open(text string, options []string, scope string, c *fetch.Client, open opener) ([]symbolicate.Source, error) {
	p, err := parsePlace(text, options)
	if err != nil {
		return nil, err
	}
	o := remote.Options{Cache: n.cache, Scope: scope, MissAge: n.config.Retry, MaxSize: int64(n.config.DownloadSize)}
	if o.Header, err = p.header(); err != nil {
		return nil, fmt.Errorf("%s: %w", p.at, err)
	}
	return open(p, c, o)
}

func debuginfod(p place, c *fetch.Client, o remote.Options) (sources []symbolicate.Source, err error) {
	urls := []string{p.at}
	if p.at == fromEnvironment {
		if urls = remote.ParseDebuginfodURLs(os.Getenv("DEBUGINFOD_URLS")); len(urls) == 0 {
			return nil, errors.New("DEBUGINFOD_URLS names no server")
		}
	}
	for _, u := range urls {
		if err := checkURL(u); err != nil {
			return nil, err
		}
		s, err := remote.NewDebuginfod(c, u, o)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func symbolServer(p place, c *fetch.Client, o remote.Options) (sources []symbolicate.Source, err error) {
	places := []remote.PathElement{{URL: p.at}}
	if p.at == fromEnvironment {
		if places, err = remote.ParseSymbolPath(os.Getenv("_NT_SYMBOL_PATH")); err != nil {
			return nil, fmt.Errorf("_NT_SYMBOL_PATH: %w", err)
		}
		if len(places) == 0 {
			return nil, errors.New("_NT_SYMBOL_PATH names no place")
		}
	}
	for _, place := range places {
		if place.Dir != "" {
			switch err := checkDir(place.Dir); {
			case err == nil:
				sources = append(sources, source.NewDirWith(place.Dir, source.DirOptions{Cache: o.Cache}))
			case !place.Store || !errors.Is(err, fs.ErrNotExist): // a debugger may not have made its store yet
				return nil, fmt.Errorf("_NT_SYMBOL_PATH: %w", err)
			}
			continue
		}
		if err := checkURL(place.URL); err != nil {
			return nil, err
		}
		s, err := remote.NewSymbolServer(c, place.URL, o)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

func tree(p place, c *fetch.Client, o remote.Options) ([]symbolicate.Source, error) {
	l, err := p.layout()
	if err != nil {
		return nil, err
	}
	if err := checkURL(p.at); err != nil {
		return nil, err
	}
	s, err := remote.NewHTTP(c, p.at, l, o)
	return []symbolicate.Source{s}, err
}

func bucket(p place, c *fetch.Client, o remote.Options) ([]symbolicate.Source, error) {
	l, err := p.layout()
	if err != nil {
		return nil, err
	}
	key, err := p.secret("key-file", "key-env")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.at, err)
	}
	words := append(strings.Fields(key), "", "", "")
	if key != "" && words[1] == "" || len(words) > 6 {
		return nil, fmt.Errorf("%s: want a key of the form ACCESS-KEY SECRET-KEY [SESSION-TOKEN]", p.at)
	}
	name, prefix, _ := strings.Cut(strings.TrimPrefix(p.at, "s3://"), "/")
	b, err := s3.New(context.Background(), c, s3.Options{
		Bucket: name, Prefix: prefix,
		Region: p.options["region"], Endpoint: p.options["endpoint"], PathStyle: p.options["path-style"] == "true",
		Anonymous: p.options["anonymous"] == "true",
		AccessKey: words[0], SecretKey: words[1], SessionToken: words[2],
	})
	if err != nil {
		return nil, err
	}
	return []symbolicate.Source{remote.New(b, l, o)}, nil
}

// layout returns the layout of a place, which is to say one.
func (p place) layout() (layout.Layout, error) {
	text := p.options["layout"]
	if text == "" {
		return layout.Layout{}, fmt.Errorf("%s: say how its files are laid out, as layout=unified", p.at)
	}
	if casing := p.options["casing"]; casing != "" {
		text += "," + casing
	}
	return layout.Parse(text)
}

// header returns what is sent with requests to a place.
func (p place) header() (http.Header, error) {
	secret, err := p.secret("auth-file", "auth-env")
	if secret == "" || err != nil {
		return nil, err
	}
	return http.Header{"Authorization": {secret}}, nil
}

// client returns the client for a kind of source.
func (n *network) client(kind string) (*fetch.Client, error) {
	if c := n.clients[kind]; c != nil {
		return c, nil
	}
	proxy, err := proxyFrom(n.config.Proxy)
	if err != nil {
		return nil, err
	}
	c, err := fetch.New(fetch.Options{
		Allow:   n.config.AllowNetwork,
		Proxy:   proxy,
		MaxSize: int64(n.config.DownloadSize),
		Timeout: n.config.DownloadTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("allow-network: %w", err)
	}
	n.clients[kind] = c
	return c, nil
}

// proxyFrom returns the choice of a proxy that a setting asks for, nil for none.
func proxyFrom(setting string) (func(*http.Request) (*url.URL, error), error) {
	switch setting {
	case "":
		return nil, nil
	case fromEnvironment:
		return http.ProxyFromEnvironment, nil
	}
	if err := checkURL(setting); err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	u, err := url.Parse(setting)
	return http.ProxyURL(u), err
}

func (n *network) close() {
	for _, c := range n.clients {
		c.Close()
	}
}
