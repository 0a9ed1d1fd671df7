# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Operand noise of gradient rounding; included by the Makefile, which sets BUILD.
.PHONY: noise
noise: configure  ## error and bias of dX and dW, by way of rounding gradients (NOISE="--draws 2048")
	$(call build_targets,tetralog-noise)
	@$(BUILD)/sim/noise/tetralog-noise --json $(BUILD)/report/noise.json $(NOISE)
