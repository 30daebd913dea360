#!/bin/sh
# harbour.sh builds the sources in src/harbour, which are in as many languages, into
# bin/harbour: object files, so that no language's library comes with them.
# zig comes from PyPI: pip install ziglang==0.17.1.
set -eu
out=$PWD/bin/harbour
build=/tmp/harbour # what the sources' folder is called in debug information
rm -rf "$out" "$build"
mkdir -p "$out" "$build"
cp src/harbour/* "$build"
cd "$build"
gfortran -O2 -g -c -o "$out/ship-gfortran12.o" ship.f90
gnatgcc -O2 -g -gnatn -c dock.adb
mv dock.o "$out/dock-gnat12.o"
gdc -O2 -g -c -o "$out/yard-gdc12.o" yard.d
ldc2 -O2 -g -betterC -c -of="$out/yard-ldc1.30.o" yard.d
ln -s "$(python3 -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')/lib" lib
export ZIG_LIB_DIR=lib ZIG_GLOBAL_CACHE_DIR=cache
python3 -m ziglang build-obj -target x86_64-freestanding -mcpu=baseline -OReleaseFast -fno-strip -fsingle-threaded -femit-bin="$out/pier-zig0.17.o" pier.zig
rm -rf "$build"
