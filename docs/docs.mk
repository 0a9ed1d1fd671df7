# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# What docs/ shows of the sources and of the core's timing.
.PHONY: docs
docs: configure  ## fill in the sources and the measured cycles that docs/ shows
	$(call build_targets,docs_gen)
	@$(BUILD)/docs/docs_gen --write
