#!/bin/sh
# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# synth/liberty.sh <liberty>: what the flow needs of a cell library, a line each; an error when the
# library lacks it.
#   library <name>
#   unit_ns <its unit of time in ns>, unit_pf <its unit of capacitance in pF>
#   driver <its smallest buffer, which drives inputs>
#   ge <area of its smallest two-input NAND gate, one gate equivalent>
#   cell <name> <area>, for every cell
#   clock_gate <cell> <clock pin> <enable pin> <output pin>, its smallest latch and AND in one, if any
set -eu
[ -n "${1:-}" ] || { echo "error: which library? give LIB=<Liberty file>" >&2; exit 1; }
[ -f "$1" ] || { echo "error: no Liberty file $1; give another LIB" >&2; exit 1; }
awk -v file="$1" '
  function fail(what) { print "error: " file " " what "; give another LIB" > "/dev/stderr"; failed = 1; exit 1 }
  function argument(text) { sub(/^[^(]*\( *"?/, "", text); sub(/"? *\).*/, "", text); return text }
  function value(text) { sub(/^[^:]*: */, "", text); sub(/ *;.*/, "", text); gsub(/"/, "", text); return text }
  # A number and a prefixed unit, such as 10ps, to the power of ten `base`.
  function scaled(text, base,   number) {
    number = text + 0
    sub(/^ *[0-9.]+[ ,]*/, "", text)
    return number * 10 ^ (exponent[tolower(substr(text, 1, 1))] - base)
  }
  function end_of_cell() {
    if (cell == "") return
    # Without an area in OSU018; its layout is 5.6 um by 10 um (LEF).
    if (library ~ /^osu018/ && cell == "LATCH" && area == 0) area = 56
    print "cell", cell, area
    if (is_gate && (gate == "" || area < gate_area)) {
      gate = cell " " pins["clock"] " " pins["enable"] " " pins["out"]; gate_area = area
    }
    if (is_flop) flops++
    if (is_buffer && !is_flop && !is_latch && !is_tristate && (driver == "" || area < driver_area)) {
      driver = cell; driver_area = area
    }
    if (tolower(cell) ~ /(^|_)nand2(x1|_1)?$/ && (ge == "" || area < ge)) ge = area
  }
  BEGIN { exponent["m"] = -3; exponent["u"] = -6; exponent["n"] = -9; exponent["p"] = -12; exponent["f"] = -15 }
  {
    text = $0
    gsub(/"[^"]*"/, "", text)
    open += gsub(/\{/, "", text) - gsub(/\}/, "", text)
  }
  /^[ \t]*library *\(/ { print "library", argument($0); is_library = 1; library = argument($0) }
  /^[ \t]*time_unit *:/ { unit_ns = scaled(value($0), -9) }
  /^[ \t]*capacitive_load_unit *\(/ { unit_pf = scaled(argument($0), -12) }
  /^[ \t]*cell *\(/ { end_of_cell(); cell = argument($0); area = ""; is_flop = is_latch = is_buffer = is_tristate = is_gate = 0 }
  /(^|[ \t{;])area *:/ { if (area == "") area = value($0) + 0 }
  /(^|[ \t{;])ff *\(/ { is_flop = 1 }
  /(^|[ \t{;])latch *\(/ { is_latch = 1 }
  /^[ \t]*clock_gating_integrated_cell *:/ { if (value($0) == "latch_posedge") is_gate = 1 }
  /^[ \t]*pin *\(/ { pin = argument($0) }
  /^[ \t]*clock_gate_(clock|enable|out)_pin *:/ {
    if (value($0) == "true") { text = $1; sub(/^clock_gate_/, "", text); sub(/_pin.*/, "", text); pins[text] = pin }
  }
  /(^|[ \t{;])three_state *:/ { is_tristate = 1 }
  /(^|[ \t{;])function *:/ { if (value($0) ~ /^\(? *[A-Za-z][A-Za-z0-9_]* *\)?$/) is_buffer = 1 }
  END {
    if (failed) exit 1
    if (!is_library) fail("is not a Liberty file")
    if (open != 0) fail("is truncated: " open " groups have no end")
    end_of_cell()
    if (unit_ns == "" || unit_pf == "") fail("states no time_unit or capacitive_load_unit")
    if (flops == 0) fail("has no flip-flop")
    if (ge == "") fail("has no two-input NAND gate, the unit of area")
    if (driver == "") fail("has no buffer to drive the inputs")
    print "unit_ns", unit_ns; print "unit_pf", unit_pf; print "driver", driver; print "ge", ge
    if (gate != "") print "clock_gate", gate
  }' "$1"
