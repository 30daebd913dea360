package swift_test

import (
	"fmt"

	"github.com/nativesym/nativesym/demangle/swift"
)

func ExampleDemangle() {
	const symbol = "$s3App10LoginModelC6submityyYaKFyyScMYcXEfU_"

	full, _ := swift.Demangle(symbol, swift.Options{})
	fmt.Println(full)

	short, _ := swift.Demangle(symbol, swift.Options{Simplified: true})
	fmt.Println(short)

	_, ok := swift.Demangle("main", swift.Options{})
	fmt.Println(ok)
	// Output:
	// closure #1 @Swift.MainActor () -> () in App.LoginModel.submit() async throws -> ()
	// closure #1 in LoginModel.submit()
	// false
}
