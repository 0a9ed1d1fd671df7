# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The clocked machine: AXI memory, protocol checker, and the machine around a core.
add_library(tetralog_clocked_machine STATIC axi_memory.cc axi_checker.cc clocked_machine.cc
                                            lockstep_core.cc shape_text.cc)
target_link_libraries(tetralog_clocked_machine PRIVATE tetralog_warnings PUBLIC fmt::fmt tetralog_files)

# Verilated cores by the name of their shape; core_builds.cc has the same parameters.
tetralog_verilate(core_16x16x4 TOP tetralog_core PREFIX Vcore_16x16x4
                  PARAMS Rows=16 Cols=16 Dot=4 AccWidth=24 Lanes=4 RandomBits=12 DepthA=64
                         DepthB=128 AxiData=128 AddrWidth=40)
tetralog_verilate(core_4x4x1 TOP tetralog_core PREFIX Vcore_4x4x1
                  PARAMS Rows=4 Cols=4 Dot=1 AccWidth=24 Lanes=4 RandomBits=12 DepthA=64
                         DepthB=64 AxiData=64 AddrWidth=40)
tetralog_verilate(core_8x4x2 TOP tetralog_core PREFIX Vcore_8x4x2
                  PARAMS Rows=8 Cols=4 Dot=2 AccWidth=20 Lanes=4 RandomBits=8 DepthA=32
                         DepthB=32 AxiData=128 AddrWidth=40)
add_library(tetralog_cores STATIC core_builds.cc)
target_link_libraries(tetralog_cores PRIVATE tetralog_warnings core_16x16x4 core_4x4x1 core_8x4x2
                      PUBLIC tetralog_clocked_machine)

# The report of utilisation, on its own cores; not part of the default build.
tetralog_verilate(core_16x16x1 TOP tetralog_core PREFIX Vcore_16x16x1
                  PARAMS Rows=16 Cols=16 Dot=1 AccWidth=24 Lanes=4 RandomBits=12 DepthA=64
                         DepthB=128 AxiData=128 AddrWidth=40)
add_executable(tetralog_utilisation EXCLUDE_FROM_ALL utilisation.cc utilisation_builds.cc)
target_link_libraries(tetralog_utilisation PRIVATE tetralog_warnings tetralog_machine
                      tetralog_clocked_machine core_16x16x1 core_16x16x4 tetralog_provenance
                      CLI11::CLI11)

# The SystemC module as a core.
add_library(tetralog_systemc_core STATIC systemc_core.cc)
target_link_libraries(tetralog_systemc_core PRIVATE tetralog_warnings tetralog_systemc)
