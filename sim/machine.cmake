# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Machines without time, the legality of commands, the driver, and random commands for regressions.
add_library(tetralog_machine STATIC command_rules.cc machine_memory.cc functional_machine.cc
            illegal_command.cc random_case.cc random_commands.cc case_runner.cc
            gemm_plan.cc driver.cc linear_layer.cc)
target_link_libraries(tetralog_machine PRIVATE tetralog_warnings
                      PUBLIC tetralog_model tetralog_functional)

# Training on a machine: the host's loss, and one step of an MLP from a trace.
add_library(tetralog_training STATIC loss_gradient.cc mlp_step.cc)
target_link_libraries(tetralog_training PRIVATE tetralog_warnings
                      PUBLIC tetralog_machine tetralog_trace tetralog_reference_host)
add_subdirectory(train)

# Estimates: the cycle model without data as a machine, tables of layers, and what they cost.
add_library(tetralog_estimate STATIC ideal_memory.cc estimate_machine.cc layer_table.cc estimate.cc)
target_compile_definitions(tetralog_estimate PRIVATE
                           TETRALOG_NETWORKS="${PROJECT_SOURCE_DIR}/sim/networks")
target_link_libraries(tetralog_estimate PRIVATE tetralog_warnings
                      PUBLIC tetralog_cycle tetralog_machine Threads::Threads
                             fmt::fmt)
