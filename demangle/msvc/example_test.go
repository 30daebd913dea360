package msvc_test

import (
	"fmt"

	"github.com/nativesym/nativesym/demangle/msvc"
)

func ExampleDemangle() {
	const symbol = "?vf@V1@app@@UEDAHPEBUD@2@$$QEAE@Z"
	whole, _ := msvc.Demangle(symbol, msvc.Options{})
	fmt.Println(whole)
	short, _ := msvc.Demangle(symbol, msvc.Options{
		NoReturnType:        true,
		NoAccess:            true,
		NoMemberKind:        true,
		NoCallingConvention: true,
		NoTagSpecifier:      true,
	})
	fmt.Println(short)
	// Output:
	// public: virtual int __cdecl app::V1::vf(struct app::D const *, unsigned char &&) const volatile
	// app::V1::vf(app::D const *, unsigned char &&) const volatile
}

func ExampleUndecorateC() {
	name, _ := msvc.UndecorateC("_WinMain@16")
	fmt.Println(name)
	// Output: WinMain
}
