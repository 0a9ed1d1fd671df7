# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Targets of the training reference; included by the Makefile, which sets BUILD.
REFERENCE := $(BUILD)/sim/reference/tetralog_reference

.PHONY: reference traces fidelity

reference: configure
	@cmake --build $(BUILD) --target tetralog_reference -- --quiet

traces: reference  ## record the committed traces in tests/data/
	@$(REFERENCE) traces --out tests/data

fidelity: reference  ## train LUQ, FP32 and broken variants: accuracy table (FIDELITY=--quick: one epoch)
	@$(REFERENCE) fidelity --report $(BUILD)/report/fidelity.json \
	  --revision "$$(git rev-parse --short HEAD 2>/dev/null || echo unknown)" $(FIDELITY)
