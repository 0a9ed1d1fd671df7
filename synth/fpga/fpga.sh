#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/fpga/fpga.sh <out.json> <work directory> "<families>" <design>...
#
# Resources on families of FPGA, by Yosys's synth_ice40, synth_ecp5 and synth_xilinx (7 series).
# <families>: some of "ice40 ecp5 xilinx". A design is engine:<rows>x<cols>x<dot>, the streaming engine
# (rtl/tetralog_engine.sv), or core:<rows>x<cols>x<dot>, the engine with buffers and buses
# (rtl/tetralog_core.sv); their other parameters have their defaults. The units of KEEP are mapped each by
# itself, what is inside them is flattened. Prints a table and writes it as JSON. What was mapped is kept
# in the work directory while RTL, this script and Yosys stay the same, so a run that was stopped goes on where
# it was. Nothing is placed or routed.
set -eu
fail() { echo "error: $*" >&2; exit 1; }
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 4 ] || fail "give <out.json> <work directory> <families> <design>..., such as engine:8x8x4"
json=$1 work=$2 families=$3
shift 3
for design in "$@"; do
  echo "$design" | grep -qE '^(engine|core):[1-9][0-9]*x[1-9][0-9]*x[1-9][0-9]*$' ||
    fail "no design $design; give engine: or core:<rows>x<cols>x<dot>, such as engine:8x8x4"
done
for family in $families; do
  case $family in
    ice40|ecp5|xilinx) ;;
    *) fail "no family $family; give ice40, ecp5 or xilinx" ;;
  esac
done
command -v yosys > /dev/null || fail "no yosys; install the package yosys"
mkdir -p "$work" "$(dirname "$json")"
work=$(cd "$work" && pwd)
KEEP='tetralog_engine mac_array pe_group row_bias tile_drain epilogue epilogue_lane random_source epilogue_stats
  control_registers axi_read stream_reader command_front command_check operand_loader operand_buffer feeder
  addend_loader mask_loader result_writer output_buffer axi_write product_counter'
units=$(ls "$root"/rtl/*.sv | grep -v tetralog_pkg.sv | tr '\n' ' ')
yosys=$(yosys -V)

# The cells of a report of `stat` whose names match, in its last part: the sum over the hierarchy.
count() {
  awk -v pattern="^($2)$" '/^===/ { sum = 0 } $1 ~ pattern && $2 ~ /^[0-9]+$/ { sum += $2 }
    END { print sum + 0 }' "$1"
}

# Block memories, flip-flops and so on have other names in each family.
names() {
  case $1 in
    ice40) luts=SB_LUT4 flops='SB_DFF.*' carries=SB_CARRY brams=SB_RAM40_4K.* dsps=SB_MAC16 lutrams=none ;;
    ecp5) luts=LUT4 flops=TRELLIS_FF carries=CCU2C brams=DP16KD dsps='MULT18X18D' lutrams=TRELLIS_DPR16X4 ;;
    xilinx) luts='LUT[1-6]' flops='FD[RCPS]E(_1)?' carries=CARRY4 brams='RAMB18E1|RAMB36E1' dsps=DSP48E1
            lutrams='RAM[0-9]+(M|X1D|X1S)' ;;
  esac
}

map() {
  top=tetralog_${1%%:*} shape=${1#*:} family=$2 stat=$3
  r=${shape%%x*} rest=${shape#*x}
  case $family in
    ice40) options=-dsp ;;
    ecp5) options= ;;
    xilinx) options='-family xc7 -flatten' ;;
  esac
  keep=
  for unit in $KEEP; do
    keep="$keep
      setattr -mod -set keep_hierarchy 1 $unit *\\$unit *\\$unit\\*"
  done
  echo "mapping $1 to $family" >&2
  yosys -q -l "$stat.log" -p "
      read_verilog -sv -defer $root/rtl/tetralog_pkg.sv $units
      chparam -set Rows $r -set Cols ${rest%%x*} -set Dot ${rest#*x} $top
      hierarchy -check -top $top
      $keep
      synth_$family $options -top $top
      tee -o $stat.new stat -top $top" > "$stat.out" 2>&1 || {
    tail -n 2 "$stat.out" >&2
    fail "yosys cannot map $1 to $family; see $stat.log"
  }
  # Of the processor, as Yosys counts them.
  sed -n 's/.*CPU: user \([0-9.]*\)s.*/seconds \1/p' "$stat.log" >> "$stat.new"
  mv "$stat.new" "$stat"
}

printf '%-15s %-7s %8s %8s %8s %8s %6s %6s\n' design family LUTs flops carries LUTRAM BRAM DSP
rows=
for design in "$@"; do
  for family in $families; do
    stat=$work/$(echo "$design" | tr : _)_$family
    made_of=$({ echo "$yosys"; cat "$root"/rtl/*.sv "$0"; } | cksum)
    if [ ! -f "$stat" ] || [ "$(cat "$stat.made_of" 2> /dev/null)" != "$made_of" ]; then
      map "$design" "$family" "$stat"
      echo "$made_of" > "$stat.made_of"
    fi
    names "$family"
    row=
    for what in luts flops carries lutrams brams dsps; do
      eval "pattern=\$$what"
      eval "n_$what=\$(count \"\$stat\" \"\$pattern\")"
      eval "row=\"\$row, \\\"$what\\\": \$n_$what\""
    done
    # shellcheck disable=SC2154
    printf '%-15s %-7s %8s %8s %8s %8s %6s %6s\n' "$design" "$family" "$n_luts" "$n_flops" "$n_carries" \
      "$n_lutrams" "$n_brams" "$n_dsps"
    rows="$rows${rows:+,
}  {\"design\": \"$design\", \"family\": \"$family\"$row, \"cpu_seconds\": $(sed -n 's/^seconds //p' "$stat" | grep . || echo 0)}"
  done
done
printf '{"command": "make fpga", "git_revision": "%s", "tools": {"yosys": "%s"},\n "resources": [\n%s\n]}\n' \
  "$(git -C "$root" describe --always --dirty --abbrev=12 2> /dev/null || echo unknown)" "$yosys" "$rows" > "$json"
echo "wrote $json"
