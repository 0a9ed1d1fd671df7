# How busy the core keeps its array.
.PHONY: utilisation
utilisation: configure  ## cycles of GEMMs and of an MLP training step on the core, and what bounds them
	$(call build_targets,tetralog_utilisation)
	@$(BUILD)/sim/tetralog_utilisation --json $(BUILD)/report/utilisation.json
