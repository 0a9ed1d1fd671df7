#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/nand2.sh <liberty>: the area of the smallest two-input NAND gate, one gate equivalent.
set -eu
area=$(awk 'match($0, /^[ \t]*cell *\( *"?[A-Za-z0-9_]+/) {
              cell = substr($0, RSTART, RLENGTH); sub(/.*[("]/, "", cell); gsub(/ /, "", cell) }
            cell != "" && /^[ \t]*area *:/ {
              if (tolower(cell) ~ /(^|_)nand2(x1|_1)?$/) {
                value = $0
                sub(/.*: */, "", value); sub(/ *;.*/, "", value)
                if (best == "" || value + 0 < best) best = value + 0 }
              cell = "" }
            END { print best }' "$1")
[ -n "$area" ] || { echo "error: $1 has no two-input NAND gate, the unit of area; give another LIB" >&2; exit 1; }
echo "$area"
