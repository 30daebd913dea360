#!/bin/sh
# macos.sh builds the sources in src/parcel for macOS into bin/macos, the ways in
# which Mach-O programs keep debug information:
#
#	fat/prog          arm64 and x86_64 in one file, with a dSYM of both beside it
#	objects/prog      arm64, with a debug map: its debug information stayed in the
#	                  object files beside it, one of which is in a static library
#	prog.sym          of the arm64 program, for Breakpad (src/sym)
#	twin              the arm64 program in ELF, of the same instructions
#
# The same compilers make the same bytes, ids and paths included.
set -eu
out=bin/macos
ROOT=$PWD/src
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rm -rf "$out"
dwarf=prog.dSYM/Contents/Resources/DWARF
mkdir -p "$out/fat/$dwarf" "$out/objects"
flags="-O2 -std=c++17 -ffreestanding -fno-exceptions -fno-rtti -fno-stack-protector -ffile-prefix-map=$ROOT=/src"

# program DIRECTORY ARCH DWARF-VERSION
program() {
	mkdir -p "$1"
	for f in parcel weigh; do
		(cd src && clang++-19 --target="$2-apple-macos12" $flags -gdwarf-$3 -c -o "$1/$f.o" "parcel/$f.cc")
	done
	llvm-ar-19 --format=darwin -rcD "$1/libweigh.a" "$1/weigh.o"
	(cd "$1" && ZERO_AR_DATE=1 ld64.lld-19 -arch "$2" -platform_version macos 12.0 13.0 -e __start -oso_prefix "$1/" -o prog parcel.o libweigh.a)
	(cd "$1" && dsymutil-19 -o prog.dSYM prog)
}

program "$tmp/arm64" arm64 5
program "$tmp/x86_64" x86_64 4
llvm-lipo-19 -create "$tmp/arm64/prog" "$tmp/x86_64/prog" -output "$out/fat/prog"
llvm-lipo-19 -create "$tmp/arm64/$dwarf/prog" "$tmp/x86_64/$dwarf/prog" -output "$out/fat/$dwarf/prog"
cp "$tmp/arm64/prog" "$tmp/arm64/parcel.o" "$tmp/arm64/libweigh.a" "$out/objects"
for f in parcel weigh; do
	(cd src && clang++-19 --target=aarch64-linux-gnu -mcpu=apple-m1 -fno-omit-frame-pointer -fno-asynchronous-unwind-tables -fPIC $flags -gdwarf-5 -c -o "$tmp/$f.elf.o" "parcel/$f.cc")
done
ld.lld-19 -static -e _start --build-id=sha1 -o "$out/twin" "$tmp/parcel.elf.o" "$tmp/weigh.elf.o"
[ ! -d src/sym ] || go run ./src/sym "$tmp/arm64/prog" "$tmp/arm64/$dwarf/prog" > "$out/prog.sym"
