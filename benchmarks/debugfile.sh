#!/bin/sh
# Prints the path of the debug file that describes the program or library $1,
# found by its build ID where Debian's -dbg packages put it.
id=$(readelf -n "$1" | awk '/Build ID:/ {print $3}')
echo "/usr/lib/debug/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug"
