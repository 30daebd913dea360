package remote_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/filecache"
	"github.com/nativesym/nativesym/debugimage/source/layout"
	"github.com/nativesym/nativesym/debugimage/source/remote"
)

// A tree is a store in a file system: whatever has files by path can be one.
type tree struct{ fs.FS }

func (t tree) String() string { return "tree" }

func (t tree) Get(_ context.Context, path string, w io.Writer) error {
	data, err := fs.ReadFile(t, path)
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	cache, err := filecache.Open(dir, filecache.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	store := tree{os.DirFS("../../../testdata/symbols/.build-id")}
	symbols := remote.New(store, layout.Layout{}, remote.Options{Cache: cache})
	image := debugimage.Image{Type: debugimage.ELF, CodeID: "75bc5782088d05859a5dba37c4c1166eef8b3f03"}
	found, err := symbols.Find(context.Background(), &image)
	for _, look := range found.Lookups {
		fmt.Println(look.Status, look.Location)
	}
	fmt.Println(err)
	// Output:
	// ok tree/75/bc5782088d05859a5dba37c4c1166eef8b3f03.debug
	// notfound tree/75/bc5782088d05859a5dba37c4c1166eef8b3f03.src.zip
	// <nil>
}
