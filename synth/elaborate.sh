#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/elaborate.sh <liberty> <top> <out directory> [Name=Value ...]
#
# Reads the RTL that the top needs and writes <out>/design.il, the flattened design before any logic
# synthesis, for map.sh. Environment: KEEP, modules that stay apart; BLACKBOX, modules of which only
# the ports are kept, such as memories; LEAVE, modules whose instances stay with their parameters, for a
# simulator to fill in from the RTL (Yosys 0.23 takes '1 at a port of one for a single bit: write the width);
# SOURCES, further source files.
set -eu
lib=$1 top=$2 out=$3
shift 3
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)

params=
for p in "$@"; do params="$params -set ${p%%=*} ${p#*=}"; done
# A library with these cells gets them by name.
map=
grep -q 'cell *( *"\{0,1\}FAX1"\{0,1\} *)' "$lib" && map="techmap -map $root/synth/cells_osu018.v"
keep=
for m in ${KEEP:-}; do
  keep="$keep
setattr -mod -set keep_hierarchy 1 $m *\\$m *\\$m\\*"
done
black=
for m in ${BLACKBOX:-}; do
  black="$black
blackbox $m *\\$m *\\$m\\*"
done
units=$(ls "$root"/rtl/*.sv | grep -v tetralog_pkg.sv | tr '\n' ' ')
left=
for m in ${LEAVE:-}; do
  left="$left
read_verilog -sv -lib $root/rtl/$m.sv"
  units=$(echo "$units" | sed "s#$root/rtl/$m.sv ##")
done

# Only the modules that the top needs are elaborated; -defer leaves the others as text.
cat > "$out/elaborate.ys" <<SCRIPT
read_liberty -lib -ignore_miss_func $lib$left
read_verilog -sv -defer $root/rtl/tetralog_pkg.sv $units ${SOURCES:-}
${params:+chparam$params $top}
hierarchy -check -top $top
rename -top $top
$black
proc
$map$keep
flatten
setattr -unset src */*
opt_clean
write_rtlil $out/design.il
SCRIPT
if ! (cd "$out" && yosys -q -l elaborate.log elaborate.ys) > "$out/elaborate.out" 2>&1; then
  tail -n 3 "$out/elaborate.out" >&2
  echo "error: yosys cannot elaborate $top; see $out/elaborate.log" >&2
  exit 1
fi
