# Tests of the machines without time, of the driver and of the random commands.
foreach(unit command_rules functional_machine random_commands case_runner)
  tetralog_test(${unit}_test LIBS tetralog_machine LABEL sim)
endforeach()
