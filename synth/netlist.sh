#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/netlist.sh <liberty> <top> <out directory> [Name=Value ...]
#
# Synthesises one RTL module for area with the library and writes <out>/<top>.v (the flattened
# netlist), <out>/area.json (yosys stat) and <out>/yosys.log. Environment: DELAY_PS, the delay that
# buffering and sizing aim at (default 10000); KEEP, modules that stay apart
# instead of being flattened, which is faster where there are many instances of one; BLACKBOX, modules
# of which only the ports are kept, such as memories; LEAVE, modules whose instances stay with their
# parameters, for a simulator to fill in from the RTL (Yosys 0.23 takes '1 at a port of one for a single
# bit: write the width); SOURCES, further files that the module may use.
set -eu
lib=$1 top=$2 out=$3
shift 3
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out"

params=
for p in "$@"; do params="$params -set ${p%%=*} ${p#*=}"; done
# What drives the inputs and loads the outputs: without it abc neither buffers nor sizes.
# OSU018's BUFX2, or else the first buffer of the library.
driver=$(grep -ioE 'cell *\( *"?[A-Za-z0-9_]*buf[A-Za-z0-9_]*' "$lib" | sed -E 's/.*[("]//; s/^ *//' \
         | awk 'NR == 1 { first = $0 } $0 == "BUFX2" { found = 1 } END { print found ? "BUFX2" : first }')
[ -n "$driver" ] || { echo "error: $lib has no buffer cell to drive the inputs; give another LIB" >&2; exit 1; }
printf 'set_driving_cell %s\nset_load 50\n' "$driver" > "$out/abc.constr"
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
units=$(ls "$root"/rtl/*.sv | grep -v tetralog_pkg.sv | tr '\n' ' ')${SOURCES:-}
left=
for m in ${LEAVE:-}; do
  left="$left
read_verilog -sv -lib $root/rtl/$m.sv"
  units=$(echo "$units" | sed "s#$root/rtl/$m.sv ##")
done

# Only the modules that the top needs are elaborated; -defer leaves the others as text. Nets are split
# into bits at the end: a simulator sees combinational loops in vectors that feed themselves.
cat > "$out/synth.ys" <<SCRIPT
read_liberty -lib -ignore_miss_func $lib$left
read_verilog -sv -defer $root/rtl/tetralog_pkg.sv $units
${params:+chparam$params $top}
hierarchy -check -top $top
rename -top $top
$black
proc
$map$keep
synth -flatten -top $top
dfflibmap -liberty $lib
abc -liberty $lib -D ${DELAY_PS:-10000} -constr $out/abc.constr
opt_clean -purge
check -assert -mapped
tee -o $out/area.json stat -json -liberty $lib
splitnets
opt_clean -purge
write_verilog -noattr $out/$top.v
SCRIPT
if ! (cd "$out" && yosys -q -l yosys.log synth.ys) > "$out/yosys.out" 2>&1; then
  tail -n 5 "$out/yosys.out" >&2
  echo "error: yosys cannot synthesise $top; see $out/yosys.log" >&2
  exit 1
fi
