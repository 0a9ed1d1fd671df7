# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Random commands on the functional machine and on the core.
N    ?= 2000
SEED ?= 1
.PHONY: regress
regress: configure  ## N random commands a shape on functional and rtl, all memory compared (N=2000 SEED=1)
	$(call build_targets,tetralog)
	@$(BUILD)/sim/tetralog regress --commands $(N) --seed $(SEED) $(REGRESS) --json $(BUILD)/report/regress.json
