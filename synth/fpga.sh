#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/fpga.sh <out.json> <work directory> <shape>...
#
# Resources of the streaming engine (rtl/tetralog_engine.sv, two lanes) on three families of FPGA, by Yosys's
# synth_ice40, synth_ecp5 and synth_xilinx. A shape is <rows>x<cols>x<dot>. Prints a table and writes
# it as JSON. Nothing is placed or routed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
json=$1 work=$2
shift 2
mkdir -p "$work" "$(dirname "$json")"
units=$(ls "$root"/rtl/*.sv | grep -v tetralog_pkg.sv | tr '\n' ' ')

# Sums the cells of a Yosys stat whose names begin with one of the words.
cells() {
  awk -v words="$2" 'BEGIN { n = split(words, word, " ") }
    { for (i = 1; i <= n; i++) if (index($1, word[i]) == 1 && $2 ~ /^[0-9]+$/) sum += $2 }
    END { print sum + 0 }' "$1"
}

printf '%-8s %-7s %8s %8s %8s %6s\n' shape family LUTs flops carries DSPs
rows=
for shape in "$@"; do
  r=${shape%%x*} rest=${shape#*x}
  c=${rest%%x*} d=${rest#*x}
  for family in ice40 ecp5 xilinx; do
    stat=$work/${shape}_$family.txt
    if [ ! -f "$stat" ] || [ -n "$(find "$root/rtl" "$0" -newer "$stat" -print -quit)" ]; then
      yosys -q -l "$work/${shape}_$family.log" -p "
        read_verilog -sv -defer $root/rtl/tetralog_pkg.sv $units
        chparam -set Rows $r -set Cols $c -set Dot $d -set Lanes 2 tetralog_engine
        hierarchy -check -top tetralog_engine
        synth_$family -top tetralog_engine
        tee -o $stat.new stat" > "$work/yosys.out" 2>&1 || {
        tail -n 2 "$work/yosys.out" >&2
        echo "error: yosys cannot map $shape to $family; see $work/${shape}_$family.log" >&2
        exit 1
      }
      mv "$stat.new" "$stat"
    fi
    luts=$(cells "$stat" "SB_LUT4 LUT1 LUT2 LUT3 LUT4 LUT5 LUT6")
    flops=$(cells "$stat" "SB_DFF TRELLIS_FF FDRE FDCE FDPE FDSE FDRE_1")
    carries=$(cells "$stat" "SB_CARRY CCU2C CARRY4")
    dsps=$(cells "$stat" "SB_MAC16 MULT18X18D DSP48E1")
    printf '%-8s %-7s %8s %8s %8s %6s\n' "$shape" "$family" "$luts" "$flops" "$carries" "$dsps"
    rows="$rows${rows:+,
}  {\"shape\": \"$shape\", \"family\": \"$family\", \"luts\": $luts, \"flops\": $flops, \"carries\": $carries, \"dsps\": $dsps}"
  done
done
printf '{"command": "make fpga", "yosys": "%s", "top": "tetralog_engine", "resources": [\n%s\n]}\n' \
  "$(yosys -V)" "$rows" > "$json"
