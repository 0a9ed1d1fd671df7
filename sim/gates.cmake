# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The netlist of the smallest core, its memories in RTL, and the tool that holds it; not part of the
# default build. The parameters are those of core_4x4x1.
include(${PROJECT_SOURCE_DIR}/synth/Netlist.cmake)
tetralog_netlist(gates_core_4x4x1 TOP tetralog_core
                 PARAMS Rows=4 Cols=4 Dot=1 AccWidth=24 Lanes=4 RandomBits=12 DepthA=64 DepthB=64
                        AxiData=64 AddrWidth=40
                 KEEP pe_group row_bias tile_drain epilogue epilogue_lane epilogue_stats random_source
                      control_registers core_control axi_read stream_reader command_front command_check
                      operand_loader operand_buffer feeder addend_loader mask_loader result_writer
                      output_buffer axi_write product_counter
                 LEAVE sram)
tetralog_verilate(gates_core_4x4x1_netlist TOP tetralog_core PREFIX Vgates_core_4x4x1 NO_TRACE
                  NETLIST ${gates_core_4x4x1_NETLIST})
add_executable(tetralog_gates EXCLUDE_FROM_ALL tetralog_gates.cc)
target_link_libraries(tetralog_gates PRIVATE tetralog_warnings tetralog_commands
                                             gates_core_4x4x1_netlist)

# The array with its epilogue, streamed without a memory: small enough for whole training steps, so it is
# compiled for speed.
tetralog_netlist(gates_engine_4x4x4 TOP tetralog_engine PARAMS Rows=4 Cols=4 Dot=4 Lanes=4
                 KEEP mac_array pe_group row_bias tile_drain epilogue)
tetralog_verilate(gates_engine_4x4x4_netlist TOP tetralog_engine PREFIX Vengine_gates_4x4x4 NO_TRACE OPTIMISE -O1
                  NETLIST ${gates_engine_4x4x4_NETLIST})
add_executable(array_gates EXCLUDE_FROM_ALL array_gates.cc)
target_link_libraries(array_gates PRIVATE tetralog_warnings tetralog_cosim gates_engine_4x4x4_netlist
                                          tetralog_provenance CLI11::CLI11)
