# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Synthesis: `make synth [LIB=<Liberty file>] [CORE=8x8x4|16x16x1|small]`.
LIB ?= /usr/share/qflow/tech/osu018/osu018_stdcells.lib
SYNTH_LIB    = $(basename $(notdir $(LIB)))
SYNTH_DIR    = $(BUILD)/synth/netlists/$(SYNTH_LIB)
SYNTH_OSU018 = $(filter osu018_stdcells,$(SYNTH_LIB))
# The limits hold for the flagship in the default library; other cores and libraries have reports of
# their own, and only the flagship has the table of processing elements.
SYNTH_WHAT   = $(if $(CORE),--build $(CORE) --no-pe,$(if $(SYNTH_OSU018),--limits synth/limits.json))
SYNTH_REPORT = $(BUILD)/report/synth$(if $(CORE),_$(CORE))$(if $(SYNTH_OSU018),,_$(SYNTH_LIB)).json

.PHONY: synth
synth: configure  ## area and clock of the processing element and of the core, against limits (LIB=<Liberty file> CORE=8x8x4|16x16x1|small)
	@cmake --build $(BUILD) --target synth_report -- --quiet
	@$(BUILD)/synth/synth_report --lib $(LIB) --out $(SYNTH_DIR) --report $(SYNTH_REPORT) \
	  --jobs $(JOBS) $(SYNTH_WHAT)

# One unit: area, clock and slowest path in several ways of synthesis.
.PHONY: timing
timing: deps  ## area, clock and slowest path of one unit (UNIT=epilogue PARAMS="Lanes=4" RUNS="speed:2000:prefix")
	@[ -n "$(UNIT)" ] || { echo 'error: which unit? make timing UNIT=epilogue PARAMS="Lanes=4"'; exit 1; }
	@[ -f rtl/$(UNIT).sv ] || { echo "error: no rtl/$(UNIT).sv; UNIT is a module of rtl/"; exit 1; }
	@RUNS="$(RUNS)" sh synth/unit.sh $(LIB) $(UNIT) $(BUILD)/synth/units/$(UNIT) $(PARAMS)
