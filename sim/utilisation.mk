# How busy the core keeps its array, and how fast it simulates.
.PHONY: utilisation core-bench
utilisation: configure  ## cycles of GEMMs and of an MLP training step on the core, and what bounds them
	$(call build_targets,tetralog_utilisation)
	@$(BUILD)/sim/tetralog_utilisation --json $(BUILD)/report/utilisation.json

core-bench: configure  ## simulated cycles of the Verilated core in a CPU second
	$(call build_targets,core_bench)
	@$(BUILD)/sim/core_bench --benchmark_out=$(BUILD)/report/core_bench.json --benchmark_out_format=json
