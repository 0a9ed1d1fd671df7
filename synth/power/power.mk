# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Energy per MAC: `make power [LIB=<Liberty file>] [POWER="--beats 100 --blocks int8"]`.
POWER ?=
.PHONY: power
power: configure  ## energy per MAC of the array and of comparison MACs on the recorded training steps
	$(call build_targets,power_report)
	@$(BUILD)/synth/power/power_report --lib $(LIB) --dir $(BUILD)/power --report $(BUILD)/report/power$(if $(SYNTH_OSU018),,_$(SYNTH_LIB)).json \
	  $(if $(SYNTH_OSU018),--limits synth/limits.json) $(POWER)
