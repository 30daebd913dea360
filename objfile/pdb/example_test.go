package pdb_test

import (
	"fmt"
	"log"
	"os"

	"github.com/nativesym/nativesym/objfile/debuginfo"
	"github.com/nativesym/nativesym/objfile/pdb"
)

func ExampleParse() {
	data, err := os.ReadFile("../../testdata/bin/till-clang19-windows.pdb")
	if err != nil {
		log.Fatal(err)
	}
	f, err := pdb.Parse(data)
	if err != nil {
		log.Fatal(err)
	}
	r := f.NewReader()
	var u debuginfo.Unit
	for i := range f.NumUnits() {
		if err := r.Read(i, &u); err != nil {
			log.Print(err)
		}
		for _, fn := range u.Functions {
			fmt.Printf("%#x %s\n", fn.Entry, u.Names[fn.Name].Symbol)
		}
	}
	// Output:
	// 0x1000 start
	// 0x10c0 `anonymous namespace'::ring_up
	// 0x10f0 `anonymous namespace'::Crate::price
	// 0x1120 `anonymous namespace'::Crate::deposit
	// 0x1140 till::Drawer<3>::pay
	// 0x11d0 tax_of
	// 0x1210 tax_free
}
