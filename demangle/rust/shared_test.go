package rust

import (
	"testing"

	"github.com/nativesym/nativesym/demangle/internal/oracle"
)

// The oracle is llvm-cxxfilt 19.
func TestV0AgreesWithLLVM(t *testing.T) {
	oracle.Check(t, oracle.Shared(t, "rust-v0.tsv"), 1, func(symbol string) string {
		name, _ := V0(symbol, Options{})
		return name
	})
}

// The oracle is c++filt 2.40.
func TestLegacyAgreesWithBinutils(t *testing.T) {
	oracle.Check(t, oracle.Shared(t, "rust-legacy.tsv"), 1, func(symbol string) string {
		name, _ := Legacy(symbol, Options{Hash: true})
		return name
	})
}
