#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/timing.sh <liberty> <netlist.v> <top> <out>
#
# Times a netlist of synth/netlist.sh with OpenSTA: the shortest clock and the slowest paths, to <out>,
# in the form that synth/timing.tcl describes, where the constraints are listed too (INPUT_SHARE,
# OUTPUT_SHARE, LOAD_PF, UNCERTAINTY_NS, PATHS in the environment). MORE_LIBERTY: further Liberty files,
# such as a memory's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lib=$1 netlist=$2 top=$3 out=$4

# A unit such as 1ns, 10ps or (1,pf) in the first ones that the library states, in ns or pF.
scale() {
  sed -nE "s/.*$1[ :(\"]*([0-9.]+)[ ,\"]*([munpfMUNPF]?)[sSfF].*/\1 \2/p" "$lib" | head -n 1 | awk -v base="$2" '
    BEGIN { e["m"] = -3; e["u"] = -6; e["n"] = -9; e["p"] = -12; e["f"] = -15 }
    { printf "%.9g", $1 * 10 ^ (e[tolower($2)] - base) }'
}
UNIT_NS=$(scale time_unit -9) UNIT_PF=$(scale capacitive_load_unit -12)
[ -n "$UNIT_NS" ] && [ -n "$UNIT_PF" ] || {
  echo "error: $lib states no time_unit or capacitive_load_unit; give another LIB" >&2; exit 1; }
DRIVER=$("$here/buffer.sh" "$lib")
LIBERTY="$lib ${MORE_LIBERTY:-}" NETLIST=$netlist TOP=$top
export UNIT_NS UNIT_PF DRIVER LIBERTY NETLIST TOP

if ! sta -no_splash -exit "$here/timing.tcl" > "$out" 2>&1 || ! grep -q '^clock_ns' "$out"; then
  grep -m 3 -i '^error' "$out" >&2 || tail -n 3 "$out" >&2
  echo "error: OpenSTA cannot time $netlist; see $out" >&2
  exit 1
fi
