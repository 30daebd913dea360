package main

import (
	"testing"

	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/symbolicate/symcache"
)

// The wanted names are the DW_AT_name of such functions by GCC, clang and rustc,
// which llvm-symbolizer --functions=short prints.
func TestShortName(t *testing.T) {
	for _, tt := range []struct {
		frame symcache.Frame
		want  string
	}{
		{symcache.Frame{Symbol: "main"}, "main"},
		{symcache.Frame{Symbol: "run", Scope: "ns::Type"}, "run"},
		{symcache.Frame{Symbol: "main.(*T).Run", Language: debuginfo.Go}, "main.(*T).Run"},
		{symcache.Frame{Symbol: "_ZN4shop7give_upEPKc"}, "give_up"},
		{symcache.Frame{Symbol: "_ZN1A3mapIiSsEEvT_"}, "map<int, std::string>"},
		{symcache.Frame{Symbol: "_ZN1A1BC2Ei"}, "B"},
		{symcache.Frame{Symbol: "_ZN1A1BD0Ev"}, "~B"},
		{symcache.Frame{Symbol: "_ZN1AclEi"}, "operator()"},
		{symcache.Frame{Symbol: "_ZN1AixEi"}, "operator[]"},
		{symcache.Frame{Symbol: "_ZN1AltERKS_"}, "operator<"},
		{symcache.Frame{Symbol: "_ZN1AptEv"}, "operator->"},
		{symcache.Frame{Symbol: "_ZN1A1BlsEi"}, "operator<<"},
		{symcache.Frame{Symbol: "_ZZN1A3runEvENKUliE_clEi"}, "operator()"},
		{symcache.Frame{Symbol: "_ZN12_GLOBAL__N_14Till5closeEv.cold"}, "close"},
		{symcache.Frame{Symbol: "_RINvNtC4core3num11rotate_leftyE", Language: debuginfo.Rust}, "rotate_left<u64>"},
		{symcache.Frame{Symbol: "_ZN4core3ptr8read_u1617h0123456789abcdefE", Language: debuginfo.Rust}, "read_u16"},
	} {
		if got := shortName(tt.frame); got != tt.want {
			t.Errorf("shortName(%q) = %q, want %q", tt.frame.Symbol, got, tt.want)
		}
	}
}
