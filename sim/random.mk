# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0

.PHONY: random-report
random-report: configure  ## statistics of the random bits -> build/report/random.json
	@cmake --build $(BUILD) --target random_report -- --quiet
	@$(BUILD)/sim/random_report --output $(BUILD)/report/random.json
