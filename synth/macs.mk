# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The MACs that the field uses beside the processing element: `make macs [LIB=<Liberty file>]`.
.PHONY: macs
macs: configure  ## area of the MACs that the field uses, beside the processing element (LIB=<Liberty file>)
	@cmake --build $(BUILD) --target macs_report -- --quiet
	@$(BUILD)/synth/macs_report --lib $(LIB) --out $(BUILD)/synth/macs/$(basename $(notdir $(LIB))) \
	  --report $(BUILD)/report/macs$(if $(SYNTH_OSU018),,_$(SYNTH_LIB)).json
