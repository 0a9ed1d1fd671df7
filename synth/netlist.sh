#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/netlist.sh <liberty> <top> <out directory> [Name=Value ...]
#
# Synthesises one RTL module with the library and writes <out>/<top>.v (the flattened netlist),
# <out>/area.json and area.txt (yosys stat) and <out>/yosys.log. Environment:
#   DELAY_PS   delay that mapping, buffering and sizing aim at (default 10000)
#   EFFORT     area (default): abc's own script; speed: logic is restructured for depth first
#   ADDERS     prefix: adders by a parallel prefix of least depth (default: Yosys's Brent-Kung)
#   KEEP       modules that stay apart instead of being flattened, which is faster where there are many
#              instances of one
#   BLACKBOX   modules of which only the ports are kept, such as memories
set -eu
lib=$1 top=$2 out=$3
shift 3
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
delay=${DELAY_PS:-10000}

params=
for p in "$@"; do params="$params -set ${p%%=*} ${p#*=}"; done
# What drives the inputs and loads the outputs: without it abc neither buffers nor sizes.
driver=$("$root/synth/buffer.sh" "$lib")
printf 'set_driving_cell %s\nset_load 50\n' "$driver" > "$out/abc.constr"
script=
case ${EFFORT:-area} in
  area) ;;
  speed)
    script="-script $out/abc.script"
    cat > "$out/abc.script" <<ABC
strash; scorr; strash
&get -n; &st; &syn3; &b -d; &dch -f; &nf -D $delay; &put
buffer -c; topo; upsize -D $delay; dnsize -D $delay; stime -p
ABC
    ;;
  *) echo "error: EFFORT=$EFFORT; give area or speed" >&2; exit 1 ;;
esac
adders=
case ${ADDERS:-} in
  '') ;;
  prefix) adders="techmap -map $root/synth/prefix_adder.v t:\$alu" ;;
  *) echo "error: ADDERS=$ADDERS; give prefix or nothing" >&2; exit 1 ;;
esac
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

# Only the modules that the top needs are elaborated; -defer leaves the others as text. Nets are split
# into bits at the end: a simulator sees combinational loops in vectors that feed themselves; OpenSTA
# reads no concatenation on the left of an assignment.
cat > "$out/synth.ys" <<SCRIPT
read_liberty -lib -ignore_miss_func $lib
read_verilog -sv -defer $root/rtl/tetralog_pkg.sv $units
${params:+chparam$params $top}
hierarchy -check -top $top
rename -top $top
$black
proc
$map$keep
synth -flatten -top $top -run begin:fine
$adders
synth -noabc -top $top -run fine:check
dfflibmap -liberty $lib
abc -liberty $lib -D $delay -constr $out/abc.constr $script
opt_clean -purge
check -assert -mapped
tee -o $out/area.json stat -json -liberty $lib
tee -o $out/area.txt stat -liberty $lib
splitnets
opt_clean -purge
write_verilog -noattr -simple-lhs $out/$top.v
SCRIPT
if ! (cd "$out" && yosys -q -l yosys.log synth.ys) > "$out/yosys.out" 2>&1; then
  tail -n 5 "$out/yosys.out" >&2
  echo "error: yosys cannot synthesise $top; see $out/yosys.log" >&2
  exit 1
fi
