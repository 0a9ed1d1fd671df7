# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The design space: `make sweep [SPACE=<JSON file>] [SWEEP="--launcher slurm --jobs 20"]`.
SPACE ?= synth/sweep/default.json
SWEEP ?=
.PHONY: sweep
sweep: configure  ## area, clock, energy, utilisation over a design space, with plots (SPACE=<JSON file> SWEEP="--launcher slurm")
	$(call build_targets,sweep sweep_point)
	@$(BUILD)/synth/sweep/sweep --space $(SPACE) --lib $(LIB) --jobs $(JOBS) $(SWEEP)
