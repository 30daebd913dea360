package itanium

import (
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

// The oracles are llvm-cxxfilt 19 and c++filt 2.40.
func TestAgreesWithLLVMOrBinutils(t *testing.T) {
	oracle.Check(t, oracle.Shared(t, "itanium.tsv"), 0.997, func(symbol string) string {
		name, _ := Demangle(symbol, Options{ReturnType: true})
		return name
	})
}
