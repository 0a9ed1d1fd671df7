# Synthesis: `make synth [LIB=<Liberty file>]`.
LIB ?= /usr/share/qflow/tech/osu018/osu018_stdcells.lib
# The limits hold for the default library only.
SYNTH_LIMITS = $(if $(findstring osu018,$(LIB)),--limits synth/limits.json,)
SYNTH_DIR    = $(BUILD)/synth/netlists/$(basename $(notdir $(LIB)))

.PHONY: synth
synth: configure  ## area of the processing element and of the core, against its limits (LIB=<Liberty file>)
	@cmake --build $(BUILD) --target synth_report -- --quiet
	@$(BUILD)/synth/synth_report --lib $(LIB) --out $(SYNTH_DIR) --report $(BUILD)/report/synth.json \
	  $(SYNTH_LIMITS)
