package symcache_test

import (
	"fmt"
	"log"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

func Example() {
	f, err := objfile.Open("../../testdata/bin/shop-clang19-x86_64")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	result, err := symcache.Compile(f, symcache.Options{Workers: 2})
	if err != nil {
		log.Fatal(err)
	}
	cache, err := symcache.Open(result.Table)
	if err != nil {
		log.Fatal(err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range symbols {
		if s.Name != "main" {
			continue
		}
		for _, frame := range cache.Lookup(nil, s.Addr-f.Base()) {
			fmt.Printf("%s at %s:%d, %s\n", frame.Symbol, frame.File, frame.Line, frame.Language)
		}
	}
	// Output: main at /src/shop/main.cc:74, cpp
}
