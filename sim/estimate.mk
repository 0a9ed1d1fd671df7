# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# How long networks take on the core, by the cycle model.
ESTIMATE ?= --network mlp,lenet,resnet18,resnet50,transformer --batch 16 --training
.PHONY: estimate
estimate: configure  ## cycles of networks' GEMMs by the cycle model (ESTIMATE="--network resnet50 --sweep ...")
	$(call build_targets,tetralog)
	@$(BUILD)/sim/tetralog estimate $(ESTIMATE) --json $(BUILD)/report/estimate.json
