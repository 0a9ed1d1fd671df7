# Tests of the machines without time, of the driver and of the random commands.
foreach(unit command_rules functional_machine random_commands case_runner gemm_plan driver
        linear_layer)
  tetralog_test(${unit}_test LIBS tetralog_machine LABEL sim)
endforeach()
