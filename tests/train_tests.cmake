# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of training on machines.
tetralog_test(chain_trainer_test LIBS tetralog_train_reference tetralog_chain tetralog_clocked_machine tetralog_cycle
              LABEL sim)
tetralog_test(gemm_backend_test LIBS tetralog_train_reference tetralog_chain LABEL sim)
tetralog_test(recording_backend_test LIBS tetralog_tensor_trainer tetralog_train_reference tetralog_chain
              tetralog_tools tetralog_cycle LABEL sim)
tetralog_test(chain_host_test LIBS tetralog_chain LABEL sim)
tetralog_test(chain_trainer_rtl_test LIBS tetralog_train_reference tetralog_chain tetralog_cores LABEL rtl)
tetralog_test(code_columns_test LIBS tetralog_tensor_trainer LABEL sim)
tetralog_test(tensor_trainer_test LIBS tetralog_tensor_trainer tetralog_train_reference tetralog_chain
              tetralog_clocked_machine tetralog_cycle LABEL sim)
tetralog_test(noise_test LIBS tetralog_noise_training LABEL sim)

# Nothing to measure is refused, and so has no figures that meet a limit.
foreach(option turns steps)
  add_test(NAME TrainBench.Needs_${option} COMMAND tetralog_train_bench --networks mlp --${option} 0)
  set_tests_properties(TrainBench.Needs_${option} PROPERTIES LABELS sim
                       PASS_REGULAR_EXPRESSION "--${option}: .*not in range")
endforeach()
