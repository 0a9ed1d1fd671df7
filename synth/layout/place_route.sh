#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/layout/place_route.sh <liberty> <technology> <netlist.v> <top> <out directory>
#
# Places a mapped netlist of synth/netlist.sh with graywolf and routes it with qrouter. <technology> is a
# directory of qflow's, with <name>.par and <name>_stdcells.lef. Writes to the out directory
#   <top>.blif     what was placed: the cells are named <cell type>_<number>, inner nets n<number>
#   placed.v       the same as Verilog, for OpenSTA
#   routed.def     cells, pins, routed nets
# and a log for each tool. LAYERS in the environment: metal layers to route in (default: all). An error when
# a net is left without a route.
set -eu
lib=$1 tech=$(realpath "$2") netlist=$(realpath "$3") top=$4 out=$5
name=$(basename "$tech")
lef=$tech/${name}_stdcells.lef par=$tech/$name.par scripts=/usr/lib/qflow/scripts
for tool in graywolf qrouter tclsh yosys; do
  command -v $tool > /dev/null || { echo "error: no $tool; install the package qflow" >&2; exit 1; }
done
for file in "$lef" "$par" "$scripts/blif2cel.tcl"; do
  [ -f "$file" ] || { echo "error: no $file; install the package qflow-tech-$name" >&2; exit 1; }
done
lib=$(realpath "$lib")
mkdir -p "$out"
cd "$out"
rm -f "$top".* routed.def placed.v

# Runs one step with its output in a log; its name, then the command.
step() {
  log=$1.log
  shift
  if ! "$@" > "$log" 2>&1 < /dev/null; then
    echo "error: $1 failed on $top; see $out/$log" >&2
    exit 1
  fi
}
made() { [ -s "$1" ] || { echo "error: $2 made no $1; see $out/$3.log" >&2; exit 1; }; }

# One name a net: the placer knows neither vectors nor dots.
step blif yosys -q -p "
  read_liberty -lib -ignore_miss_func $lib
  read_verilog $netlist
  hierarchy -top $top
  splitnets -ports -format __
  opt_clean -purge
  write_blif -gates raw.blif"
awk -v top="$top" '
  function net(n) {
    if (n ~ /^\$(false|true|undef)$/) { constant = 1; return n }
    if (!(n in named)) named[n] = "n" inner++
    return named[n]
  }
  /^\.(inputs|outputs) / {
    for (i = 2; i <= NF; i++) {
      named[$i] = $i
      header = header (header == "" ? "" : ",\n") "  " ($1 == ".inputs" ? "input" : "output") " " $i
    }
  }
  /^\.(model|inputs|outputs) / { print > (top ".blif") }
  /^\.names / && $2 !~ /^\$/ { constant = 1 }
  /^\.gate / {
    blif = ".gate " $2; text = ""
    for (i = 3; i <= NF; i++) {
      at = index($i, "=")
      pin = substr($i, 1, at - 1); wire = net(substr($i, at + 1))
      blif = blif " " pin "=" wire
      text = text (text == "" ? "" : ", ") "." pin "(" wire ")"
    }
    print blif > (top ".blif")
    body = body "  " $2 " " $2 "_" ++count[$2] " (" text ");\n"
  }
  END {
    if (constant) { print "error: " top " has constants, and the library no cell for them" > "/dev/stderr"; exit 1 }
    print ".end" > (top ".blif")
    printf "module %s (\n%s\n);\n%sendmodule\n", top, header, body > "placed.v"
  }' raw.blif

# qflow's own translators to and from the formats of graywolf.
echo "read_lef $lef" > "$top.cfg"
step layers qrouter -i "$top.info" -c "$top.cfg"
made "$top.info" qrouter layers
step cells tclsh $scripts/blif2cel.tcl --blif "$top.blif" --lef "$lef" --cel "$top.cel"
cp "$par" "$top.par"
step graywolf graywolf -n "$top"
made "$top.pl1" graywolf graywolf
step def tclsh $scripts/place2def.tcl "$top" FILL
made "$top.def" place2def.tcl def
# Fill to a straight edge, and stripes of supply 2 um wide every 50 um.
step spacers tclsh $scripts/addspacers.tcl -stripe 2.0 50.0 PG "$top" "$lef" FILL
if [ -f "${top}_filled.def" ]; then mv "${top}_filled.def" "$top.def"; fi
if [ -f "$top.obsx" ]; then mv "$top.obsx" "$top.obs"; fi
step pins tclsh $scripts/arrangepins.tcl "$top"
made "${top}_mod.def" arrangepins.tcl pins
mv "${top}_mod.def" "$top.def"
layers=${LAYERS:-$(grep -cE 'horizontal|vertical' "$top.info")}
{
  printf 'verbose 1\nread_lef %s\ncatch {layers %s}\nvia stack 1\nvdd vdd\ngnd gnd\n' "$lef" "$layers"
  cat "$top.obs"
  printf 'read_def %s.def\nqrouter::standard_route routed.def false\nquit\n' "$top"
} > route.cfg
step route qrouter -nog -noc -s route.cfg
made routed.def qrouter route
if ! grep -q 'Final: No failed routes' route.log; then
  echo "error: qrouter left nets of $top without a route; see $out/route.log" >&2
  exit 1
fi
