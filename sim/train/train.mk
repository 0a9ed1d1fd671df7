# Training on machines; included by the Makefile, which sets BUILD.
NETWORK ?= mlp
MACHINE ?= functional

.PHONY: train
train: configure  ## train NETWORK=mlp|lenet|resnet|vit on MACHINE=functional|reference|cycle|rtl (TRAIN="--epochs 1")
	$(call build_targets,tetralog tetralog-train)
	@$(BUILD)/sim/tetralog train --network $(NETWORK) --machine $(MACHINE) --json $(BUILD)/report/train.json \
	  --csv $(BUILD)/report/train.csv --plot $(BUILD)/report/train.svg $(TRAIN)
