package eventpb_test

import (
	"fmt"
	"log"

	"github.com/nativesym/nativesym/symbolicate/eventpb"
)

func ExampleFromJSON() {
	ev, losses, err := eventpb.FromJSON([]byte(`{
		"platform": "native",
		"exception": {"values": [{"type": "SIGSEGV", "stacktrace": {"frames": [{"instruction_addr": "0x5555555553f6", "trust": "context"}]}}]}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ev.GetException().GetValues()[0].GetStacktrace().GetFrames()[0].GetInstructionAddr())
	for _, l := range losses {
		fmt.Println(l)
	}
	// Output:
	// 0x5555555553f6
	// exception.values[0].stacktrace.frames[0].trust: no such field
}
