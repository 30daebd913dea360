package swift

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nativesym/nativesym/internal/fixture"
)

// What one name of up to 4 KiB may cost. The time is 20 ms, which BenchmarkBombs
// shows to be several times what is needed; the test counts what the processor
// spends, and allows more for the race detector.
const (
	bombTime   = 200 * time.Millisecond
	bombMemory = 4 << 20
)

// bombs are names of up to 4 KiB that stand for far more.
var bombs = map[string]string{
	"dictionaries of dictionaries": "$sSDySiSiG" + nested(300, func(i int) string { return "SDyA" + twice(i) + "G" }) + "D",
	"one type 2048 times":          "$s3App1SV" + strings.Repeat("A2048C", 600),
	"tuples of one type":           "$s3App1SV" + strings.Repeat("AC_A2000Ct", 400) + "D",
	"nested optionals":             "$sSi" + strings.Repeat("Sg", 2000) + "D",
	"nested generic types":         "$s1m" + strings.Repeat("1aV", 500) + "y" + strings.Repeat("Si_", 499) + "SiGD",
	"long words":                   "$s2000" + strings.Repeat("a", 2000) + "0" + strings.Repeat("a", 2000) + "A0",
	"identifiers of long words":    "$s2000" + strings.Repeat("a", 2000) + strings.Repeat("0aA0", 500),
	"long labels":                  "$s3App1f2000" + strings.Repeat("a", 2000) + "A899CySi_S899itF",
	"long labels in a tuple":       "$sSi2000" + strings.Repeat("a", 2000) + "_" + strings.Repeat("SiAA", 450) + "tD",
	"Punycode":                     "$s001000_" + strings.Repeat("b", 1000) + "001000_" + strings.Repeat("b", 1000),
	"pack markers":                 "$sSi" + strings.Repeat("Rvz", 1000) + "r" + strings.Repeat("200_", 200) + "lu",
	"generic parameters":           "$sSir" + strings.Repeat("2000000000_", 300) + "lu",
	"many attributes":              "$s3App1fyyF" + strings.Repeat("To", 2000),
	"partial applications":         "$s3App1fyyF" + strings.Repeat("TA", 2000),
	"names within names":           within(4000),
	"one name within a name again": "$s3App1fyyF93$s3App1fyySi_" + strings.Repeat("Si", 39) + "tFA900CTf4" + strings.Repeat("pf", 900) + "_n",
	"old: nested optionals":        "_Tt" + strings.Repeat("GSq", 1000) + "Si" + strings.Repeat("_", 1000),
	"old: nested contexts":         "_T" + strings.Repeat("FE1a", 900) + "1a1aSi",
	"old: nested archetypes":       "_Tt" + strings.Repeat("Q", 4000),
	"old: types in functions":      "_TtTV1m1a" + nested(180, func(i int) string { return "VFS_1fT" + strings.Repeat("S"+number(i+1), 2) + "_1a" }) + "_",
	"old: generic contexts":        "_TtG" + strings.Repeat("V", 300) + "1m" + strings.Repeat("1a", 300) + strings.Repeat("Si_", 300),
	"old: Punycode":                "_TF1mX1000" + strings.Repeat("b", 1000) + "FT_T_",
	"old: names within names":      "_TTSf1" + strings.Repeat("cpfr12_TF1m1fFT_T__", 200) + "__TF1m1fFT_T_",
}

func nested(n int, f func(int) string) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(f(i))
	}
	return s.String()
}

// twice refers to the last thing that may be referred to, two times.
func twice(i int) string {
	if i < 26 {
		return "2" + string(rune('A'+i))
	}
	return number(i-26) + "A" + number(i-26)
}

// number writes an index.
func number(i int) string {
	if i == 0 {
		return "_"
	}
	digits := ""
	for i--; ; i /= 10 {
		digits = string(rune('0'+i%10)) + digits
		if i < 10 {
			return digits + "_"
		}
	}
}

// within nests names in constants of specialisations.
func within(size int) string {
	name := "$s1m1fyyF"
	for {
		outer := "$s1m1fyyF" + length(name) + name + "Tf4pf_n"
		if len(outer) > size {
			return name
		}
		name = outer
	}
}

func length(s string) string { return strings.TrimSuffix(number(len(s)+1), "_") }

func TestBombs(t *testing.T) {
	for why, name := range bombs {
		for _, o := range []Options{{}, {Simplified: true}} {
			if len(name) > 4<<10+64 {
				t.Fatalf("%s: %d bytes", why, len(name))
			}
			got, spent, memory := measure(name, o)
			if len(got) > maxOutput {
				t.Errorf("%s, %+v: %d bytes of output", why, o, len(got))
			}
			if spent > bombTime {
				t.Errorf("%s, %+v: %v, want at most %v", why, o, spent, bombTime)
			}
			if memory > bombMemory {
				t.Errorf("%s, %+v: %d bytes allocated, want at most %d", why, o, memory, bombMemory)
			}
		}
	}
}

// measure demangles a name, and returns the least time and memory of some attempts:
// what else the process and the machine do adds to both.
func measure(name string, o Options) (got string, spent time.Duration, memory uint64) {
	spent, memory = time.Hour, 1<<60
	for range 50 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		spent = min(spent, fixture.CPU(func() { got, _ = Demangle(name, o) }))
		runtime.ReadMemStats(&after)
		memory = min(memory, after.TotalAlloc-before.TotalAlloc)
		if spent <= bombTime && memory <= bombMemory {
			break
		}
	}
	return got, spent, memory
}

// TestLimits has pairs of names, one within a limit and one beyond it.
func TestLimits(t *testing.T) {
	optionals := func(n int) string { return "$sSi" + strings.Repeat("Sg", n) + "D" }
	module := func(n int) string {
		return "$s" + length(strings.Repeat("a", n)) + strings.Repeat("a", n)
	}
	punycode := func(n int) string {
		return "$s00" + length(strings.Repeat("b", n)) + strings.Repeat("b", n)
	}
	tuple := func(n int) string { return "$sSi_" + strings.Repeat("S1000i", n) + "tD" }
	for _, tt := range []struct {
		limit          string
		within, beyond string
	}{
		{"maxName", module(maxName - 7), module(maxName - 6)},
		{"maxDepth", optionals(maxDepth - 4), optionals(maxDepth + 1)},
		{"maxStack", tuple(4), tuple(5)},
		{"maxPunycode", punycode(maxPunycode), punycode(maxPunycode + 1)},
		{"maxBuiltinSize", "$sBi4096_D", "$sBi4097_D"},
	} {
		if _, ok := Demangle(tt.within, Options{}); !ok {
			t.Errorf("%s: a name of %d bytes within it is refused", tt.limit, len(tt.within))
		}
		if got, ok := Demangle(tt.beyond, Options{}); ok {
			t.Errorf("%s: a name of %d bytes beyond it is demangled to %d bytes", tt.limit, len(tt.beyond), len(got))
		}
	}
}

func TestManyGenericParams(t *testing.T) {
	got, ok := Demangle("$s1m1fyyr1000_lF", Options{})
	if !ok || !strings.Contains(got, ", WE, XE, ...>") {
		t.Errorf("Demangle = %q, %v, want an ellipsis after %d parameters", got, ok, maxParams)
	}
}
