# Front door. `make` lists the targets; everything is built under build/.
BUILD := build
JOBS  ?= $(shell nproc)

PACKAGES := clang clang-format cmake ninja-build ccache mold make git python3 verilator yosys iverilog \
            qflow-tech-osu018 googletest libgtest-dev libbenchmark-dev libtorch-dev \
            libopenblas0-pthread libhdf5-dev hdf5-tools libcli11-dev nlohmann-json3-dev libfmt-dev \
            zlib1g-dev dataset-fashion-mnist gnuplot-nox

.DEFAULT_GOAL := help
.PHONY: help deps configure demo test lint contract format clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

deps:  ## install the missing Debian packages (root or sudo), or print the line that does
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	  if [ -z "$$missing" ]; then exit 0; fi; \
	  if [ "$$(id -u)" = 0 ]; then as=; elif sudo -n true 2>/dev/null; then as='sudo -n'; else \
	    echo "error: packages are missing; run: sudo apt-get update && sudo apt-get install -y" \
	      --no-install-recommends $$missing; exit 1; fi; \
	  echo "installing:" $$missing; \
	  $$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq \
	    --no-install-recommends $$missing > /dev/null

configure: deps
	@mkdir -p $(BUILD)/report
	@[ -f $(BUILD)/build.ninja ] || CC=clang CXX=clang++ cmake -S . -B $(BUILD) -G Ninja \
	  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold > $(BUILD)/configure.log \
	  || (cat $(BUILD)/configure.log; rm -f $(BUILD)/build.ninja; false)

contract: configure  ## generate model/contract.h and the tables in docs/ from rtl/tetralog_pkg.sv
	@cmake --build $(BUILD) --target contract_gen -- --quiet
	@$(BUILD)/sim/contract_gen --write

format:  ## format the C++ sources
	@git ls-files '*.h' '*.cc' | xargs clang-format -i

clean:  ## remove build/
	@rm -rf $(BUILD)
