#!/bin/sh
# manifest.sh writes MANIFEST.tsv: for every file in bin, symbols and events its
# SHA-256, its sources, the version of what made it, and the command.
set -eu
unset MAKEFLAGS MAKELEVEL

row() { # path, sources, version, command
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$(sha256sum "$1" | cut -d' ' -f1)" "$2" "$3" "$4"
}
made() { # path, sources, version, make's flags: the command is make's
	commands=$(make -nB --no-print-directory ${4:-} "$1" | sed 's/ *$//; $!s/$/ \&\&/' | paste -sd' ')
	row "$1" "$2" "$3" "$commands"
}
first() { "$@" | head -n1; }
split() { # binary, objcopy: the debug file of a stripped binary
	id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
	debug=symbols/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug
	row "$debug" "$1" "$(first "$2" --version)" "./split.sh $1 $2"
}

{
	printf '# path\tsha256\tsources\tmade by\tcommand (in testdata)\n'
	made bin/fleet-go1.26-x86_64.debug src/fleet "$(go env GOVERSION)"
	for file in bin/parcel/*/*; do
		variant=$(basename "$(dirname "$file")")
		case $variant in
		gcc-dwz | gcc-sup | gcc-partial) version="$(first gcc --version), $(dwz --version 2>&1 | head -n1)" ;;
		gcc-ppc64) version=$(first powerpc64-linux-gnu-g++ --version) ;;
		gcc-*) version=$(first gcc --version) ;;
		*) version=$(first clang-19 --version) ;;
		esac
		row "$file" src/parcel "$version" "./parcel.sh $variant"
	done
	for file in bin/harbour/*; do
		case $file in
		*zig*) version="zig $(python3 -m ziglang version)" ;;
		*ldc*) version=$(first ldc2 --version) ;;
		*gdc*) version=$(first gdc --version) ;;
		*gnat*) version=$(first gnatgcc --version) ;;
		*) version=$(first gfortran --version) ;;
		esac
		row "$file" src/harbour "$version" "./harbour.sh"
	done
	for file in $(find bin/macos -type f | LC_ALL=C sort); do
		row "$file" src/parcel "$(first clang-19 --version), $(first ld64.lld-19 --version), $(first dsymutil-19 --version)" "./macos.sh"
	done
	made bin/relay-rust1.95-x86_64 src/relay "$(rustc --version)"
	made bin/shop-clang19-x86_64 src/shop "$(first clang-19 --version)"
	made bin/shop-gcc12-arm64 src/shop "$(first aarch64-linux-gnu-gcc --version)"
	made bin/shop-gcc12-x86_64 src/shop "$(first gcc --version)"
	made bin/till-clang19-mingw.exe src/till "$(first clang-19 --version)"
	made bin/till-clang19-windows.exe src/till "$(first clang-19 --version)"
	made bin/till-clang19-windows.pdb src/till "$(first clang-19 --version)"
	made events/linux-arm64-crash.json bin/shop-gcc12-arm64 "$(first qemu-aarch64 --version)" "-o bin/shop-gcc12-arm64"
	made events/linux-x86_64-crash.json bin/shop-gcc12-x86_64 "$(first ldd --version)" "-o bin/shop-gcc12-x86_64"
	for file in events/macos-*.json; do
		row "$file" bin/macos/fat/prog "by hand" "addresses from llvm-objdump-19 -d bin/macos/fat/prog"
	done
	row events/windows-x86_64-crash.json bin/till-clang19-windows.exe "by hand" "addresses from llvm-objdump-19 -d bin/till-clang19-windows.exe"
	split bin/shop-gcc12-arm64 aarch64-linux-gnu-objcopy
	split bin/shop-gcc12-x86_64 objcopy
} >MANIFEST.tsv
