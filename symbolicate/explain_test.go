package symbolicate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	event := `{"platform":"native",
		"exception":{"values":[{"mechanism":{"meta":{"signal":{"number":11}}},"stacktrace":{"registers":{"rip":"0x1"},"frames":[
			{"instruction_addr":"0x12010"},
			{"instruction_addr":"0x13010"},
			{"instruction_addr":"0x19010"},
			{"instruction_addr":"0xa1010"},
			{"instruction_addr":"0x99","symbol_addr":"0x11000"},
			{"instruction_addr":"0x99"},
			{"instruction_addr":"0x11010","platform":"java"},
			{"function":"f"},
			{"instruction_addr":"0x11010","function":"f","lineno":3},
			{"instruction_addr":"0x11010","data":"x"},
			{"instruction_addr":"0x11010"}
		]}}]},
		"threads":{"values":[{"id":1},{"id":2,"stacktrace":{"frames":[
			{"instruction_addr":"0x11010","adjust_instruction_addr":false},
			{"instruction_addr":"0x1010","addr_mode":"rel:6"},
			{"instruction_addr":"0x1010","addr_mode":"rel:4"},
			{"instruction_addr":"0x1010","addr_mode":"rel:0"}
		]}}]},` + strings.Replace(testImages, `"arch":"x86_64"`, `"arch":"x86_64","image_vmaddr":"0x0"`, 1) + `}`
	_, report, err := newFake(Options{}).Explain(t.Context(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range report.Images {
		got = append(got, report.Images[i].String())
	}
	for i := range report.Frames {
		got = append(got, report.Frames[i].String())
	}
	want := []string{
		"0x10000 /opt/x86_64.so: found /symbols/x86_64 (image_vmaddr 0x0, but the file's base is 0x400000)",
		"0x7000000000 /opt/arm64.so: unused",
		"0x40000 /opt/arm.so: unused",
		"0x60000 /opt/mips.so: unused",
		"0x80000 /opt/x86_64.so: unused",
		"0xa0000 /opt/nosuch.so: missing: no debug file with debug id 00000006-0000-0000-0000-000000000000 or code id 06; /symbols/other.debug has code id 77",
		"0x0 /opt/x86_64.so: found /symbols/x86_64",
		"exception.values[0] frame 0: 0x12010 symbolicated, taken as 0x1200f = image 0 + 0x200f (caller: before the return address), 1 inlined calls",
		"exception.values[0] frame 1: 0x13010 symbolicated, taken as 0x1300f = image 0 + 0x300f (caller: before the return address): no line: the debug information has none there",
		"exception.values[0] frame 2: 0x19010 missing_symbol, taken as 0x1900f = image 0 + 0x900f (caller: before the return address): /symbols/x86_64 has nothing at offset 0x900f",
		"exception.values[0] frame 3: 0xa1010 missing, taken as 0xa100f = image 5 + 0x100f (caller: before the return address): /opt/nosuch.so: no debug file with debug id 00000006-0000-0000-0000-000000000000 or code id 06; /symbols/other.debug has code id 77",
		"exception.values[0] frame 4: 0x99 symbolicated, taken as 0x11000 = image 0 + 0x1000 (address in no image: the sender's symbol_addr): no image holds the address, so its line is unknown",
		"exception.values[0] frame 5: 0x99 unknown_image: no image holds 0x99",
		"exception.values[0] frame 6: left as it is: its platform is not native",
		"exception.values[0] frame 7: left as it is: it has no instruction_addr",
		"exception.values[0] frame 8: left as it is: it was symbolicated before",
		"exception.values[0] frame 9: left as it is: its data is no object that a status could be in",
		"exception.values[0] frame 10: 0x11010 symbolicated, taken as 0x1100f = image 0 + 0x100f (youngest frame after a crash signal, not at the program counter: before the return address)",
		"threads.values[1] frame 0: 0x11010 symbolicated, taken as 0x11010 = image 0 + 0x1010 (told not to adjust: exact)",
		"threads.values[1] frame 1: 0x1010 symbolicated, taken as 0x1010 = image 6 + 0x1010 (offset in an image without address: exact)",
		"threads.values[1] frame 2: 0x1010 unknown_image: addr_mode names an image that has no native code",
		"threads.values[1] frame 3: 0x1010 symbolicated, taken as 0x100f = image 0 + 0x100f (told to adjust: before the return address)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
