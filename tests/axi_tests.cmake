# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the AXI memory, its checker, and the machine around a core.
tetralog_test(axi_memory_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(axi_checker_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(clocked_machine_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(shape_text_test LIBS tetralog_clocked_machine tetralog_model LABEL sim)
tetralog_test(lockstep_core_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(core_builds_test LIBS tetralog_cores tetralog_machine LABEL rtl)
tetralog_test(cycle_formula_test LIBS tetralog_cores tetralog_machine LABEL rtl)
tetralog_verilate(core_8x4x2_structure TOP tetralog_core PREFIX Vcore_8x4x2_structure STRUCTURE
                  NO_TRACE PARAMS Rows=8 Cols=4 Dot=2 AccWidth=20 Lanes=4 RandomBits=8 DepthA=32 DepthB=32
                         AxiData=128 AddrWidth=40)
tetralog_test(lockstep_rtl_test LIBS tetralog_tools core_4x4x1 tetralog_cycle LABEL rtl)
tetralog_test(lockstep_structure_test LIBS tetralog_tools core_8x4x2_structure tetralog_cycle LABEL rtl)
tetralog_test(systemc_core_test LIBS tetralog_tools tetralog_systemc_core tetralog_cycle LABEL sim)

# The bench of the docs, built against the installed model as a user's project is.
add_test(NAME SystemcBench.RunsAgainstTheInstalledModel
         COMMAND sh tests/systemc_bench.sh ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/systemc_bench
                 ${CMAKE_CXX_COMPILER}
         WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(SystemcBench.RunsAgainstTheInstalledModel PROPERTIES LABELS sim
                     PASS_REGULAR_EXPRESSION "D is right")
