package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/internal/fixture"
)

// newBigEvents returns the events of the engine's BenchmarkEvent, whose answers have
// more than a megabyte: threads in many images. It writes a debug file for each
// image to a folder.
func newBigEvents(dir string) (events [][]byte, err error) {
	const most = 300
	for i := range most {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("lib%d.sym", i)), debugFile(i), 0o600); err != nil {
			return nil, err
		}
	}
	return [][]byte{fixture.Event(15, 133, most), fixture.Event(100, 30, 200)}, nil
}

// debugFile is Breakpad's for an image: four functions of a page each, one of which
// has another inlined, and one no lines.
func debugFile(image int) []byte {
	fields := debugimage.Fields{Type: "elf", CodeID: fixture.CodeID(image)}
	im := fields.Image()
	id := strings.ToUpper(strings.ReplaceAll(im.DebugID.String(), "-", "")) + "0"
	var b bytes.Buffer
	fmt.Fprintf(&b, "MODULE Linux x86_64 %s lib%d.so\nINFO CODE_ID %s\n", id, image, strings.ToUpper(fixture.CodeID(image)))
	b.WriteString("FILE 0 /src/f.c\nFILE 1 /src/in.h\nFILE 2 /src/out.c\nFILE 3 C:\\src\\h.cc\nINLINE_ORIGIN 0 inner\n")
	for page, function := range []string{"f", "outer", "_ZN2ns1gEiRKSt6vectorIiSaIiEE", "ns::T::h"} {
		start := (page + 1) << 12
		fmt.Fprintf(&b, "FUNC %x 1000 0 %s\n", start, function)
		if function == "outer" {
			fmt.Fprintf(&b, "INLINE 0 99 2 0 %x 1000\n", start)
		}
		for at := start; page != 2 && at < start+1<<12; at += 16 {
			fmt.Fprintf(&b, "%x 10 %d %d\n", at, at, page)
		}
	}
	return b.Bytes()
}
