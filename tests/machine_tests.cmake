# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the machines without time, of the driver and of the random commands.
foreach(unit command_rules machine_memory functional_machine gemm_plan driver linear_layer
        illegal_command random_commands case_runner)
  tetralog_test(${unit}_test LIBS tetralog_machine LABEL sim)
endforeach()

# Tests of estimates: the ideal memory beside AxiMemory, tables of layers, cycles beside those of the
# RTL, the tool.
tetralog_test(ideal_memory_test LIBS tetralog_estimate tetralog_clocked_machine LABEL sim)
tetralog_test(layer_table_test LIBS tetralog_estimate LABEL sim)
tetralog_test(estimate_machine_test LIBS tetralog_estimate tetralog_cores LABEL rtl)
tetralog_test(tool_estimate_test LIBS fmt::fmt nlohmann_json::nlohmann_json LABEL sim
              DEFINES TETRALOG_TOOL="$<TARGET_FILE:tetralog>")
add_dependencies(tool_estimate_test tetralog)
