# Tests of the AXI memory, its checker, and the machine around a core.
tetralog_test(axi_memory_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(axi_checker_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(clocked_machine_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(lockstep_core_test LIBS tetralog_clocked_machine LABEL sim)
tetralog_test(core_builds_test LIBS tetralog_cores tetralog_machine LABEL rtl)
tetralog_test(cycle_formula_test LIBS tetralog_cores tetralog_machine LABEL rtl)
tetralog_test(lockstep_rtl_test LIBS tetralog_tools core_4x4x1 tetralog_cycle LABEL rtl)
tetralog_test(systemc_core_test LIBS tetralog_tools tetralog_systemc_core tetralog_cycle LABEL sim)
