# Place and route of groups of processing elements: `make layout [LAYOUT="--groups 1x1,4x4"]`.
LAYOUT ?=
.PHONY: layout
layout: configure  ## place and route of processing elements, their clock with wires, a picture (LAYOUT="--groups 1x1,4x4")
	@cmake --build $(BUILD) --target layout_report -- --quiet
	@$(BUILD)/synth/layout/layout_report --tech $(patsubst %/,%,$(dir $(LIB))) --out $(BUILD)/layout \
	  --report $(BUILD)/report/layout.json $(LAYOUT)
