#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/map.sh <liberty> <design.il> <top> <out directory>
#
# Maps a design of elaborate.sh to the library and writes <out>/<top>.v (the netlist), <out>/area.json
# and area.txt (yosys stat) and <out>/yosys.log. Environment:
#   DELAY_PS   delay that mapping, buffering and sizing aim at (default 10000)
#   EFFORT     area (default): abc's own script; speed: logic is restructured for depth first
#   CLOCK_GATES  none: registers that hold keep a multiplexer in front of every bit, as in a library
#              without a gate (default: a gated clock)
#   ADDERS     prefix: adders by a parallel prefix of least depth (default: Yosys's Brent-Kung)
set -eu
lib=$1 design=$(realpath "$2") top=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
delay=${DELAY_PS:-10000}

# What drives the inputs and loads the outputs: without it abc neither buffers nor sizes.
facts=$("$here/liberty.sh" "$lib")
printf 'set_driving_cell %s\nset_load 50\n' "$(echo "$facts" | sed -n 's/^driver //p')" > "$out/abc.constr"
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
  prefix) adders="techmap -map $here/prefix_adder.v t:\$alu" ;;
  *) echo "error: ADDERS=$ADDERS; give prefix or nothing" >&2; exit 1 ;;
esac

# The clock gate: a cell of the library, or made of a latch and an AND in OSU018.
gates= cell=$(echo "$facts" | sed -n 's/^clock_gate //p')
case ${CLOCK_GATES:-}$cell in
  none*) ;;
  ?*)
    # shellcheck disable=SC2086
    set -- $cell
    printf 'module clock_gate (input clk_i, input enable_i, output clk_o);\n  %s gate (.%s(clk_i), .%s(enable_i), .%s(clk_o));\nendmodule\n' \
      "$1" "$2" "$3" "$4" > "$out/clock_gate.v"
    gates=$out/clock_gate.v ;;
  *)
    if echo "$facts" | grep -q '^cell LATCH '; then gates=$here/clock_gate_osu018.v; fi ;;
esac
# A synchronous clear goes into D first, where it does not keep a register from a gated clock.
[ -z "$gates" ] || gates="memory_map
opt
opt_dff
dffunmap -srst-only t:\$sdffe t:\$sdffce
techmap -map $here/clock_gates.v
techmap -map $gates"

# Nets are split into bits at the end: a simulator sees combinational loops in vectors that feed
# themselves; OpenSTA reads no concatenation on the left of an assignment.
cat > "$out/map.ys" <<SCRIPT
read_liberty -lib -ignore_miss_func $lib
read_rtlil $design
synth -top $top -run begin:fine
$gates
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
if ! (cd "$out" && yosys -q -l yosys.log map.ys) > "$out/yosys.out" 2>&1; then
  tail -n 3 "$out/yosys.out" >&2
  echo "error: yosys cannot synthesise $top; see $out/yosys.log" >&2
  exit 1
fi
