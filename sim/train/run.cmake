# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The run around a trainer: recipe, batches, checkpoints, results. No tensor library.
add_library(tetralog_train_run STATIC train/batches.cc train/checkpoint.cc train/experiment.cc
                                      train/recipe.cc train/run.cc train/run_report.cc
                                      train/train_arguments.cc line_plot.cc)
target_link_libraries(tetralog_train_run PRIVATE tetralog_warnings CLI11::CLI11
                      PUBLIC tetralog_trace tetralog_reference_host tetralog_code_histogram
                             tetralog_cosim fmt::fmt nlohmann_json::nlohmann_json)

# The trainers with their machines, and the program that has everything. The tool starts it.
add_library(tetralog_train_machines STATIC train/training.cc)
target_link_libraries(tetralog_train_machines PRIVATE tetralog_warnings
                      PUBLIC tetralog_train_run tetralog_chain tetralog_train_reference tetralog_tensor_trainer
                             tetralog_clocked_machine tetralog_cycle)
add_executable(tetralog-train train/main.cc)
target_link_libraries(tetralog-train PRIVATE tetralog_warnings tetralog_train_machines tetralog_cores
                                             tetralog_provenance CLI11::CLI11)
add_dependencies(tetralog tetralog-train)
