# Synthesis: `make synth [LIB=<Liberty file>] [DOT=<products>]`.
LIB ?= /usr/share/qflow/tech/osu018/osu018_stdcells.lib
# The limits hold for the default library and the default core only. DOT=1 is the core of that many
# products, which has a report of its own.
SYNTH_LIMITS = $(if $(findstring osu018,$(LIB)),--limits synth/limits.json,)
SYNTH_WHAT   = $(if $(DOT),--core-dot $(DOT),$(SYNTH_LIMITS))
SYNTH_REPORT = $(BUILD)/report/synth$(if $(DOT),_dot$(DOT),).json
SYNTH_DIR    = $(BUILD)/synth/netlists/$(basename $(notdir $(LIB)))

.PHONY: synth
synth: configure  ## area of the processing element and of the core, against its limits (LIB=<Liberty file> DOT=<products>)
	@cmake --build $(BUILD) --target synth_report -- --quiet
	@$(BUILD)/synth/synth_report --lib $(LIB) --out $(SYNTH_DIR) --report $(SYNTH_REPORT) \
	  $(SYNTH_WHAT)

# One unit: area, clock and slowest path in several ways of synthesis.
.PHONY: timing
timing: deps  ## area, clock and slowest path of one unit (UNIT=epilogue PARAMS="Lanes=4" RUNS="speed:2000:prefix")
	@[ -n "$(UNIT)" ] || { echo 'error: which unit? make timing UNIT=epilogue PARAMS="Lanes=4"'; exit 1; }
	@[ -f rtl/$(UNIT).sv ] || { echo "error: no rtl/$(UNIT).sv; UNIT is a module of rtl/"; exit 1; }
	@RUNS="$(RUNS)" sh synth/unit.sh $(LIB) $(UNIT) $(BUILD)/synth/units/$(UNIT) $(PARAMS)
