package layout_test

import (
	"fmt"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/debugimage/source/layout"
)

func ExampleLayout_Paths() {
	im := (&debugimage.Fields{
		Type:      "pe",
		CodeID:    "5ab380779000",
		DebugID:   "3249d99d-0c40-4931-8610-f4e4fb0b6936-1",
		CodeFile:  `C:\app\crash.exe`,
		DebugFile: `C:\build\crash.pdb`,
	}).Image()
	for _, p := range (layout.Layout{Scheme: layout.Symstore}).Paths(&im, layout.PDB, layout.PE) {
		fmt.Println(p.Name)
	}
	// Output:
	// crash.pdb/3249D99D0C4049318610F4E4FB0B69361/crash.pdb
	// crash.pdb/3249D99D0C4049318610F4E4FB0B69361/crash.pd_
	// crash.exe/5AB380779000/crash.exe
	// crash.exe/5AB380779000/crash.ex_
}
