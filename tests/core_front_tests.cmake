# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the contract's layouts and of the registers.

# The layouts: a test-only module, beside links to the package and the waivers that it needs.
function(tetralog_layouts)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/layouts)
  file(MAKE_DIRECTORY ${dir})
  set(fields ${CMAKE_CURRENT_SOURCE_DIR}/rtl/command_fields.sv)
  foreach(file ${fields} ${PROJECT_SOURCE_DIR}/rtl/tetralog_pkg.sv
               ${PROJECT_SOURCE_DIR}/rtl/verilator.vlt)
    get_filename_component(name ${file} NAME)
    file(CREATE_LINK ${file} ${dir}/${name} SYMBOLIC)
  endforeach()
  list(APPEND TETRALOG_RTL ${fields})  # what the library is made again for
  tetralog_verilate(command_fields TOP command_fields RTL_DIR ${dir})
endfunction()
tetralog_layouts()
tetralog_test(contract_layout_test LIBS command_fields LABEL rtl)

# The registers, and a build with many products a cycle, whose counters pass 32 bits soon.
tetralog_verilate(control_registers TOP control_registers)
tetralog_verilate(control_registers_wide TOP control_registers PREFIX Vcontrol_registers_wide
                  PARAMS Rows=64 Cols=128 Dot=8 Lanes=16 AccWidth=32 RandomBits=16 DepthA=256
                         DepthB=512 AxiData=64 AddrWidth=36)
tetralog_test(control_registers_test LIBS control_registers control_registers_wide LABEL rtl)
tetralog_test(control_registers_cycle_test LIBS control_registers control_registers_wide
                                                tetralog_cycle LABEL rtl)
