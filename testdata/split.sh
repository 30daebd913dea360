#!/bin/sh
# split.sh FILE OBJCOPY moves FILE's debug information to where its build id
# says, under symbols/.build-id, and leaves FILE stripped.
set -eu
id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
debug=symbols/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug
mkdir -p "$(dirname "$debug")"
"$2" --only-keep-debug "$1" "$debug"
"$2" --strip-all "$1"
