# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Resources on FPGAs: `make fpga [DESIGNS="engine:4x4x1 core:8x8x4"] [FAMILIES="ecp5 xilinx"]`.
FPGA_DESIGNS  = $(or $(DESIGNS),engine:4x4x1 engine:8x8x4 engine:16x16x4 core:8x8x4)
FPGA_FAMILIES = $(or $(FAMILIES),ice40 ecp5 xilinx)
.PHONY: fpga
fpga: deps  ## resources of engine and core on three families of FPGA (DESIGNS="engine:4x4x1 core:8x8x4" FAMILIES="ecp5 xilinx")
	@sh synth/fpga/fpga.sh $(BUILD)/report/fpga.json $(BUILD)/fpga "$(FPGA_FAMILIES)" $(FPGA_DESIGNS)
