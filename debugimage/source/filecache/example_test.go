package filecache_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nativesym/nativesym/debugimage/source/filecache"
)

func Example() {
	dir, err := os.MkdirTemp("", "cache")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cache, err := filecache.Open(dir, filecache.Options{MaxBytes: 1 << 30})
	if err != nil {
		log.Fatal(err)
	}

	download := func(_ context.Context, w *os.File) ([]byte, error) {
		fmt.Println("downloading")
		_, err := w.WriteString("symbols")
		return []byte("text/plain"), err
	}
	for range 2 {
		e, err := cache.Get(context.Background(), filecache.Key{Kind: "download", Name: "https://example.com/a.sym"}, download)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d bytes, %s\n", e.Size, e.Meta)
	}

	ask := func(context.Context, *os.File) ([]byte, error) {
		fmt.Println("asking")
		return nil, &filecache.Miss{Reason: "status 404", For: time.Hour}
	}
	for range 2 {
		_, err := cache.Get(context.Background(), filecache.Key{Kind: "download", Name: "https://example.com/b.sym"}, ask)
		var miss *filecache.Miss
		fmt.Println(errors.As(err, &miss), err)
	}
	// Output:
	// downloading
	// 7 bytes, text/plain
	// 7 bytes, text/plain
	// asking
	// true status 404
	// true status 404
}
