package debugimage_test

import (
	"fmt"

	"github.com/nativesym/nativesym/debugimage"
)

func ExampleIndex_Find() {
	libc := debugimage.Fields{Type: "elf", CodeFile: "/lib/libc.so.6", ImageAddr: "0x7f0000000000", ImageSize: "1966080"}
	app := debugimage.Fields{Type: "elf", CodeFile: "/opt/shop", ImageAddr: "93824992231424"}
	images := []debugimage.Image{libc.Image(), app.Image()}

	index := debugimage.NewIndex(images)
	for _, addr := range []debugimage.Abs{0x7f0000001234, 0x555555555285, 0x1000} {
		if i, ok := index.Find(addr); ok {
			fmt.Printf("%#x is in %s, at %#x\n", uint64(addr), images[i].Name(), uint64(addr-images[i].Addr))
		} else {
			fmt.Printf("%#x is in no image\n", uint64(addr))
		}
	}
	// Output:
	// 0x7f0000001234 is in /lib/libc.so.6, at 0x1234
	// 0x555555555285 is in /opt/shop, at 0x1285
	// 0x1000 is in no image
}
