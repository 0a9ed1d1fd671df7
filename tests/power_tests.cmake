# Tests of the measurement of energy.
foreach(unit liberty netlist gate_sim energy)
  tetralog_test(power_${unit}_test LIBS tetralog_power nlohmann_json::nlohmann_json LABEL synth)
endforeach()
