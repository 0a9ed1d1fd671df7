.PHONY: bench
bench: configure  ## fast functional path against FP32 libtorch -> build/report/bench.json
	@cmake --build $(BUILD) --target tetralog_bench -- --quiet
	@$(BUILD)/sim/functional/tetralog_bench --output $(BUILD)/report/bench.json
