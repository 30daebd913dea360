package serve

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/symbolicate"
)

// A network is what sources on the net have in common.
type network struct {
	config  *Config
	cache   *filecache.Cache
	watch   *watch
	clients map[string]*fetch.Client // by kind of source, so that they are counted apart
}

func newNetwork(c *Config, cache *filecache.Cache, w *watch) *network {
	return &network{config: c, cache: cache, watch: w, clients: make(map[string]*fetch.Client)}
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
	if err == nil {
		n.clients[kind] = c
	}
	return c, err
}

// proxyFrom returns the choice of a proxy that a setting asks for, nil for none.
func proxyFrom(setting string) (func(*http.Request) (*url.URL, error), error) {
	switch setting {
	case "":
		return nil, nil
	case fromEnvironment:
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return nil, errors.New("proxy: want a URL, or environment")
	}
	return http.ProxyURL(u), nil
}

func (n *network) sources(s *Sources, scope string) ([]symbolicate.Source, error) {
	return nil, nil
}

func (n *network) close() {
	for _, c := range n.clients {
		c.Close()
	}
}
