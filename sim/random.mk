.PHONY: random-report
random-report: configure  ## statistics of the random bits -> build/report/random.json
	@cmake --build $(BUILD) --target random_report -- --quiet
	@$(BUILD)/sim/random_report --output $(BUILD)/report/random.json
