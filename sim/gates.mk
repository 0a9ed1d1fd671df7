# The netlist of the smallest core as a machine: recorded GEMMs of all kinds, on RTL and gates.
# GATES="--gemm conv2" chooses others.
GATES ?= --gemm fc3
.PHONY: gates
gates: configure  ## replay recorded GEMMs on the netlist of a whole 4x4x1 core, beside its RTL (GATES="--gemm <name>")
	$(call build_targets,tetralog_gates)
	@$(BUILD)/sim/tetralog_gates replay tests/data/lenet.h5 --machine functional,rtl,gates --shape 4x4x1 $(GATES) \
	  --json $(BUILD)/report/gates.json
