# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Training on machines; included by the Makefile, which sets BUILD.
NETWORK ?= mlp
MACHINE ?= functional

.PHONY: train
train: configure  ## train NETWORK=mlp|lenet|resnet|vit on MACHINE=functional|reference|cycle|rtl (TRAIN="--epochs 1")
	$(call build_targets,tetralog tetralog-train)
	@$(BUILD)/sim/tetralog train --network $(NETWORK) --machine $(MACHINE) --json $(BUILD)/report/train.json \
	  --csv $(BUILD)/report/train.csv --plot $(BUILD)/report/train.svg $(TRAIN)

.PHONY: accuracy
accuracy: configure  ## train all recipes of NETWORK=mlp|lenet|resnet20 on 3 seeds: accuracy table, limits (ACCURACY="--jobs 2")
	$(call build_targets,tetralog tetralog-train)
	@$(BUILD)/sim/tetralog accuracy sim/train/accuracy/$(NETWORK).json $(ACCURACY)
