package cab_test

import (
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/nativesym/nativesym/debugimage/source/cab"
)

// hello is a cabinet with a file of 13 bytes, packed by MSZIP.
const hello = "MSCF\x00\x00\x00\x00" + // header
	"\x62\x00\x00\x00\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x00\x00\x00" + // 98 bytes, list at 44
	"\x03\x01\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00" + // version, a folder, a file
	"\x46\x00\x00\x00\x01\x00\x01\x00" + // folder: at 70, one block, MSZIP
	"\x0d\x00\x00\x00\x00\x00\x00\x00\x00\x00\x21\x5b\x00\x60\x20\x00hello.txt\x00" + // file
	"\x00\x00\x00\x00\x14\x00\x0d\x00" + // block: no checksum, 20 bytes, unpacked 13
	"CK\x01\x0d\x00\xf2\xffhello, world\n"

func Example() {
	in := strings.NewReader(hello)
	r, err := cab.NewReader(in, in.Size())
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range r.Files {
		text, err := f.Open()
		if err != nil {
			log.Fatal(err)
		}
		b, err := io.ReadAll(text)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, %d bytes: %s", f.Name, f.Size, b)
	}
	// Output: hello.txt, 13 bytes: hello, world
}
