#!/bin/sh
# parcel.sh VARIANT builds the sources in src/parcel into bin/parcel/VARIANT. A
# variant is a compiler and how it stores debug information: gcc-split5. All of
# one compiler have the same code; what links two files of a variant are ids.
set -eu
variant=$1
out=bin/parcel/$variant
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rm -rf "$out"
mkdir -p "$out"
ROOT=$PWD/src
common="-O2 -std=c++17 -ffreestanding -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-stack-protector -fno-pie -fcf-protection=none -ffile-prefix-map=$ROOT=/src"

case $variant in
gcc-*) cxx=g++ link="g++ -nostdlib -static -no-pie -Wl,--build-id=sha1,-z,noseparate-code" ;;
clang-*) cxx=clang++-19 link="clang++-19 -nostdlib -static -fuse-ld=lld-19 -Wl,--build-id=sha1" ;;
esac

# build COMPILER-FLAGS -- LINKER-FLAGS
build() {
	flags=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do flags="$flags $1"; shift; done
	[ $# -gt 0 ] && shift
	for f in parcel weigh; do
		(cd src && $cxx $common $flags -c -o "$f.o" "parcel/$f.cc")
	done
	mv src/parcel.o src/weigh.o "$tmp"
	mv src/parcel.dwo src/weigh.dwo "$tmp" 2>/dev/null || true
	$link "$@" -o "$tmp/prog" "$tmp/parcel.o" "$tmp/weigh.o"
	cp "$tmp/prog" "$out/prog"
}

case ${variant#*-} in
dwarf2) build -gdwarf-2 ;;
dwarf3) build -gdwarf-3 ;;
dwarf4) build -gdwarf-4 ;;
dwarf5) build -gdwarf-5 ;;
dwarf64) build -gdwarf-5 -gdwarf64 ;;
embed) build -gdwarf-5 -gembed-source ;;
types4) build -gdwarf-4 -fdebug-types-section ;;
types5) build -gdwarf-5 -fdebug-types-section ;;
zlib) build -gdwarf-5 -gz=zlib -- -Wl,--compress-debug-sections=zlib ;;
zdebug) build -gdwarf-4 -- -Wl,--compress-debug-sections=zlib-gnu ;;
zstd) build -gdwarf-5 -- -Wl,--compress-debug-sections=zstd ;;
split4) build -gdwarf-4 -gsplit-dwarf; cp "$tmp"/*.dwo "$out" ;;
split5) build -gdwarf-5 -gsplit-dwarf; cp "$tmp"/*.dwo "$out" ;;
single5) build -gdwarf-5 -gsplit-dwarf=single; cp "$tmp"/*.o "$out" ;;
dwp4 | dwp5) # GNU dwp does not know version 5
	build -gdwarf-${variant#*-dwp} -gsplit-dwarf
	case $variant in
	gcc-*) dwp -o "$out/prog.dwp" "$tmp/parcel.dwo" "$tmp/weigh.dwo" ;;
	clang-*) llvm-dwp-19 -o "$out/prog.dwp" "$tmp/parcel.dwo" "$tmp/weigh.dwo" ;;
	esac ;;
dwz | sup)
	# Two copies of the program share what dwz finds in both.
	build -gdwarf-5
	standard=
	if [ "${variant#*-}" = sup ]; then standard=--dwarf-5; fi
	cp "$tmp/prog" "$out/twin"
	(cd "$out" && dwz -q $standard -m shared.debug -M shared.debug prog twin)
	rm "$out/twin" ;;
partial) build -gdwarf-5; dwz -q "$out/prog" ;;
relocs) build -gdwarf-5 -- -Wl,--emit-relocs ;;
object)
	build -gdwarf-5
	rm "$out/prog"
	ld -r -o "$out/prog.o" "$tmp/parcel.o" "$tmp/weigh.o" ;;
esac
