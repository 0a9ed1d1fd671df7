#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/timing.sh <liberty> <netlist.v> <top> <out>
#
# Times a netlist of synth/netlist.sh with OpenSTA: the shortest clock and the slowest paths, to <out>,
# in the form that synth/timing.tcl describes, where the constraints are listed too (INPUT_SHARE,
# OUTPUT_SHARE, LOAD_PF, UNCERTAINTY_NS, PATHS, SPEF in the environment). MORE_LIBERTY: further Liberty files,
# such as a memory's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lib=$1 netlist=$2 top=$3 out=$4

facts=$("$here/liberty.sh" "$lib")
fact() { echo "$facts" | sed -n "s/^$1 //p"; }
UNIT_NS=$(fact unit_ns) UNIT_PF=$(fact unit_pf) DRIVER=$(fact driver)
LIBERTY="$lib ${MORE_LIBERTY:-}" NETLIST=$netlist TOP=$top
export UNIT_NS UNIT_PF DRIVER LIBERTY NETLIST TOP

if ! sta -no_splash -exit "$here/timing.tcl" > "$out" 2>&1 || ! grep -q '^clock_ns' "$out"; then
  grep -m 3 -i '^error' "$out" >&2 || tail -n 3 "$out" >&2
  echo "error: OpenSTA cannot time $netlist; see $out" >&2
  exit 1
fi
