# Tests of the machines without time, of the driver and of the random commands.
tetralog_test(functional_machine_test LIBS tetralog_machine LABEL sim)
