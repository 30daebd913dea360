package objfile_test

import (
	"fmt"
	"log"

	"github.com/nativesym/nativesym/objfile"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

// Which build is this, and what is in it?
func ExampleOpen() {
	f, err := objfile.Open("../testdata/bin/shop-clang19-x86_64")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	fmt.Println(f.Format(), f.Arch())
	fmt.Println("code id ", f.CodeID())
	fmt.Println("debug id", f.DebugID())
	fmt.Printf("base     %#x\n", f.Base())
	// Output:
	// elf x86_64
	// code id  fa20c7ad877d2c875561e4a840ca1696c13d1d78
	// debug id adc720fa-7d87-872c-5561-e4a840ca1696
	// base     0x400000
}

func ExampleFile_Symbols() {
	f, err := objfile.Open("../testdata/bin/relay-rust1.95-x86_64")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range symbols {
		if s.Kind == objfile.PLT || s.Name == "main" {
			fmt.Printf("%#x %3d bytes  %s\n", s.Addr, s.Size, s.Name)
		}
	}
	// Output:
	// 0x19a0 153 bytes  main
	// 0x1a70  16 bytes  __cxa_finalize@plt
}

// Reading happens inside Guard, so that a file which shrinks meanwhile is an error.
func ExampleFile_DebugInfo() {
	f, err := objfile.Open("../testdata/bin/relay-rust1.95-x86_64")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	err = f.Guard(func() error {
		info, err := f.DebugInfo()
		if err != nil || info == nil {
			return err
		}
		var unit debuginfo.Unit
		reader := info.NewReader()
		for i := range info.NumUnits() {
			if err := reader.Read(i, &unit); err != nil {
				return err
			}
			for _, fn := range unit.Functions {
				fmt.Printf("%#x %s\n", fn.Entry, unit.Names[fn.Name].Symbol)
			}
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// 0x1850 _RINvCs32gj3y4fnmh_4main8cheapestyNCNvB2_4main0EB2_
	// 0x18e0 _RNvMCs32gj3y4fnmh_4mainINtB2_5RouteKj3_E4costB2_
	// 0x1950 _RNvXNtCs32gj3y4fnmh_4main3hopNtB2_4WireNtB2_3Hop4cost
	// 0x1980 _RNvXs_NtCs32gj3y4fnmh_4main3hopINtB4_5RadioKy6_ENtB4_3Hop4costB6_
	// 0x1990 _RNvXs_NtCs32gj3y4fnmh_4main3hopINtB4_5RadioKyb_ENtB4_3Hop4costB6_
	// 0x19a0 main
}

func ExampleParseDebugID() {
	id, err := objfile.ParseDebugID("3249D99D0C4049318610F4E4FB0B69361")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(id)
	fmt.Println(id.Breakpad())
	// Output:
	// 3249d99d-0c40-4931-8610-f4e4fb0b6936-1
	// 3249D99D0C4049318610F4E4FB0B69361
}
