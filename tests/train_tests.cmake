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
tetralog_test(noise_test LIBS tetralog_noise tetralog_train_reference tetralog_chain LABEL sim)
