// Package s3 reads debug files from a bucket of Amazon's S3, or of a store that speaks
// its protocol.
//
// The SDK signs URLs; package fetch gets them, with all its limits and guards: a store
// whose address is not public must be allowed there. Keys are made of a prefix, which
// is the configuration's, and a path of package layout. Neither a secret nor a
// signature is in an error.
package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/remote"
)

// Options say where a bucket is and who asks.
type Options struct {
	Bucket string
	Prefix string // what keys begin with, up to a slash; may be empty

	// Region is where the bucket is. Empty is us-east-1, which stores other than
	// Amazon's mostly take. Amazon answers 400 or a redirect if it is another.
	Region string

	// Endpoint is the URL of a store other than Amazon's.
	Endpoint string

	// PathStyle has the bucket in the path of URLs, not in the name of the host.
	PathStyle bool

	// AccessKey, SecretKey and, if they are temporary, SessionToken are who asks.
	// Without them the SDK looks where it does: in the environment, in files of the
	// user, and at an address of the machine that only clouds have.
	AccessKey, SecretKey, SessionToken string

	// Anonymous asks without saying who, for a bucket that is public.
	Anonymous bool
}

// defaultRegion is where Amazon's buckets are unless they are elsewhere.
const defaultRegion = "us-east-1"

// validity is how long a signed URL may be used: longer than a download may take.
const validity = 15 * time.Minute

// A Bucket is a [remote.Getter] of the files in a bucket. It is safe for concurrent
// use.
type Bucket struct {
	fetch       *fetch.Client
	options     Options
	region      string
	credentials aws.CredentialsProvider
	signer      *s3.PresignClient
	isThere     atomic.Bool // the bucket is known to exist
}

var _ remote.Getter = (*Bucket)(nil)

// New returns a bucket, without asking for it. The error is about the options.
func New(ctx context.Context, c *fetch.Client, o Options) (*Bucket, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Prefix = strings.Trim(o.Prefix, "/")
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	b := &Bucket{fetch: c, options: o, region: cmp.Or(o.Region, defaultRegion)}
	switch {
	case o.AccessKey != "":
		b.credentials = credentials.NewStaticCredentialsProvider(o.AccessKey, o.SecretKey, o.SessionToken)
	case o.Anonymous: // the SDK signs all URLs: what it puts into them is taken out again
		b.credentials = credentials.NewStaticCredentialsProvider("anonymous", "anonymous", "")
	default:
		found, err := config.LoadDefaultConfig(ctx, config.WithRegion(b.region))
		if err != nil {
			return nil, fmt.Errorf("bucket %s: %w", o.Bucket, err)
		}
		b.credentials = found.Credentials
	}
	b.signer = s3.NewPresignClient(s3.New(s3.Options{
		Region:                     b.region,
		Credentials:                b.credentials,
		UsePathStyle:               o.PathStyle,
		BaseEndpoint:               nonEmpty(o.Endpoint),
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}), s3.WithPresignExpires(validity))
	return b, nil
}

func nonEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// check returns what is wrong with options.
func (o Options) check() error {
	switch {
	case o.Bucket == "" || strings.ContainsAny(o.Bucket, "/ \t\n"):
		return fmt.Errorf("bucket %q: want the name of a bucket", o.Bucket)
	case (o.AccessKey == "") != (o.SecretKey == ""):
		return fmt.Errorf("bucket %s: want both an access key and a secret key, or neither", o.Bucket)
	case o.Anonymous && o.AccessKey != "":
		return fmt.Errorf("bucket %s: want either keys or to be anonymous", o.Bucket)
	}
	if o.Endpoint == "" {
		return nil
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return fmt.Errorf("bucket %s: the endpoint must be a URL of http or https, without a user or a query", o.Bucket)
	}
	return nil
}

// String returns the URL of what keys are below, "s3://bucket/prefix" for Amazon's.
func (b *Bucket) String() string {
	text := "s3://" + b.options.Bucket
	if b.options.Endpoint != "" {
		text = b.options.Endpoint + "/" + b.options.Bucket
	}
	if b.options.Prefix != "" {
		text += "/" + b.options.Prefix
	}
	return text
}

// Get writes the file at a path below the prefix to w.
func (b *Bucket) Get(ctx context.Context, path string, w io.Writer) error {
	key := path
	if b.options.Prefix != "" {
		key = b.options.Prefix + "/" + path
	}
	r, err := b.signer.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &b.options.Bucket, Key: &key})
	if err != nil {
		return b.unsigned(ctx, err)
	}
	err = b.get(ctx, r, w)
	failure, ok := errors.AsType[*fetch.Error](err)
	switch {
	case !ok:
		return err
	case failure.Kind == fetch.NotFound:
		if missing := b.missing(ctx, r.URL, key); missing != nil {
			return missing
		}
	case failure.Kind == fetch.Forbidden:
		return denied(failure)
	}
	return err
}
