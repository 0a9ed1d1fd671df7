# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the parts of the core that walk, check and control, and of the core itself.
tetralog_verilate(tile_walker_4x8 TOP tile_walker PREFIX Vtile_walker_4x8
                  PARAMS Rows=4 Cols=8 AxiData=64)
tetralog_verilate(tile_walker_8x8 TOP tile_walker PREFIX Vtile_walker_8x8
                  PARAMS Rows=8 Cols=8 AxiData=64)
tetralog_test(tile_walker_test LIBS tile_walker_4x8 tile_walker_8x8 LABEL rtl)
tetralog_test(tile_walker_cycle_test LIBS tetralog_cycle tile_walker_4x8 LABEL rtl)

tetralog_verilate(product_counter_4x8x2 TOP product_counter PREFIX Vproduct_counter_4x8x2
                  PARAMS Rows=4 Cols=8 Dot=2)
tetralog_verilate(product_counter_8x2x4 TOP product_counter PREFIX Vproduct_counter_8x2x4
                  PARAMS Rows=8 Cols=2 Dot=4)
tetralog_test(product_counter_test LIBS product_counter_4x8x2 product_counter_8x2x4 LABEL rtl)
tetralog_test(product_counter_cycle_test LIBS tetralog_cycle product_counter_4x8x2 LABEL rtl)

tetralog_verilate(command_check_16x16 TOP command_check PREFIX Vcommand_check_16x16)
tetralog_verilate(command_check_4x4 TOP command_check PREFIX Vcommand_check_4x4
                  PARAMS Rows=4 AccWidth=16 DepthA=32 DepthB=16 AxiData=64)
tetralog_verilate(command_rules_16x16 TOP command_rules PREFIX Vcommand_rules_16x16)
tetralog_verilate(command_rules_4x4 TOP command_rules PREFIX Vcommand_rules_4x4
                  PARAMS DepthA=32 DepthB=16 AxiData=64)
tetralog_test(command_rules_rtl_test LIBS command_rules_16x16 command_rules_4x4 tetralog_machine
              LABEL rtl)
tetralog_test(command_check_test LIBS command_check_16x16 command_check_4x4 tetralog_machine LABEL rtl)
tetralog_test(command_check_cycle_test LIBS command_check_16x16 command_check_4x4 tetralog_cycle
                                            tetralog_machine LABEL rtl)

tetralog_verilate(feeder_4x8x2 TOP feeder PREFIX Vfeeder_4x8x2
                  PARAMS Rows=4 Cols=8 Dot=2 DepthA=16 DepthB=8 AxiData=64)
tetralog_verilate(feeder_8x4x4 TOP feeder PREFIX Vfeeder_8x4x4
                  PARAMS Rows=8 Cols=4 Dot=4 DepthA=8 DepthB=16 AxiData=128)
tetralog_test(feeder_test LIBS feeder_4x8x2 feeder_8x4x4 LABEL rtl)
tetralog_test(feeder_cycle_test LIBS tetralog_cycle feeder_4x8x2 feeder_8x4x4 LABEL rtl)

tetralog_verilate(core_control_rtl TOP core_control)
tetralog_test(core_control_test LIBS core_control_rtl LABEL rtl)
tetralog_test(core_control_cycle_test LIBS core_control_rtl tetralog_cycle LABEL rtl)

tetralog_verilate(command_front_4x4 TOP command_front PREFIX Vcommand_front
                  PARAMS Rows=4 DepthA=64 DepthB=64 AxiData=64)
tetralog_test(command_front_test LIBS command_front_4x4 tetralog_machine LABEL rtl)
tetralog_test(command_front_cycle_test LIBS command_front_4x4 tetralog_cycle tetralog_machine
              LABEL rtl)

# The whole core, in its smallest shape.
foreach(unit tetralog_core tetralog_core_error)
  tetralog_test(${unit}_test LIBS core_4x4x1 tetralog_clocked_machine tetralog_machine LABEL rtl)
endforeach()
tetralog_netlist(tile_walker_4x8_gates TOP tile_walker PARAMS Rows=4 Cols=8 AxiData=64)
tetralog_verilate(tile_walker_4x8_netlist TOP tile_walker PREFIX Vtile_walker_4x8
                  NETLIST ${tile_walker_4x8_gates_NETLIST})
tetralog_netlist(tile_walker_8x8_gates TOP tile_walker PARAMS Rows=8 Cols=8 AxiData=64)
tetralog_verilate(tile_walker_8x8_netlist TOP tile_walker PREFIX Vtile_walker_8x8
                  NETLIST ${tile_walker_8x8_gates_NETLIST})
tetralog_test(tile_walker_netlist_test SOURCES tile_walker_test.cc
              LIBS tile_walker_4x8_netlist tile_walker_8x8_netlist LABEL gates)
set(netlists)
foreach(shape 4x8x2 8x2x4)
  string(REPLACE x ";" sizes ${shape})
  list(GET sizes 0 rows)
  list(GET sizes 1 cols)
  list(GET sizes 2 dot)
  tetralog_netlist(product_counter_${shape}_gates TOP product_counter
                   PARAMS Rows=${rows} Cols=${cols} Dot=${dot})
  tetralog_verilate(product_counter_${shape}_netlist TOP product_counter
                    PREFIX Vproduct_counter_${shape} NETLIST ${product_counter_${shape}_gates_NETLIST})
  list(APPEND netlists product_counter_${shape}_netlist)
endforeach()
tetralog_test(product_counter_netlist_test SOURCES product_counter_test.cc LIBS ${netlists} LABEL gates)
