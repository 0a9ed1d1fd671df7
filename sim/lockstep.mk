# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The cycle model in step with the RTL: random commands, all output pins compared in every cycle. With
# SHAPES=4x4x1,8x4x2 on some of the builds of every day; without, on two more shapes as well.
CYCLES ?= 20000000
SHAPES ?=
.PHONY: lockstep
lockstep: LOCKSTEP_TOOL := $(if $(SHAPES),tetralog,tetralog_lockstep)
lockstep: configure  ## RTL and cycle model in lockstep, every pin in every cycle (CYCLES=20000000; SHAPES=4x4x1,8x4x2 for some only)
	$(call build_targets,$(LOCKSTEP_TOOL))
	@$(BUILD)/sim/$(LOCKSTEP_TOOL) regress --lockstep --commands $$(( $(CYCLES) / 1000 + 1 )) --seed $(SEED) \
	  --max-cycles $(CYCLES) $(if $(SHAPES),--shapes $(SHAPES)) $(LOCKSTEP) --json $(BUILD)/report/lockstep.json
