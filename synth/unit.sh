#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/unit.sh <liberty> <unit> <out directory> [Name=Value ...]
#
# Synthesises one unit in several ways and prints for each its area in gate equivalents (GE) and the
# shortest clock that OpenSTA finds, then the slowest path of the fastest. RUNS in the environment: the
# ways, <EFFORT>:<DELAY_PS>[:<ADDERS>] as netlist.sh takes them. INPUT_SHARE and so on: see timing.tcl.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lib=$1 unit=$2 out=$3
shift 3
facts=$("$here/liberty.sh" "$lib")
gate=$(echo "$facts" | sed -n 's/^ge //p')
"$here/elaborate.sh" "$lib" "$unit" "$out" "$@"
best= best_clock=
printf '%-7s %8s %-7s %9s %9s  %s\n' effort "aim ps" adders "area GE" "clock ns" "slowest path"
for run in ${RUNS:-area:10000 area:2000:prefix speed:2000 speed:2000:prefix}; do
  effort=${run%%:*} rest=${run#*:}
  delay=${rest%%:*} adders=${rest#"$delay"}
  adders=${adders#:} dir=$out/$(echo "$run" | tr : _)
  EFFORT=$effort DELAY_PS=$delay ADDERS=$adders "$here/map.sh" "$lib" "$out/design.il" "$unit" "$dir"
  "$here/timing.sh" "$lib" "$dir/$unit.v" "$unit" "$dir/timing.rpt"
  # By the areas of liberty.sh, which knows what the library forgets; the last section is the whole.
  area=$(echo "$facts" | awk -v gate="$gate" '
    NR == FNR { if ($1 == "cell") area[$2] = $3; next }
    /^===/ { sum = 0 }
    NF == 2 && $1 in area { sum += $2 * area[$1] }
    END { printf "%.0f", sum / gate }' - "$dir/area.txt")
  clock=$(sed -n 's/^clock_ns //p' "$dir/timing.rpt")
  printf '%-7s %8s %-7s %9s %9s  %s\n' "$effort" "$delay" "${adders:--}" "$area" "$clock" \
    "$(sed -n 's/^path [^ ]* \([0-9]*\) \(.*\) \(.*\)/\1 gates, \2 to \3/p' "$dir/timing.rpt" | head -n 1)"
  if [ -z "$best" ] || awk "BEGIN { exit !($clock < $best_clock) }"; then best=$dir best_clock=$clock; fi
done
echo "slowest path at $best_clock ns through: $(sed -n 's/^through //p' "$best/timing.rpt" | head -n 1)"
echo "gate by gate: $best/timing.rpt"
