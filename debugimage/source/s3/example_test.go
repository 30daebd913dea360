package s3_test

import (
	"context"
	"log"

	"github.com/nativesym/nativesym/debugimage/source/fetch"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/remote"
	"github.com/nativesym/nativesym/debugimage/source/s3"
)

// Debug files that symsorter put into a bucket, below "v1".
func ExampleNew() {
	client, err := fetch.New(fetch.Options{})
	if err != nil {
		log.Fatal(err)
	}
	bucket, err := s3.New(context.Background(), client, s3.Options{Bucket: "symbols", Prefix: "v1", Region: "eu-central-1"})
	if err != nil {
		log.Fatal(err)
	}
	cache, err := filecache.Open("/var/cache/symbols", filecache.Options{})
	if err != nil {
		log.Fatal(err)
	}
	symbols := remote.New(bucket, layout.Layout{Scheme: layout.Unified}, remote.Options{Cache: cache})
	_ = symbols // is for symbolicate.Options.Remote
}
