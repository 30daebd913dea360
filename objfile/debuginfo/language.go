package debuginfo

// A Language is the source language of a function.
// The values are written into compiled tables: add at the end, never reorder.
type Language uint8

// Languages, in the order in which compiled tables number them.
const (
	UnknownLanguage Language = iota
	C
	CPP
	ObjC
	ObjCPP
	Swift
	Rust
	Go
	D
	Zig
	Fortran
	Ada
	Pascal
	Modula2
	Modula3
	Cobol
	PLI
	Java
	Kotlin
	Haskell
	OCaml
	Julia
	Crystal
	Nim
	Hylo
	Mojo
	Odin
	Dylan
	Python
	CSharp
	VisualBasic
	FSharp
	Assembler
	RenderScript
	OpenCL
	HIP
	SYCL
	UPC
	HLSL
	Metal
	Ruby
	JavaScript
	Dart
	Bliss
	GLSL
	Move
	P4
	numLanguages
)

// names holds what an event's lang field calls each language. Those that
// symbolic knows have its spelling.
var names = [numLanguages]string{
	C: "c", CPP: "cpp", ObjC: "objc", ObjCPP: "objcpp", Swift: "swift", Rust: "rust", Go: "go", D: "d",
	Zig: "zig", Fortran: "fortran", Ada: "ada", Pascal: "pascal", Modula2: "modula2", Modula3: "modula3",
	Cobol: "cobol", PLI: "pli", Java: "java", Kotlin: "kotlin", Haskell: "haskell", OCaml: "ocaml",
	Julia: "julia", Crystal: "crystal", Nim: "nim", Hylo: "hylo", Mojo: "mojo", Odin: "odin", Dylan: "dylan",
	Python: "python", CSharp: "csharp", VisualBasic: "visualbasic", FSharp: "fsharp", Assembler: "asm",
	RenderScript: "renderscript", OpenCL: "opencl", HIP: "hip", SYCL: "sycl", UPC: "upc", HLSL: "hlsl",
	Metal: "metal", Ruby: "ruby", JavaScript: "javascript", Dart: "dart", Bliss: "bliss", GLSL: "glsl", Move: "move", P4: "p4",
}

// String returns the language as an event's lang field names it, or "" when unknown.
func (l Language) String() string {
	if int(l) < len(names) {
		return names[l]
	}
	return ""
}

// Separator returns what the language writes between a namespace or type and what
// is in it, or "" where plain names carry their scope themselves or need none.
func (l Language) Separator() string {
	switch l {
	case CPP, ObjCPP, Rust, Fortran, HIP, SYCL:
		return "::"
	case D, Swift, Zig, CSharp, Java, Kotlin:
		return "."
	}
	return ""
}
