package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nativesym/nativesym/debugimage"
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
	return [][]byte{bigEvent(15, 133, most), bigEvent(100, 30, 200)}, nil
}

func codeID(image int) string { return fmt.Sprintf("%08x%032x", image+1, 0xabc) }

// debugFile is Breakpad's for an image: four functions of a page each, one of which
// has another inlined, and one no lines.
func debugFile(image int) []byte {
	fields := debugimage.Fields{Type: "elf", CodeID: codeID(image)}
	im := fields.Image()
	id := strings.ToUpper(strings.ReplaceAll(im.DebugID.String(), "-", "")) + "0"
	var b bytes.Buffer
	fmt.Fprintf(&b, "MODULE Linux x86_64 %s lib%d.so\nINFO CODE_ID %s\n", id, image, strings.ToUpper(codeID(image)))
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

func bigEvent(threads, frames, images int) []byte {
	const base uint64 = 0x7f0000000000 // of the first image
	var b bytes.Buffer
	b.WriteString(`{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","platform":"native","threads":{"values":[`)
	for i := range threads {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"worker %d","stacktrace":{"frames":[`, i, i)
		for k := range frames {
			if k > 0 {
				b.WriteByte(',')
			}
			n := i*frames + k
			fmt.Fprintf(&b, `{"instruction_addr":"0x%x","in_app":true,"trust":"cfi"}`,
				base+uint64(n%images*0x10000+0x1000+n%4*0x1000+n*7%0x1000))
		}
		b.WriteString(`]}}`)
	}
	b.WriteString(`]},"debug_meta":{"images":[`)
	for i := range images {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"elf","code_id":"%s","code_file":"/usr/lib/x86_64-linux-gnu/%d/x86_64.so","image_addr":"0x%x","image_size":65536}`,
			codeID(i), i, base+uint64(i)<<16)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}
