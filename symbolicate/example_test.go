package symbolicate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/nativesym/nativesym/debugimage/source"
	"github.com/nativesym/nativesym/symbolicate"
)

// A crash of the program in testdata/src/shop, whose debug file lies in
// testdata/symbols.
func ExampleSymbolicator_Event() {
	event, err := os.ReadFile("../testdata/events/linux-x86_64-crash.json")
	if err != nil {
		log.Fatal(err)
	}
	s := symbolicate.New(symbolicate.Options{
		Sources: []symbolicate.Source{source.NewDir("../testdata/symbols")},
	})
	event, err = s.Event(context.Background(), event)
	if err != nil {
		log.Fatal(err)
	}

	var crash struct {
		Exception struct {
			Values []struct {
				Stacktrace struct {
					Frames []struct {
						Function, Filename string
						Lineno             int
					}
				}
			}
		}
	}
	if err := json.Unmarshal(event, &crash); err != nil {
		log.Fatal(err)
	}
	for _, f := range crash.Exception.Values[0].Stacktrace.Frames {
		if f.Lineno != 0 {
			fmt.Printf("%s %s:%d\n", f.Function, f.Filename, f.Lineno)
		}
	}
	// Output:
	// main main.cc:85
	// (anonymous namespace)::Till::close main.cc:48
	// shop::Span<T>::sort<T> main.cc:22
	// shop::Span<T>::sort<T>::lambda::_FUN main.cc:22
	// shop::Span<T>::sort<T>::lambda::operator() main.cc:23
	// shop::By<T>::operator() catalogue.h:46
	// (anonymous namespace)::cost main.cc:39
	// shop::Item::net catalogue.h:14
}

func ExampleSymbolicator_Explain() {
	s := symbolicate.New(symbolicate.Options{
		Sources: []symbolicate.Source{source.NewDir("../testdata/symbols")},
	})
	_, report, err := s.Explain(context.Background(), []byte(`{
		"platform": "native",
		"stacktrace": {"frames": [
			{"instruction_addr": "0x555555555286"},
			{"instruction_addr": "0x7ffff7df49c1"}
		]},
		"debug_meta": {"images": [
			{"type": "elf", "code_id": "75bc5782088d05859a5dba37c4c1166eef8b3f03", "code_file": "/tmp/shop/shop", "image_addr": "0x555555554000", "image_size": 36864},
			{"type": "elf", "code_id": "93ac61ec5a8eb1396f9fbd350e3169a558528a40", "code_file": "/lib/libc.so.6", "image_addr": "0x7ffff7db5000"}
		]}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	for i := range report.Frames {
		fmt.Println(report.Frames[i].String())
	}
	// Output:
	// event frame 0: 0x555555555286 symbolicated, taken as 0x555555555285 = image 0 + 0x1285 (caller: before the return address)
	// event frame 1: 0x7ffff7df49c1 missing, taken as 0x7ffff7df49c1 = image 1 + 0x3f9c1 (youngest frame: exact): /lib/libc.so.6: no debug file with debug id ec61ac93-8e5a-39b1-6f9f-bd350e3169a5 or code id 93ac61ec5a8eb1396f9fbd350e3169a558528a40
}
