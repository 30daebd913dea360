package remote

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/layout"
)

// A tree is a tree of files on an HTTP server.
type tree struct {
	client *fetch.Client
	base   *url.URL // without a slash at the end
	header http.Header
	head   time.Duration // how long to wait for an answer; 0: as the client does
}

// newTree returns the tree below a URL. What the URL has for a query, it has for
// every file.
func newTree(c *fetch.Client, baseURL string, header http.Header) (*tree, error) {
	base, err := url.Parse(strings.TrimSpace(baseURL))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Hostname() == "" {
		return nil, errors.New("not a URL of http or https") // what it is may be secret
	}
	base.Fragment, base.RawFragment = "", ""
	base.RawPath = strings.TrimRight(base.EscapedPath(), "/")
	base.Path = strings.TrimRight(base.Path, "/")
	return &tree{client: c, base: base, header: header}, nil
}

// String returns the URL without what may be secret.
func (t *tree) String() string { return fetch.Redact(t.base.String()) }

// identity tells trees apart whose URLs differ in the query alone.
func (t *tree) identity() string {
	if t.base.RawQuery == "" {
		return t.String()
	}
	return fmt.Sprintf("%s?%x", t, sha256.Sum256([]byte(t.base.RawQuery)))
}

// Get writes the file at a path to w.
func (t *tree) Get(ctx context.Context, path string, w io.Writer) error {
	return t.client.Get(ctx, fetch.Request{URL: t.url(path), Header: t.header, HeadTimeout: t.head}, w)
}

// url returns the URL of the file at a path.
func (t *tree) url(path string) string {
	u := *t.base
	u.RawPath = u.EscapedPath() + "/" + escape(path)
	u.Path += "/" + path
	return u.String()
}

// escape returns a path with slashes as a URL has it. A plus is escaped, too: some
// stores take it for a space.
func escape(path string) string {
	elements := strings.Split(path, "/")
	for i, e := range elements {
		elements[i] = strings.ReplaceAll(url.PathEscape(e), "+", "%2B")
	}
	return strings.Join(elements, "/")
}

// NewHTTP returns a source of the files below a URL, under paths as l has them.
func NewHTTP(c *fetch.Client, baseURL string, l layout.Layout, o Options) (*Source, error) {
	t, err := newTree(c, baseURL, o.Header)
	if err != nil {
		return nil, err
	}
	return New(t, l, o), nil
}

// NewSymbolServer returns a source of what a Microsoft-style symbol server has:
// files in Microsoft's spelling and in that of the SSQP protocol, plain or as
// cabinets.
func NewSymbolServer(c *fetch.Client, baseURL string, o Options) (*Source, error) {
	t, err := newTree(c, baseURL, o.Header)
	if err != nil {
		return nil, err
	}
	return newSource(t, o, false, layout.Layout{Scheme: layout.Symstore}, layout.Layout{Scheme: layout.SSQP}), nil
}
