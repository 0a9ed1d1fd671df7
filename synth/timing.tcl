# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# OpenSTA: the shortest clock period of a netlist and its slowest paths. synth/timing.sh runs it and
# sets what it reads from the environment:
#
#   LIBERTY, NETLIST, TOP  Liberty files (the cell library first), the netlist, its top module
#   DRIVER          cell that drives every input but the clock
#   UNIT_NS         the library's unit of time in ns, UNIT_PF its unit of capacitance in pF
#   INPUT_SHARE     inputs come after this share of the period, as out of a flop (0.1)
#   OUTPUT_SHARE    outputs need this share of the period behind them, as the set-up of a flop (0.1)
#   LOAD_PF         capacitance at every output (0.05: four or five gates of OSU018)
#   UNCERTAINTY_NS  of the clock (0)
#   PATHS           number of paths (1)
#   SPEF            resistance and capacitance of the wires (none)
#
# Prints "clock_ns <period>", for each path "path <slack> <gates> <start> <end>", "through <names>" and
# "modules <module> <its gates> ...", then the paths gate by gate. Clocks and resets
# are ideal; wires have no load of their own but for what SPEF says.

proc setting {name default} {
  if {[info exists ::env($name)] && $::env($name) ne ""} { return $::env($name) }
  return $default
}

# Everything that the period decides. A module without a clock is timed from input to output.
proc set_period {period} {
  set clock_port [get_ports -quiet clk_i]
  set inputs {}
  foreach port [all_inputs] {
    if {[get_name $port] ne "clk_i"} { lappend inputs $port }
  }
  if {[llength $clock_port] > 0} {
    create_clock -name clk -period $period $clock_port
    # What loads in the second half of a cycle, the shadow registers of the array, is read from the next
    # cycle on at the earliest (rtl/pe_group.sv).
    set_multicycle_path -setup 2 -fall_from [get_clocks clk]
    # But what the latch of a clock gate holds has to be there before the clock rises.
    set latches [all_registers -level_sensitive -clock_pins]
    if {[llength $latches] > 0} { set_multicycle_path -setup 1 -from $latches }
  } else {
    create_clock -name clk -period $period
  }
  set uncertainty [setting UNCERTAINTY_NS 0]
  if {$uncertainty > 0} {
    set_clock_uncertainty [expr {$uncertainty / $::env(UNIT_NS)}] [get_clocks clk]
  }
  if {[llength $inputs] > 0} {
    set_input_delay [expr {$period * [setting INPUT_SHARE 0.1]}] -clock clk $inputs
    set_driving_cell -lib_cell $::env(DRIVER) $inputs
  }
  if {[llength [all_outputs]] > 0} {
    set_output_delay [expr {$period * [setting OUTPUT_SHARE 0.1]}] -clock clk [all_outputs]
    set_load [expr {[setting LOAD_PF 0.05] / $::env(UNIT_PF)}] [all_outputs]
  }
}

# The shortest period that meets every check, half-cycle paths and clock gates included. Slack grows by
# at most what the period grows by, so stepping by the slack never passes the end.
proc find_period {} {
  set period 0.01
  set_period $period
  while {[set slack [worst_slack]] < -0.001} {
    set period [expr {$period - $slack}]
    if {$period > 100000} { error "no period meets the checks" }
    set_period $period
  }
  return $period
}

proc net_name {pin} {
  set net [$pin net]
  return [get_property [expr {$net eq "NULL" ? $pin : $net}] full_name]
}

# The register that a path ends in by what it drives, or the port.
proc end_name {pin} {
  if {[$pin is_top_level_port]} { return [get_property $pin full_name] }
  set name [net_name $pin]
  set pins [[$pin instance] pin_iterator]
  while {[$pins has_next]} {
    set other [$pins next]
    if {[$other is_driver]} { set name [net_name $other]; break }
  }
  $pins finish
  return $name
}

# Names of the nets along a path; those that the tools made, _123_, give only their instance.
proc names_along {pins} {
  set names {}
  foreach pin $pins {
    set name [net_name $pin]
    regsub {(^|/)_[0-9]+_$} $name {} name
    if {$name ne "" && $name ne [lindex $names end]} { lappend names $name }
  }
  return $names
}

proc main {} {
  foreach liberty $::env(LIBERTY) { read_liberty $liberty }
  read_verilog $::env(NETLIST)
  link_design $::env(TOP)
  # OpenSTA goes on after an error in this file, but says so.
  if {[setting SPEF ""] ne "" && ![read_spef $::env(SPEF)]} { error "cannot read $::env(SPEF)" }
  # Like the clock, the reset is a tree that place and route makes.
  set resets [all_registers -async_pins]
  if {[llength $resets] > 0} { set_false_path -to $resets }
  set reset_port [get_ports -quiet rst_ni]
  if {[llength $reset_port] > 0} { set_false_path -from $reset_port }
  set period [find_period]
  puts "clock_ns [format %.3f [expr {$period * $::env(UNIT_NS)}]]"
  # Seen at a period a little too short: where a latch may borrow time a path always just fits.
  set_period [expr {$period * 0.9995}]
  set count [setting PATHS 1]
  set ends {}
  foreach end [find_timing_paths -group_count $count] {
    lappend ends [list [get_property $end slack] $end]
  }
  foreach entry [lrange [lsort -real -index 0 $ends] 0 [expr {$count - 1}]] {
    # From the end back to the clock pin of the register that starts the path.
    set pins {}
    foreach pin [[[lindex $entry 1] path] pins] { set pins [linsert $pins 0 $pin] }
    set gates 0
    array unset by_module
    foreach pin $pins {
      if {![$pin is_driver] || [$pin is_top_level_port]} { continue }
      incr gates
      set module [get_property [[$pin instance] parent] ref_name]
      if {[info exists by_module($module)]} { incr by_module($module) } else { set by_module($module) 1 }
    }
    set names [lsearch -all -inline -not -regexp [names_along $pins] {(^|/)clk_i$}]
    puts "path [format %.3f [lindex $entry 0]] $gates [lindex $names 0] [end_name [lindex $pins end]]"
    puts "through [join $names { }]"
    puts "modules [array get by_module]"
  }
  report_checks -fields {capacitance slew net} -digits 3 -group_count $count
}

# Without this OpenSTA goes on after an error.
if {[catch main message]} {
  puts "error: $message"
  exit 1
}
