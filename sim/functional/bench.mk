# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0

.PHONY: bench
bench: configure  ## fast functional path, and epochs on it, against FP32 libtorch -> build/report/*bench.json
	@cmake --build $(BUILD) --target tetralog_bench tetralog_train_bench -- --quiet
	@$(BUILD)/sim/functional/tetralog_bench --output $(BUILD)/report/bench.json
	@$(BUILD)/sim/train/tetralog_train_bench --output $(BUILD)/report/train_bench.json
