package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
)

// get writes what a signed URL leads to.
func (b *Bucket) get(ctx context.Context, r *v4.PresignedHTTPRequest, w io.Writer) error {
	header := r.SignedHeader.Clone()
	header.Del("Host") // it is in the URL
	if b.options.Anonymous {
		return b.fetch.Get(ctx, fetch.Request{URL: unsign(r.URL)}, w)
	}
	return b.fetch.Get(ctx, fetch.Request{URL: r.URL, Header: header}, w)
}

// unsign returns a URL without its signature.
func unsign(signed string) string {
	u, err := url.Parse(signed)
	if err != nil {
		return signed
	}
	q := u.Query()
	maps.DeleteFunc(q, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz-") })
	u.RawQuery = q.Encode()
	return u.String()
}

// unsigned returns the error for a URL that could not be signed.
func (b *Bucket) unsigned(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return &fetch.Error{Kind: fetch.Failed, URL: b.String(), Err: fmt.Errorf("credentials: %w", err)}
}

// denied returns the error for a file that is kept from us.
func denied(failure *fetch.Error) error {
	return &fetch.Error{
		Kind: fetch.Forbidden, URL: failure.URL,
		Err: errors.New("access denied, which is also said of files that do not exist to those who may not list the bucket"),
	}
}

// missing returns an error if a file is not there because the bucket is not, which is
// no answer about a file. The store says so in a text that package fetch does not
// read: it is asked for the bucket instead, until that is known to exist.
func (b *Bucket) missing(ctx context.Context, fileURL, key string) error {
	if b.isThere.Load() {
		return nil
	}
	r, err := b.signList(ctx, fileURL, key)
	if err != nil {
		return b.unsigned(ctx, err)
	}
	err = b.get(ctx, r, io.Discard)
	failure, ok := errors.AsType[*fetch.Error](err)
	switch {
	case err == nil || ok && failure.Kind == fetch.Forbidden: // who may not list it is told nothing of it
		b.isThere.Store(true)
		return nil
	case ok && failure.Kind == fetch.NotFound:
		return &fetch.Error{Kind: fetch.Failed, URL: b.String(), Err: errors.New("the bucket does not exist")}
	}
	return err
}

// signList returns a signed URL of the list of the bucket's first key, given the URL
// of the file with a key.
func (b *Bucket) signList(ctx context.Context, fileURL, key string) (*v4.PresignedHTTPRequest, error) {
	u, err := url.Parse(fileURL)
	if err != nil {
		return nil, err
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, key), ""
	u.RawQuery = url.Values{
		"list-type": {"2"}, "max-keys": {"1"}, "X-Amz-Expires": {strconv.Itoa(int(validity / time.Second))},
	}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	who, err := b.credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	const unsignedPayload = "UNSIGNED-PAYLOAD"
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 escapes once
	signed, header, err := signer.PresignHTTP(ctx, who, req, unsignedPayload, "s3", b.region, time.Now())
	return &v4.PresignedHTTPRequest{URL: signed, SignedHeader: header}, err
}
