# Resources on FPGAs: `make fpga [SHAPES="4x4x1 8x8x4"] [FAMILIES="ecp5 xilinx"]`.
FPGA_SHAPES   = $(or $(SHAPES),4x4x1 8x8x4 16x16x4)
FPGA_FAMILIES = $(or $(FAMILIES),ice40 ecp5 xilinx)
.PHONY: fpga
fpga: deps  ## resources of the core on three families of FPGA (SHAPES="4x4x1 8x8x4" FAMILIES="ecp5 xilinx")
	@mkdir -p $(BUILD)/report
	@sh synth/fpga/fpga.sh $(BUILD)/report/fpga.json $(BUILD)/fpga "$(FPGA_FAMILIES)" $(FPGA_SHAPES)
