# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of training runs: recipe, checkpoints, the run around a trainer.
tetralog_test(train_recipe_test LIBS tetralog_train_run LABEL sim)
tetralog_test(train_checkpoint_test LIBS tetralog_train_run LABEL sim)
tetralog_test(code_histogram_test LIBS tetralog_code_histogram LABEL sim)
tetralog_test(train_run_test LIBS tetralog_train_run LABEL sim)
tetralog_test(train_experiment_test LIBS tetralog_train_run LABEL sim
              DEFINES TETRALOG_EXPERIMENTS="${CMAKE_SOURCE_DIR}/sim/train/accuracy")
tetralog_test(train_machine_test LIBS tetralog_train_machines tetralog_reference_runs LABEL sim)
tetralog_test(train_tool_test LIBS tetralog_train_run LABEL sim
              DEFINES TETRALOG_TOOL="$<TARGET_FILE:tetralog>")
add_dependencies(train_tool_test tetralog tetralog-train)
tetralog_test(accuracy_tool_test LIBS tetralog_train_run LABEL sim
              DEFINES TETRALOG_TOOL="$<TARGET_FILE:tetralog>")
add_dependencies(accuracy_tool_test tetralog tetralog-train)
tetralog_test(run_programs_test LIBS tetralog_commands LABEL sim)
