package symbolicate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Images of the semantics table: one for each architecture.
const testImages = `"debug_meta":{"images":[
	{"type":"elf","code_id":"01","code_file":"/opt/x86_64.so","image_addr":"0x10000","image_size":65536,"arch":"x86_64"},
	{"type":"elf","code_id":"02","code_file":"/opt/arm64.so","image_addr":"0x7000000000","image_size":65536},
	{"type":"elf","code_id":"03","code_file":"/opt/arm.so","image_addr":"0x40000","image_size":65536},
	{"type":"elf","code_id":"04","code_file":"/opt/mips.so","image_addr":"0x60000","image_size":65536},
	{"type":"wasm","code_id":"05","code_file":"/opt/x86_64.so","image_addr":"0x80000","image_size":65536},
	{"type":"elf","code_id":"06","code_file":"/opt/nosuch.so","image_addr":"0xa0000","image_size":65536},
	{"type":"elf","code_id":"07","debug_id":"00000000-0000-0000-0000-000000000007","code_file":"/opt/x86_64.so"}
]}`

// TestSemantics has a row for each rule. A row names where the rule is written:
// a file of the specifications and its section, or the list of what this project
// does otherwise (design.md, "differences").
func TestSemantics(t *testing.T) {
	for _, tt := range []struct {
		name, spec string
		event      string // without its images
		want       string
	}{
		{
			"callers are return addresses, the youngest frame is exact", "field-behaviour.md 1.4, Auto heuristic",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x1020\n",
		},
		{
			"frames run from callers to callees, inlined ones too", "stacktrace.md, frames; field-behaviour.md 1.7",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x12020"}]}`,
			"event\n  f f.c:0x100f\n  outer out.c:0x63\n  inner in.h:0x2020\n",
		},
		{
			"arm64 instructions are 4 bytes", "field-behaviour.md 1.4, table",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x7000001336"},{"instruction_addr":"0x7000001337"}]}`,
			"event\n  f f.c:0x1330\n  f f.c:0x1334\n",
		},
		{
			"bit 0 of an Arm address means Thumb", "design.md, difference 6",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x41011"},{"instruction_addr":"0x41021"}]}`,
			"event\n  f f.c:0x100e\n  f f.c:0x1020\n",
		},
		{
			"mips has a delay slot", "design.md, difference 3",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x61010"},{"instruction_addr":"0x61020"}]}`,
			"event\n  f f.c:0x1008\n  f f.c:0x1020\n",
		},
		{
			"adjustment all", "field-behaviour.md 1.4 (a)",
			`"platform":"native","stacktrace":{"instruction_addr_adjustment":"all","frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x101f\n",
		},
		{
			"adjustment all_but_first", "field-behaviour.md 1.4 (a)",
			`"platform":"native","stacktrace":{"instruction_addr_adjustment":"all_but_first","frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x1020\n",
		},
		{
			"adjustment none", "field-behaviour.md 1.4 (a)",
			`"platform":"native","stacktrace":{"instruction_addr_adjustment":"none","frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x1010\n  f f.c:0x1020\n",
		},
		{
			"adjustment auto, and a word that nobody knows", "field-behaviour.md 1.4 (a)",
			`"platform":"native","stacktrace":{"instruction_addr_adjustment":"auto","frames":[{"instruction_addr":"0x11010"},{"instruction_addr":"0x11020"}]},
			"exception":{"values":[{"stacktrace":{"instruction_addr_adjustment":"maybe","frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x1010\nevent\n  f f.c:0x100f\n  f f.c:0x1020\n",
		},
		{
			"a frame's own adjustment counts, and makes yes the default of its stack", "field-behaviour.md 1.4 (b)",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010","adjust_instruction_addr":false},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x1010\n  f f.c:0x101f\n",
		},
		{
			"a frame's own adjustment goes before the stack's", "field-behaviour.md 1.4 (b)",
			`"platform":"native","stacktrace":{"instruction_addr_adjustment":"none","frames":[{"instruction_addr":"0x11010","adjust_instruction_addr":true},{"instruction_addr":"0x11020"}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x1020\n",
		},
		{
			"after a crash signal, a top frame that is not at the program counter is a caller", "field-behaviour.md 1.4, Auto heuristic 2",
			`"platform":"native","exception":{"values":[{"mechanism":{"meta":{"signal":{"number":11}}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x100f\n",
		},
		{
			"after a crash signal, a top frame at the program counter is exact", "field-behaviour.md 1.4, Auto heuristic 2",
			`"platform":"native","exception":{"values":[{"mechanism":{"meta":{"signal":{"number":11}}},"stacktrace":{"registers":{"rip":"0x11010"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x1010\n",
		},
		{
			"other signals say nothing of the top frame", "field-behaviour.md 1.4, Auto heuristic 2",
			`"platform":"native","exception":{"values":[{"mechanism":{"meta":{"signal":{"number":6}}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x1010\n",
		},
		{
			"the legacy place of the signal", "own rule: mechanism.posix_signal.signal",
			`"platform":"native","exception":{"values":[{"mechanism":{"posix_signal":{"signal":4}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x100f\n",
		},
		{
			"SIGBUS is 7 on Linux", "design.md, difference 3",
			`"platform":"native","contexts":{"os":{"name":"Linux"}},"exception":{"values":[{"mechanism":{"meta":{"signal":{"number":7}}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x100f\n",
		},
		{
			"and 10 is not SIGBUS there", "design.md, difference 3",
			`"platform":"native","contexts":{"os":{"name":"Android"}},"exception":{"values":[{"mechanism":{"meta":{"signal":{"number":10}}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x1010\n",
		},
		{
			"SIGBUS is 10 on Apple's systems", "design.md, difference 3",
			`"platform":"cocoa","contexts":{"os":{"name":"iOS"}},"exception":{"values":[{"mechanism":{"meta":{"signal":{"number":10}}},"stacktrace":{"registers":{"rip":"0x99"},"frames":[{"instruction_addr":"0x11010"}]}}]}`,
			"exception\n  f f.c:0x100f\n",
		},
		{
			"an address at the end of an image is not in it", "design.md, difference 1",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x20000"}]}`,
			"event\n  0x20000 unknown_image\n",
		},
		{
			"a return address at the end of an image is a call in it", "design.md, difference 1; the call lies before",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x20000"},{"instruction_addr":"0x11010"}]}`,
			"event\n  0x20000 missing_symbol\n  f f.c:0x1010\n",
		},
		{
			"hex, decimal and numbers", "field-behaviour.md 1.3 and 5.1",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0X11010"},{"instruction_addr":"69648"},{"instruction_addr":69648}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x100f\n  f f.c:0x1010\n",
		},
		{
			"bare hex is no address", "field-behaviour.md 5.1",
			`"platform":"native","stacktrace":{"frames":[{"function":"x","instruction_addr":"1101f"}]}`,
			"event\n  x untouched\n",
		},
		{
			"addr_mode rel:<index>", "field-behaviour.md 1.2",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x1010","addr_mode":"rel:0"},{"instruction_addr":"0x1337","addr_mode":"rel:1"}]}`,
			"event\n  f f.c:0x100f\n  f f.c:0x1334\n",
		},
		{
			"addr_mode rel:<debug id> of an image without address: not adjusted", "field-behaviour.md 1.2",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x1010","addr_mode":"rel:00000000-0000-0000-0000-000000000007"},{"instruction_addr":"0x1010","addr_mode":"rel:0"}]}`,
			"event\n  f f.c:0x1010\n  f f.c:0x1010\n",
		},
		{
			"addr_mode that names no image counts as absolute", "field-behaviour.md 1.2",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010","addr_mode":"rel:99"}]}`,
			"event\n  f f.c:0x1010\n",
		},
		{
			"tags and signatures are stripped", "design.md, difference 5",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0xb400007000001338"},{"instruction_addr":"0x2b3a1f7000001338"}]}`,
			"event\n  f f.c:0x1334\n  f f.c:0x1338\n",
		},
		{
			"but not on x86_64, which has none", "design.md, difference 5",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0xb400000000011010"}]}`,
			"event\n  0xb400000000011010 unknown_image\n",
		},
		{
			"foreign images hold no native address", "own rule: wasm and others pass through",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x81010"}]}`,
			"event\n  0x81010 unknown_image\n",
		},
		{
			"image_addr of the sender, where no image holds the address", "stacktrace.md, image_addr",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x99999","image_addr":"0x10000"}]}`,
			"event\n  0x99999 missing_symbol\n",
		},
		{
			"symbol_addr of the sender, where no image holds the address: no line", "stacktrace.md, symbol_addr",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x99999","symbol_addr":"0x12000"}]}`,
			"event\n  outer out.c:0x0\n",
		},
		{
			"no debug file", "field-behaviour.md 1.8",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0xa1010"}]}`,
			"event\n  0xa1010 missing\n",
		},
		{
			"no symbol", "field-behaviour.md 1.8",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x19000"}]}`,
			"event\n  0x19000 missing_symbol\n",
		},
		{
			"a frame's platform goes before the event's", "stacktrace.md, platform",
			`"platform":"javascript","stacktrace":{"frames":[{"instruction_addr":"0x11010","function":"js"},{"instruction_addr":"0x11010","platform":"native"}]}`,
			"event\n  js untouched\n  f f.c:0x1010\n",
		},
		{
			"csharp is not native", "own rule: platforms",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010","platform":"csharp","function":"cs"},{"instruction_addr":"0x11010"}]}`,
			"event\n  cs untouched\n  f f.c:0x1010\n",
		},
		{
			"an event that names no platform may be native", "own rule",
			`"stacktrace":{"frames":[{"instruction_addr":"0x11010"}]}`,
			"event\n  f f.c:0x1010\n",
		},
		{
			"a sender that knew function and line", "own rule: frames already symbolicated are left",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x11010","function":"mine","lineno":3},{"instruction_addr":"0x11010","function":"f"}]}`,
			"event\n  mine untouched\n  f f.c:0x1010\n",
		},
		{
			"lists without an object around them", "own rule: bare lists",
			`"platform":"native","exception":[{"stacktrace":{"frames":[{"instruction_addr":"0x11010"}]}}],
			"threads":[{"id":1,"stacktrace":{"frames":[{"instruction_addr":"0x11011"}]}}]`,
			"exception\n  f f.c:0x1010\nthread\n  f f.c:0x1011\n",
		},
		{
			"exceptions, the event and threads", "interfaces.md; threads.md",
			`"platform":"native","exception":{"values":[{"stacktrace":{"frames":[{"instruction_addr":"0x11010"}]}}]},
			"stacktrace":{"frames":[{"instruction_addr":"0x11011"}]},
			"threads":{"values":[{"id":1},{"id":2,"stacktrace":{"frames":[{"instruction_addr":"0x11012"}]}}]}`,
			"exception\n  f f.c:0x1010\nevent\n  f f.c:0x1011\nthread\n  f f.c:0x1012\n",
		},
		{
			"a path of Windows", "field-behaviour.md 1.7, filename",
			`"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x14010"}]}`,
			"event\n  ns::T::h h.cc:0x4010\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.spec == "" {
				t.Error("a rule without a source")
			}
			out := symbolicateFake(t, Options{}, `{`+tt.event+`,`+testImages+`}`)
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), strings.Split(picture(t, out), "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.spec, diff)
			}
		})
	}
}
