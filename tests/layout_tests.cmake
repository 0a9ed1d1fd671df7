# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Place and route: its readers, its extraction and its checks.
foreach(part read extract check)
  tetralog_test(layout_${part}_test LIBS tetralog_layout)
endforeach()

# Resources on FPGAs: the script around Yosys.
tetralog_test(fpga_test LIBS tetralog_synth)
