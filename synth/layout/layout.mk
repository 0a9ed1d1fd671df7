# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Place and route of groups of processing elements: `make layout [LAYOUT="--groups 2x2"]`.
LAYOUT ?=
.PHONY: layout
layout: configure  ## place and route of processing elements, their clock with wires, a picture (LAYOUT="--groups 2x2")
	@cmake --build $(BUILD) --target layout_report -- --quiet
	@$(BUILD)/synth/layout/layout_report --tech $(patsubst %/,%,$(dir $(LIB))) --out $(BUILD)/layout \
	  --report $(BUILD)/report/layout$(if $(SYNTH_OSU018),,_$(SYNTH_LIB)).json $(LAYOUT)
