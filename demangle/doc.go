// Package demangle turns linker names into the names people wrote, in every
// language a native stack can hold.
//
// [Name] tells which scheme a symbol is of and answers with the whole name and
// with a short one for issue lists. An ordinary C name is answered with itself.
// [Cache] remembers answers; [ReplaceAll] demangles every name inside a text.
// One scheme is one subpackage.
//
// Symbols come from untrusted files. A symbol longer than [MaxSymbol], or one
// whose name would be longer than [MaxName], is answered with itself, never with
// a part of its name; every scheme bounds its recursion and what references back
// into a symbol can unfold.
//
// # Short names
//
// [Shorten] makes of a whole name what tells one function from another at a
// glance. Its rules:
//
//   - Parameters go, and what trails them: const, &, noexcept, "-> Int",
//     " : Int", requires clauses, [clone .cold].
//   - Return types, and words like static before a function, go.
//   - Template and generic arguments become <T>, those of D !(T).
//   - Operators stay whole: operator(), operator<<, operator->, operator new[].
//   - A lambda is called lambda, whether GCC ({lambda(int)#1}), clang ($_0,
//     'lambda'(int)) or MSVC (<lambda_1>) named it. MSVC's closure without a
//     scope keeps its brackets: <lambda>.
//   - "(anonymous namespace)" stays; ?A0x… of MSVC becomes `anonymous namespace'.
//   - A scope that MSVC quotes, `int main(void)'::`2', becomes the function's
//     short name.
//   - A thunk is called like the function it leads to; what stands for data
//     (vtable for X) keeps its words; a block is "block in f".
//   - Rust: <Foo as Trait>::f becomes Foo::f, <Foo<A>>::f becomes Foo<T>::f, and
//     an implementation for all types, <T as Trait>::f, becomes Trait::f. Hashes go.
//   - Swift: closures become "closure in f" however deep they are nested, thunks
//     without a name "thunk for closure", initializers of variables "initializer
//     expression of x", functions within functions "f in g"; attributes, partial
//     applications, specializations and extensions are called like what they are
//     of. Other words that say what was made for a declaration stay.
//   - The methods of Objective-C and the names of Go, OCaml, Haskell and Ada stay
//     as they are.
//   - Versions (@GLIBC_2.2.5), @plt, the sizes of stdcall (@8) and the hashes of
//     Unity's IL2CPP go.
//   - What is left is cut to [MaxShort] bytes, at a character. A name of which
//     nothing would be left stays as it is.
package demangle
