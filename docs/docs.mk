# What docs/ shows of the sources and of the core's timing.
.PHONY: docs
docs: configure  ## fill in the sources and the measured cycles that docs/ shows
	$(call build_targets,docs_gen)
	@$(BUILD)/docs/docs_gen --write
