# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of training on machines.
tetralog_test(loss_gradient_test LIBS tetralog_training LABEL sim)
tetralog_test(mlp_step_test LIBS tetralog_training LABEL sim)
tetralog_test(mlp_step_rtl_test LIBS tetralog_training tetralog_cores fmt::fmt LABEL rtl)
