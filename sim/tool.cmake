# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The command-line tool: replay on machines, regression, and its subcommands.
add_library(tetralog_tools STATIC machine_replay.cc regress.cc)
target_link_libraries(tetralog_tools PRIVATE tetralog_warnings
                      PUBLIC tetralog_machine tetralog_clocked_machine tetralog_cosim)
add_library(tetralog_commands STATIC tool_main.cc tool.cc tool_info.cc tool_gemm.cc tool_replay.cc
                                     tool_engine_replay.cc tool_regress.cc tool_estimate.cc
                                     tool_train.cc tool_accuracy.cc run_programs.cc
                                     utilisation_plot.cc engine_builds.cc)
target_link_libraries(tetralog_commands PRIVATE tetralog_warnings engine_16x16x4 engine_4x4x1 tetralog_provenance
                      PUBLIC tetralog_tools tetralog_estimate tetralog_train_run tetralog_cores
                             CLI11::CLI11)
add_executable(tetralog tetralog.cc)
target_link_libraries(tetralog PRIVATE tetralog_warnings tetralog_commands)

# The same with two more shapes, for long runs in lockstep; not part of the default build.
tetralog_verilate(core_8x8x2 TOP tetralog_core PREFIX Vcore_8x8x2
                  PARAMS Rows=8 Cols=8 Dot=2 AccWidth=18 Lanes=2 RandomBits=16 DepthA=32 DepthB=16
                         AxiData=64 AddrWidth=36)
tetralog_verilate(core_16x16x1_l8 TOP tetralog_core PREFIX Vcore_16x16x1_l8
                  PARAMS Rows=16 Cols=16 Dot=1 AccWidth=24 Lanes=8 RandomBits=12 DepthA=32
                         DepthB=64 AxiData=128 AddrWidth=40)
add_executable(tetralog_lockstep EXCLUDE_FROM_ALL tetralog_lockstep.cc)
target_link_libraries(tetralog_lockstep PRIVATE tetralog_warnings tetralog_commands core_8x8x2
                                                core_16x16x1_l8)
