package unpack_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/nativesym/nativesym/debugimage/source/unpack"
)

func ExampleUnpack() {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintln(w, "MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 app")
	w.Close()

	file := bytes.NewReader(packed.Bytes())
	how, err := unpack.Unpack(context.Background(), os.Stdout, file, file.Size(), unpack.Options{Limit: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(how)
	// Output:
	// MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 app
	// gzip
}
