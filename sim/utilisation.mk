# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# How busy the core keeps its array, and how fast it simulates.
.PHONY: utilisation core-bench
utilisation: configure  ## cycles of GEMMs and of an MLP training step on the core, and what bounds them
	$(call build_targets,tetralog_utilisation)
	@$(BUILD)/sim/tetralog_utilisation --json $(BUILD)/report/utilisation.json

core-bench: configure  ## cycles of the core that RTL, cycle model and estimate simulate in a CPU second
	$(call build_targets,core_bench)
	@$(BUILD)/sim/core_bench $(BUILD)/report/core_bench.json

bench: core-bench
