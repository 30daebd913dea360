package symbolicate

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What cannot be read is told of when that is found out, and not again for the next
// event. Files that are not there are no news.
func TestReport(t *testing.T) {
	var got []string
	s := newFake(Options{Report: func(_ context.Context, r *ImageReport) {
		got = append(got, r.Image.CodeFile+" "+r.Status.String()+" "+r.File+" "+r.Reason)
	}})
	for _, name := range []string{"x86_64", "broken", "nosuch", "large", "fault", "broken"} {
		mustEvent(t, s, []byte(`{"platform":"native","stacktrace":{"frames":[{"instruction_addr":"0x12000"}]},"debug_meta":{"images":[`+
			`{"type":"elf","code_id":"01","code_file":"/lib/`+name+`.so","image_addr":"0x10000","image_size":65536}]}}`))
	}
	want := []string{"/lib/broken.so malformed /symbols/broken /symbols/broken: .debug_info+0x10: need 4 bytes, have 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
}
