package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReaders(t *testing.T) {
	tests := []struct {
		name string
		read reader
		text string
		want []chain
	}{
		{
			// llvm-symbolizer-19 --obj=F: two frames, no answer, a symbol without a line
			"llvm", readLLVM,
			"f(int)\n/src/a b.h:12:5\nmain\nC:\\x.cc:7:0\n\n??\n??:0:0\n\n_start\n??:0:0\n\n",
			[]chain{{12, 7}, nil, nil},
		},
		{
			// peers answer F: nothing at all where nothing is known; the outer frame lacks a line
			"peers", readLLVM,
			"\ninner\n/a.c:3:0\nouter\n??:0:0\n\n",
			[]chain{nil, {3, 0}},
		},
		{
			// addr2line 2.40 -e F -f -i -C -a
			"binutils", readGNU,
			"0x1234\ninner\n/a.c:3 (discriminator 4)\nouter\n/b:c.c:?\n0x5\n??\n??:0\n0x9\nf\n??:?\n",
			[]chain{{3, 0}, nil, nil},
		},
		{
			// eu-addr2line 0.188 -e F -f -i -C -a
			"elfutils", readElfutils,
			"0x01\ninner inlined at /a.h:9:2 in outer\n/a.h:317:5\nouter\n/a.c:9\n0x02\n??\n??:0\n",
			[]chain{{317, 9}, nil},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.read(strings.NewReader(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadGNURejectsOtherOutput(t *testing.T) {
	_, err := readGNU(strings.NewReader("main\n/a.c:1\n"))
	const want = `not the output of addr2line -a -f -i: "main"`
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestEqual(t *testing.T) {
	got := equal([]chain{{1, 2}, nil, {3}}, []chain{{1, 2}, {4}, {3}})
	if diff := cmp.Diff([]bool{true, false, true}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := share([]bool{true, false, true, true}); got != 75 {
		t.Errorf("share %v, want 75", got)
	}
}
