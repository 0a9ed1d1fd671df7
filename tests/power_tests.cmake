# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the measurement of energy.
foreach(unit liberty netlist gate_sim energy)
  tetralog_test(power_${unit}_test LIBS tetralog_power nlohmann_json::nlohmann_json LABEL synth)
endforeach()

# The simulator of netlists on the engine's; the JSON is made of the netlist that other tests use.
set(engine_json ${CMAKE_BINARY_DIR}/netlist/engine_4x4x1_gates/tetralog_engine.json)
list(GET engine_4x4x1_gates_NETLIST 0 engine_netlist)
add_custom_command(
  OUTPUT ${engine_json}
  COMMAND yosys -q -p "read_liberty -lib -ignore_miss_func ${TETRALOG_LIBERTY}; read_verilog ${engine_netlist}; hierarchy -top tetralog_engine; write_json ${engine_json}"
          > ${engine_json}.log
  DEPENDS ${engine_netlist}
  COMMENT "Netlist of the engine as JSON"
  VERBATIM)
add_custom_target(tetralog_engine_json DEPENDS ${engine_json})
add_dependencies(tetralog_engine_json engine_4x4x1_gates)
tetralog_test(power_engine_test LIBS tetralog_power_engine LABEL gates
              DEFINES TETRALOG_LIBERTY="${TETRALOG_LIBERTY}" TETRALOG_ENGINE_JSON="${engine_json}")
add_dependencies(power_engine_test tetralog_engine_json)
