package symcache

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nativesym/nativesym/internal/fixture"
	"github.com/nativesym/nativesym/objfile"
)

// truth lists the corpus's objects of one kind and the addresses asked about.
var truth = map[string]string{
	"libc-amd64":             "debian/amd64/libc.so.6.debug",
	"libc-s390x":             "debian/s390x/libc.so.6.debug",
	"ninja-gcc-O2":           "built/ninja-gcc-O2-zlib/ninja",
	"ninja-clang-O2-aranges": "built/ninja-clang-O2-aranges/ninja",
	"rust-release":           "built/rust-zstd/rustfix-release",
	"go-linux-amd64":         "built/go/gofix-linux-amd64",
}

// addresses returns the linked addresses that the corpus has answers for.
func addresses(t testing.TB, name string) (addrs []uint64) {
	f, err := os.Open(fixture.Corpus(t, "truth/"+name+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var line struct{ A string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		a, err := strconv.ParseUint(strings.TrimPrefix(line.A, "0x"), 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		addrs = append(addrs, a)
	}
	return addrs
}

// Decoding address by address and looking up in the compiled table are two ways to
// one answer.
func TestLazyAgreesWithTable(t *testing.T) {
	for name, path := range truth {
		t.Run(name, func(t *testing.T) {
			f, err := objfile.Open(fixture.Corpus(t, path))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			res, err := Compile(f, Options{Columns: true})
			if err != nil {
				t.Fatal(err)
			}
			cache, err := Open(res.Table)
			if err != nil {
				t.Fatal(err)
			}
			differ := 0
			addrs := addresses(t, name)
			for i := 0; i < len(addrs); i += 50 {
				lazy, err := NewLazy(f, Options{Columns: true})
				if err != nil {
					t.Fatal(err)
				}
				rel := addrs[i] - f.Base()
				got, err := lazy.Lookup(nil, rel)
				if err != nil {
					t.Fatal(err)
				}
				want := cache.Lookup(nil, rel)
				for i := range want {
					want[i].ID = 0
				}
				for i := range got {
					got[i].ID = 0
				}
				if diff := cmp.Diff(want, got); diff != "" {
					if differ++; differ < 3 {
						t.Errorf("%#x (-table +lazy):\n%s", addrs[i], diff)
					}
				}
			}
			if differ > 0 {
				t.Errorf("%d of %d addresses differ", differ, len(addrs)/50)
			}
		})
	}
}
