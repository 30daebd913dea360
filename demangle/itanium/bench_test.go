package itanium

import (
	"testing"

	"github.com/ianlancetaylor/demangle"
)

var typical = []string{
	"_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE13_S_copy_charsEPcN9__gnu_cxx17__normal_iteratorIPKcS4_EESA_",
	"_ZNSt6vectorIN4llvm9StringRefESaIS1_EE17_M_realloc_insertIJRKS1_EEEvN9__gnu_cxx17__normal_iteratorIPS1_S3_EEDpOT_",
	"_ZN4llvm23SmallVectorTemplateBaseISt4pairINS_9StringRefENS_6detail12DenseMapPairImNS_15InstrProfRecordEEEELb0EE4growEm",
}

func BenchmarkDemangle(b *testing.B) {
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, ok := Demangle(typical[i%len(typical)], Options{ReturnType: true}); !ok {
				b.Fatal("refused")
			}
		}
	})
	b.Run("ianlancetaylor", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := demangle.ToString(typical[i%len(typical)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}
