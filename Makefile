# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Front door. `make` lists the targets; everything is built under build/.
BUILD := build
JOBS  ?= $(shell nproc)

PACKAGES := clang clang-format cmake ninja-build ccache mold make git python3 verilator yosys opensta \
            qflow-tech-osu018 qflow-tech-osu035 googletest libgtest-dev libtorch-dev libopenblas0-pthread \
            libhdf5-dev libdnnl-dev libbenchmark-dev libcli11-dev nlohmann-json3-dev libfmt-dev zlib1g-dev \
            libsystemc-dev pkg-config dataset-fashion-mnist \
            pybind11-dev python3-dev python3-numpy python3-torch python3-h5py

TRACES := tests/data/mlp.h5 tests/data/lenet.h5

.DEFAULT_GOAL := help
.PHONY: help deps configure demo waves test lint contract format clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 16

deps:  ## install the missing Debian packages (root or sudo), or print the line that does
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	  if [ -z "$$missing" ]; then exit 0; fi; \
	  if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2>/dev/null; then as='sudo -n'; else \
	    echo "error: packages are missing; run: sudo apt-get update && sudo apt-get install -y" \
	      --no-install-recommends $$missing; exit 1; fi; \
	  echo "installing:" $$missing; \
	  $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $$missing > /dev/null

configure: deps
	@mkdir -p $(BUILD)/report
	@[ -f $(BUILD)/build.ninja ] || CC=clang CXX=clang++ cmake -S . -B $(BUILD) -G Ninja \
	  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold \
	  > $(BUILD)/configure.log 2>&1 || { cat $(BUILD)/configure.log; rm -f $(BUILD)/build.ninja; false; }

# Builds targets; a terminal sees one line of progress, a log only what fails.
build_targets = @cmake --build $(BUILD) -j $(JOBS) --target $(1) -- $$([ -t 1 ] || echo --quiet)

demo: configure  ## replay the recorded training steps, memory to memory, on functional, cycle and RTL machine
	$(call build_targets,tetralog)
	@$(BUILD)/sim/tetralog replay $(TRACES) --json $(BUILD)/report/demo.json

waves: configure  ## the same for one GEMM (GEMM=name), with a waveform in build/waves.fst
	$(call build_targets,tetralog)
	@$(BUILD)/sim/tetralog replay tests/data/lenet.h5 --gemm $(or $(GEMM),fc3_forward) --wave $(BUILD)/waves.fst
	@echo "wrote $(BUILD)/waves.fst; open it with gtkwave"

test: configure  ## build and run all tests
	$(call build_targets,all)
	@if [ -t 1 ]; then ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure --progress; else \
	  ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure > $(BUILD)/test.log 2>&1 \
	    || { grep -vE ' Passed |^ *Start ' $(BUILD)/test.log; exit 1; }; \
	  grep -E 'tests passed|Total Test time' $(BUILD)/test.log; fi

RTL_UNITS := $(patsubst rtl/%.sv,%,$(filter-out rtl/tetralog_pkg.sv,$(wildcard rtl/*.sv)))

lint: configure  ## contract drift, Verilator and Yosys on every module, the mirror, formatting
	$(call build_targets,contract_gen)
	@$(BUILD)/sim/contract_gen --check
	@for unit in $(RTL_UNITS); do \
	  verilator --lint-only --assert -Wall -y rtl --top-module $$unit rtl/verilator.vlt rtl/tetralog_pkg.sv \
	    rtl/$$unit.sv || exit 1; \
	  [ -f tests/$${unit}_test.cc ] || { echo "error: rtl/$$unit.sv has no test; add tests/$${unit}_test.cc"; exit 1; }; \
	done
	@verilator --lint-only --assert -Wall --top-module tetralog_soc rtl/verilator.vlt -F rtl/tetralog.f \
	  docs/examples/tetralog_soc.sv
	@git ls-files | sh tests/lint_sources.sh
	@sh synth/lint.sh
	@sh synth/lint.sh synth/macs
	@git ls-files '*.h' '*.cc' | xargs clang-format --dry-run -Werror
	@! grep -rnE '@[A-Z0-9]+@' README.md docs || { echo "error: fill in the placeholders above"; exit 1; }
	@echo "lint: $(words $(RTL_UNITS)) RTL units clean"

contract: configure  ## generate model/contract.h and the tables in docs/ from rtl/tetralog_pkg.sv
	$(call build_targets,contract_gen)
	@$(BUILD)/sim/contract_gen --write

format:  ## format the C++ sources
	@git ls-files '*.h' '*.cc' | xargs clang-format -i

clean:  ## remove build/
	@rm -rf $(BUILD)

-include sim/reference/reference.mk
-include synth/synth.mk
-include synth/macs.mk
-include synth/power/power.mk
-include synth/sweep/sweep.mk
-include synth/layout/layout.mk
-include synth/fpga/fpga.mk
-include sim/random.mk
-include sim/regress.mk
-include sim/lockstep.mk
-include sim/gates.mk
-include sim/utilisation.mk
-include sim/estimate.mk
-include sim/functional/bench.mk
-include sim/python/python.mk
-include sim/noise/noise.mk
-include sim/train/train.mk
-include docs/docs.mk
