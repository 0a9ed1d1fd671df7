# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the result side: output buffer, AXI writes, completion records.
# name: rows, columns, lanes, AXI data bits
set(result_shapes r16_l4_b128:16:16:4:128 r4_l4_b128:4:4:4:128 r8_l2_b64:8:4:2:64
                  r16_l8_b64:16:16:8:64)
foreach(shape ${result_shapes})
  string(REPLACE ":" ";" shape ${shape})
  list(POP_FRONT shape name rows cols lanes data)
  foreach(unit output_buffer result_writer)
    tetralog_verilate(${unit}_${name} TOP ${unit} PREFIX V${unit}_${name}
                      PARAMS Rows=${rows} Cols=${cols} Lanes=${lanes} AxiData=${data})
    list(APPEND ${unit}_units ${unit}_${name})
  endforeach()
endforeach()
foreach(unit output_buffer result_writer)
  tetralog_test(${unit}_test LIBS ${${unit}_units} LABEL rtl)
endforeach()

# name: AXI data bits, codes of a read
foreach(shape b128_g4:128:4 b64_g2:64:2 b64_g8:64:8)
  string(REPLACE ":" ";" shape ${shape})
  list(POP_FRONT shape name data group)
  tetralog_verilate(axi_write_${name} TOP axi_write PREFIX Vaxi_write_${name}
                    PARAMS AxiData=${data} Group=${group} MaxCount=48)
  list(APPEND axi_write_units axi_write_${name})
endforeach()
tetralog_test(axi_write_test LIBS ${axi_write_units} LABEL rtl)

# The cycle model of each, in lockstep.
foreach(unit output_buffer result_writer axi_write)
  tetralog_test(${unit}_cycle_test LIBS ${${unit}_units} tetralog_cycle LABEL rtl)
endforeach()
