package swift

import (
	"maps"
	"slices"
	"testing"
)

// typical are names as crash reports of iOS apps have them: 40 to 140 bytes.
var typical = []string{
	"$s4main6testityyF",
	"$s5Actor02MyA0C17testAsyncFunctionyyYaKFTY0_",
	"$s3red4testyAA3ResOyxSayq_GAEs5ErrorAAq_sAFHD1__HCg_GADyxq_GsAFR_r0_lF",
	"$s20mangling_retroactive5test0yyAA1ZVy12RetroactiveB1XVSiAE1YVAG0D1A1PAAyHCg_AiJ1QAAyHCg1_GF",
	"_TFVFC15nested_generics7HotDogs11applyRelishFT_T_L_6RelishCfT8materialx_GS1_x_",
	"$sxIeghHr_xs5Error_pIegHrzo_s8SendableRzs5NeverORs_r0_lTRTATQ0_",
	"$s18keypaths_inlinable13KeypathStructV8computedSSvpACTKq",
	"_T0So11UITextFieldC4textSSSgvgToTepb_",
}

func BenchmarkTypical(b *testing.B) {
	for _, brief := range []struct {
		name string
		o    Options
	}{{"full", Options{}}, {"simplified", Options{Simplified: true}}} {
		b.Run(brief.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, ok := Demangle(typical[n%len(typical)], brief.o); !ok {
					b.Fatal(typical[n%len(typical)])
				}
				n++
			}
		})
	}
}

// BenchmarkBombs demangles the names that stand for endless ones.
func BenchmarkBombs(b *testing.B) {
	for _, why := range slices.Sorted(maps.Keys(bombs)) {
		b.Run(why, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Demangle(bombs[why], Options{})
			}
		})
	}
}
