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
fail() { echo "error: $*" >&2; exit 1; }
[ $# = 5 ] || fail "give <liberty> <technology> <netlist.v> <top> <out directory>"
for tool in graywolf qrouter tclsh yosys; do
  command -v $tool > /dev/null || fail "no $tool; install the package qflow"
done
tech=${2%/} top=$4 out=$5 scripts=/usr/lib/qflow/scripts
name=$(basename "$tech")
[ -f "$1" ] || fail "no file $1; give a Liberty file"
[ -f "$tech/${name}_stdcells.lef" ] ||
  fail "no $tech/${name}_stdcells.lef; give a technology directory of qflow, such as /usr/share/qflow/tech/osu018"
[ -f "$3" ] || fail "no file $3; give a netlist of synth/netlist.sh"
[ -f $scripts/blif2cel.tcl ] || fail "no $scripts/blif2cel.tcl; install the package qflow"
lib=$(realpath "$1") tech=$(realpath "$tech") netlist=$(realpath "$3")
lef=$tech/${name}_stdcells.lef par=$tech/$name.par
mkdir -p "$out"
cd "$out"
# What an earlier run left must not pass for the result of this one.
for kind in blif cel cfg def info obs pin pl1 pl2; do rm -f "$top.$kind"; done
rm -f routed.def placed.v

# Runs one step with its output in a log; its name, then the command.
step() {
  log=$1.log
  shift
  "$@" > "$log" 2>&1 < /dev/null || fail "$1 failed on $top; see $out/$log"
}
made() { [ -s "$1" ] || fail "$2 made no $1; see $out/$3.log"; }

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
    if (constant) { print "error: " top " has constants or wires from port to port, and the library no cell for them" > "/dev/stderr"; exit 1 }
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
grep -q 'Final: No failed routes' route.log || fail "qrouter left nets of $top without a route; see $out/route.log"
