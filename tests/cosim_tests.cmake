# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the array, the engine and its co-simulation.
foreach(depth 0 1 5)
  tetralog_verilate(delay_line_${depth} TOP delay_line PREFIX Vdelay_line_${depth}
                    PARAMS Width=7 Depth=${depth})
  list(APPEND delay_line_units delay_line_${depth})
endforeach()
tetralog_test(delay_line_test LIBS ${delay_line_units} LABEL rtl)

tetralog_verilate(tile_drain TOP tile_drain PARAMS Rows=4 Cols=6 AccWidth=12 Lanes=2 Delay=5)
tetralog_test(tile_drain_test LIBS tile_drain LABEL rtl)

tetralog_verilate(mac_array TOP mac_array PARAMS Rows=4 Cols=6 Dot=2 GroupRows=2 GroupCols=3)
tetralog_test(mac_array_test LIBS mac_array LABEL rtl)
tetralog_test(mac_array_cycle_test LIBS tetralog_cycle LABEL model)

tetralog_verilate(engine_8x4x2 TOP tetralog_engine PREFIX Vengine_8x4x2
                  PARAMS Rows=8 Cols=4 Dot=2 Lanes=2)
tetralog_verilate(engine_3x5x3 TOP tetralog_engine PREFIX Vengine_3x5x3
                  PARAMS Rows=3 Cols=5 Dot=3 Lanes=1 AccWidth=20 RandomBits=8)
tetralog_verilate(engine_4x16x4 TOP tetralog_engine PREFIX Vengine_4x16x4
                  PARAMS Rows=4 Cols=16 Dot=4 Lanes=16)
add_library(engine_testing STATIC engine_testing.cc)
target_link_libraries(engine_testing PRIVATE tetralog_warnings
                      PUBLIC tetralog_cosim engine_4x4x1 engine_8x4x2 engine_3x5x3 engine_4x16x4)
tetralog_test(tetralog_engine_test LIBS engine_testing LABEL rtl)
tetralog_test(tetralog_engine_cycle_test LIBS engine_testing engine_16x16x4 tetralog_cycle LABEL rtl)
tetralog_test(replay_test LIBS engine_testing LABEL rtl)
tetralog_test(real_gradient_test LIBS tetralog_cosim LABEL model)

# The whole engine as gates runs the engine's own test.
tetralog_netlist(engine_4x4x1_gates TOP tetralog_engine PARAMS Rows=4 Cols=4 Dot=1 Lanes=4)
tetralog_verilate(engine_4x4x1_netlist TOP tetralog_engine PREFIX Vengine_4x4x1
                  NETLIST ${engine_4x4x1_gates_NETLIST})
tetralog_test(tetralog_engine_netlist_test SOURCES tetralog_engine_test.cc engine_testing.cc
              LIBS engine_4x4x1_netlist tetralog_cosim DEFINES ENGINE_NETLIST LABEL gates)
tetralog_test(gates_replay_test LIBS engine_4x4x1_netlist tetralog_cosim LABEL gates)
tetralog_test(tetralog_tool_test LIBS tetralog_trace nlohmann_json::nlohmann_json LABEL sim
              DEFINES TETRALOG_TOOL="$<TARGET_FILE:tetralog>")
add_dependencies(tetralog_tool_test tetralog)
tetralog_test(regress_test LIBS tetralog_tools LABEL sim)
include(faults.cmake)

# Tests of the lints: a changed package is drift, a latch is an error, and so are missing licence lines and
# a file list or an integration page that has not followed the core.
add_test(NAME Lint.FaultsOfTheSourcesAreNamed
         COMMAND sh tests/lint_sources_test.sh ${CMAKE_BINARY_DIR}/lint_sources
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(Lint.FaultsOfTheSourcesAreNamed PROPERTIES LABELS rtl)
add_test(NAME Lint.ADifferentPackageIsDrift
         COMMAND sh tests/lint_drift.sh $<TARGET_FILE:contract_gen> ${CMAKE_BINARY_DIR}/drift
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(Lint.ADifferentPackageIsDrift PROPERTIES LABELS sim
                     PASS_REGULAR_EXPRESSION "contract.h differs from rtl/tetralog_pkg.sv")
add_test(NAME Lint.ALatchIsAnError COMMAND sh synth/lint.sh tests/rtl/latch
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(Lint.ALatchIsAnError PROPERTIES LABELS rtl
                     PASS_REGULAR_EXPRESSION "yosys rejects latch|latch inferred in latch")

# Impossible parameters stop elaboration with a line that says what must hold.
function(tetralog_parameter_error name message)
  set(params Rows=4 Cols=4 ${ARGN})
  list(TRANSFORM params PREPEND -G)
  add_test(NAME ParameterError.${name}
           COMMAND verilator --lint-only -y rtl --top-module tetralog_engine ${params}
                   rtl/verilator.vlt rtl/tetralog_pkg.sv rtl/tetralog_engine.sv
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(ParameterError.${name} PROPERTIES LABELS rtl
                       PASS_REGULAR_EXPRESSION "${message}")
endfunction()
tetralog_parameter_error(LanesDoNotDivideTheColumns "Lanes must divide Cols" Lanes=8)
tetralog_parameter_error(LanesIsNoPowerOfTwo "Lanes must be 1, 2, 4, 8 or 16" Lanes=3)
tetralog_parameter_error(NoRows "Rows and Cols must be at least 1, Dot 1 to 64" Rows=0)
  tetralog_parameter_error(TooManyProducts "Rows and Cols must be at least 1, Dot 1 to 64" Dot=128)
tetralog_parameter_error(GroupsDoNotDivideTheArray "GroupRows must divide Rows" GroupRows=3)
tetralog_parameter_error(AccumulatorTooWide "AccWidth must be 12 to 32" AccWidth=40)
tetralog_parameter_error(TooManyRandomBits "RandomBits must be 1 to 16" RandomBits=17)
