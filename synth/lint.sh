#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/lint.sh [rtl directory]: Yosys reads and elaborates every module of rtl/ on its own with its
# default parameters; a warning or an inferred latch is an error. A directory without a package may use
# rtl/full_adder.sv. Prints one line per fault.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
rtl=${1:-$root/rtl}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
count=0
units=$(ls "$rtl"/*.sv | grep -v /tetralog_pkg.sv)
sources="$rtl/tetralog_pkg.sv $units"
[ -f "$rtl/tetralog_pkg.sv" ] ||
  sources="$root/rtl/tetralog_pkg.sv $root/rtl/full_adder.sv $units"
for unit in $units; do
  top=$(basename "$unit" .sv)
  count=$((count + 1))
  # shellcheck disable=SC2086
  if ! yosys -l "$log" -p "read_verilog -sv -defer $(echo $sources);
      hierarchy -check -top $top; proc; check -assert;
      select -assert-none t:\$dlatch t:\$dlatchsr t:\$adlatch t:\$_DLATCH_*" > /dev/null 2>&1; then
    echo "error: yosys rejects $top: $(grep -m1 -E '^ERROR|Assertion failed' "$log")" >&2
    status=1
  elif grep -q '^Warning' "$log"; then
    echo "error: yosys warns about $top: $(grep -m1 '^Warning' "$log")" >&2
    status=1
  elif grep -q 'Latch inferred' "$log"; then
    echo "error: latch inferred in $top: $(grep -m1 'Latch inferred' "$log")" >&2
    status=1
  fi
done
[ "$status" = 0 ] && echo "yosys: $count modules read without a warning, no latch"
exit "$status"
