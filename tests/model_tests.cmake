# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of model/: one executable a unit, all of them functions of the model library only.
foreach(unit formats dot_product_model rounding scale_shift luq_quantizer int_quantizer
        epilogue_lane epilogue_stats gemm)
  tetralog_test(${unit}_test LIBS tetralog_model LABEL model)
endforeach()
tetralog_test(random_source_test LIBS tetralog_model tetralog_random_statistics LABEL model)
