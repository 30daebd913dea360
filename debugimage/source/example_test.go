package source_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source"
)

func ExampleDir_Find() {
	dir := source.NewDir("../../testdata")
	fields := debugimage.Fields{Type: "elf", CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03"}
	image := fields.Image()
	res, err := dir.Find(context.Background(), &image)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range res.Files {
		fmt.Println(filepath.Base(f.Path), f.Features.DebugInfo)
	}
	// Output:
	// bc5782088d05859a5dba37c4c1166eef8b3f03.debug true
	// shop-gcc12-x86_64 false
}
