# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Recorded GEMMs on netlists: all of them on the 4x4 Dot 4 engine, where a run that was stopped goes on, then
# some on the whole 4x4x1 core, beside its RTL. GATES="--gemm conv2" chooses those; GATES= leaves them out.
GATES ?= --gemm fc3
comma := ,
.PHONY: gates
gates: configure  ## replay the recorded training steps on the netlist of a 4x4x4 engine, and some GEMMs on that of a whole core (GATES="--gemm <name>")
	$(call build_targets,array_gates)
	@$(BUILD)/sim/array_gates $(TRACES) --report $(BUILD)/report/array_gates.json
	$(if $(GATES),$(call build_targets,tetralog_gates))
	$(if $(GATES),@$(BUILD)/sim/tetralog_gates replay tests/data/lenet.h5 --machine functional$(comma)rtl$(comma)gates --shape 4x4x1 $(GATES) \
	  --json $(BUILD)/report/gates.json)
