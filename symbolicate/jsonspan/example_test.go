package jsonspan_test

import (
	"fmt"
	"log"

	"github.com/nativesym/nativesym/symbolicate/jsonspan"
)

func ExampleEdits() {
	var doc jsonspan.Doc
	if err := doc.Parse([]byte(`{ "frames": [{"line": 0, "price": 1.50}], "x": 1e2 }`)); err != nil {
		log.Fatal(err)
	}
	edits := jsonspan.NewEdits(&doc)
	for frame := range doc.Root().Get("frames").Elements() {
		edits.Set(frame, "line", []byte("42"))
		edits.Set(frame, "function", []byte(`"main"`))
	}
	fmt.Printf("%s\n", edits.AppendTo(nil))
	// Output:
	// { "frames": [{"line": 42, "price": 1.50,"function":"main"}], "x": 1e2 }
}
