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
SRC=${SRC:-/src} # what that is called in debug information
common="-O2 -std=c++17 -ffreestanding -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-stack-protector -fno-pie -fcf-protection=none -ffile-prefix-map=$ROOT=$SRC"

lld="-nostdlib -static -fuse-ld=lld-19 -Wl,--build-id=sha1"
# for_ TRIPLE [FLAG] has clang build for another machine.
for_() {
	common="${common%-fcf-protection*} -g -ffile-prefix-map=$ROOT=$SRC ${2:-}"
	cxx="clang++-19 --target=$1" link="clang++-19 --target=$1 $lld ${2:-} -Wl,-e,_start,-z,max-page-size=4096"
}
case $variant in
gcc-ppc64) # the only one here with function descriptors
	common="${common%-fcf-protection*} -g -ffile-prefix-map=$ROOT=$SRC"
	cxx=powerpc64-linux-gnu-g++ link="powerpc64-linux-gnu-g++ -nostdlib -static -no-pie -Wl,--build-id=sha1,-z,noseparate-code,-z,max-page-size=4096" ;;
gcc-*) cxx=g++ link="g++ -nostdlib -static -no-pie -Wl,--build-id=sha1,-z,noseparate-code" ;;
clang-arm) for_ armv7a-linux-gnueabihf -mthumb ;;
clang-arm64) for_ aarch64-linux-gnu ;;
clang-loongarch64) for_ loongarch64-linux-gnu ;;
clang-mips) for_ mips-linux-gnu ;;
clang-mips64el) for_ mips64el-linux-gnuabi64 ;;
clang-ppc) for_ powerpc-linux-gnu ;;
clang-ppc64le) for_ powerpc64le-linux-gnu ;;
clang-riscv32) for_ riscv32-linux-gnu ;;
clang-riscv64) for_ riscv64-linux-gnu ;;
clang-s390x) for_ s390x-linux-gnu ;;
clang-sparc64) for_ sparc64-linux-gnu ;;
clang-x32) for_ x86_64-linux-gnux32 ;;
clang-x86) for_ i386-linux-gnu ;;
clang-*) cxx=clang++-19 link="clang++-19 $lld" ;;
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
typesplit4 | typesplit5)
	build -gdwarf-${variant#*-typesplit} -gsplit-dwarf -fdebug-types-section
	cp "$tmp"/*.dwo "$out" ;;
lto) build -gdwarf-5 -flto -- -O2 -flto ;;
sections) build -gdwarf-5 -fbasic-block-sections=all ;; # a section for every basic block
symbols) build ;;
mini) # as Fedora leaves the symbols of a stripped program
	build
	objcopy -S "$tmp/prog" "$out/prog"
	objcopy --only-keep-debug "$tmp/prog" "$tmp/mini"
	xz -9 "$tmp/mini"
	objcopy --add-section .gnu_debugdata="$tmp/mini.xz" "$out/prog" ;;
link) # the rest of the program is under the name and the sum that it tells
	build -gdwarf-5
	objcopy --only-keep-debug "$tmp/prog" "$out/prog.debug"
	(cd "$out" && objcopy -S --add-gnu-debuglink=prog.debug prog) ;;
zlib) build -gdwarf-5 -gz=zlib -- -Wl,--compress-debug-sections=zlib ;;
zdebug) build -gdwarf-4 -- -Wl,--compress-debug-sections=zlib-gnu ;;
zstd) build -gdwarf-5 -- -Wl,--compress-debug-sections=zstd ;;
split4) build -gdwarf-4 -gsplit-dwarf; cp "$tmp"/*.dwo "$out" ;;
split5) build -gdwarf-5 -gsplit-dwarf; cp "$tmp"/*.dwo "$out" ;;
single5) build -gdwarf-5 -gsplit-dwarf=single; cp "$tmp"/*.o "$out" ;;
dwp4 | dwp5 | typesdwp4 | typesdwp5) # GNU dwp does not know version 5
	case $variant in *types*) types=-fdebug-types-section ;; *) types= ;; esac
	build -gdwarf-${variant#*dwp} -gsplit-dwarf $types
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
arm | arm64 | loongarch64 | mips | mips64el | ppc | ppc64 | ppc64le | riscv32 | riscv64 | s390x | sparc64 | x32 | x86) build -gdwarf-5 ;;
esac
