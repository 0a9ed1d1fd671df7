# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the design space's sweep.
tetralog_test(sweep_space_test LIBS tetralog_sweep LABEL synth)
tetralog_test(sweep_results_test LIBS tetralog_sweep LABEL synth)
tetralog_test(sweep_tool_test LIBS nlohmann_json::nlohmann_json LABEL synth
              DEFINES TETRALOG_TOOL="$<TARGET_FILE:sweep>")
add_dependencies(sweep_tool_test sweep)
