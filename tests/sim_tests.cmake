# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of sim/.
tetralog_test(whole_file_test LIBS tetralog_files LABEL sim)
tetralog_test(wave_file_test LIBS tetralog_files LABEL sim)
tetralog_test(provenance_test LIBS tetralog_provenance LABEL sim)
tetralog_test(trace_file_test LIBS tetralog_trace LABEL sim)
tetralog_test(reference_random_bits_test LIBS tetralog_reference_host LABEL reference)
tetralog_test(reference_loss_test LIBS tetralog_reference_host LABEL reference)
tetralog_test(reference_dataset_test LIBS tetralog_reference_host LABEL reference
              DEFINES TETRALOG_REFERENCE="$<TARGET_FILE:tetralog_reference>")
add_dependencies(reference_dataset_test tetralog_reference)
tetralog_test(reference_quantise_test LIBS tetralog_reference_tensors LABEL reference)
tetralog_test(reference_image_ops_test LIBS tetralog_reference_tensors LABEL reference)
tetralog_test(reference_trainer_test LIBS tetralog_reference_runs LABEL reference)
tetralog_test(reference_traces_test LIBS tetralog_reference_runs LABEL reference
              DEFINES TETRALOG_REFERENCE="$<TARGET_FILE:tetralog_reference>")
add_dependencies(reference_traces_test tetralog_reference)
# Headers of libtorch in these two; see sim/reference/CMakeLists.txt.
set_target_properties(reference_quantise_test reference_image_ops_test PROPERTIES CXX_STANDARD 17)
tetralog_test(fast_kernels_test LIBS tetralog_functional LABEL sim)
tetralog_test(fast_gemm_test LIBS tetralog_functional tetralog_cosim LABEL sim)
# oneDNN's kernels for processors without VNNI add pairs of products in 16 bits: exact as well.
foreach(isa SSE41 AVX2 AVX512_CORE)
  add_test(NAME FastGemmFunctional.OneDnnLimitedTo${isa}
           COMMAND fast_gemm_test WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(FastGemmFunctional.OneDnnLimitedTo${isa} PROPERTIES
                       LABELS sim ENVIRONMENT DNNL_MAX_CPU_ISA=${isa})
endforeach()
