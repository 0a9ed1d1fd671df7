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
