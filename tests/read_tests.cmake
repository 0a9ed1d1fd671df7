# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of what reads memory: streams, the read port, C and the mask.
tetralog_verilate(stream_reader_128 TOP stream_reader PREFIX Vstream_reader_128)
tetralog_verilate(stream_reader_64 TOP stream_reader PREFIX Vstream_reader_64
                  PARAMS AxiData=64 Streams=2 Segments=2)
tetralog_verilate(stream_reader_64_4 TOP stream_reader PREFIX Vstream_reader_64_4
                  PARAMS AxiData=64 Segments=4)
tetralog_test(stream_reader_test LIBS stream_reader_128 stream_reader_64 LABEL rtl)
tetralog_test(stream_reader_cycle_test LIBS tetralog_cycle stream_reader_128 stream_reader_64_4
              LABEL rtl)

tetralog_verilate(axi_read_128 TOP axi_read PREFIX Vaxi_read_128)
tetralog_verilate(axi_read_64 TOP axi_read PREFIX Vaxi_read_64 PARAMS AxiData=64)
tetralog_test(axi_read_test LIBS axi_read_128 axi_read_64 LABEL rtl)
tetralog_test(axi_read_cycle_test LIBS tetralog_cycle axi_read_128 axi_read_64 LABEL rtl)

tetralog_verilate(read_port_128 TOP read_port PREFIX Vread_port_128)
tetralog_verilate(read_port_64 TOP read_port PREFIX Vread_port_64 PARAMS AxiData=64)
tetralog_test(read_port_test LIBS tetralog_cycle read_port_128 read_port_64 LABEL rtl)

# The loaders, by shape: rows, columns, lanes, bits of the bus.
function(tetralog_loader unit rows cols lanes bits)
  set(name ${unit}_${rows}x${cols}_l${lanes}_${bits})
  tetralog_verilate(${name} TOP ${unit} PREFIX V${name}
                    PARAMS Rows=${rows} Cols=${cols} Lanes=${lanes} AxiData=${bits})
  set(${unit}_units ${${unit}_units} ${name} PARENT_SCOPE)
endfunction()
foreach(unit addend_loader mask_loader)
  tetralog_loader(${unit} 16 16 4 128)
  tetralog_loader(${unit} 4 4 4 128)
  tetralog_loader(${unit} 8 4 2 64)
  tetralog_loader(${unit} 16 16 8 64)
endforeach()
tetralog_loader(addend_loader 8 4 2 128)  # more banks than lanes
tetralog_loader(mask_loader 32 4 4 64)
tetralog_test(addend_loader_test LIBS ${addend_loader_units} LABEL rtl)
tetralog_test(mask_loader_test LIBS ${mask_loader_units} LABEL rtl)
foreach(unit addend_loader mask_loader)
  tetralog_test(${unit}_cycle_test LIBS tetralog_cycle ${${unit}_units} LABEL rtl)
endforeach()
tetralog_verilate(tile_fetch_8x4_int32 TOP tile_fetch PREFIX Vtile_fetch_8x4_int32
                  PARAMS Rows=8 Cols=4 Lanes=2 AxiData=64)
tetralog_verilate(tile_fetch_4x8_codes TOP tile_fetch PREFIX Vtile_fetch_4x8_codes
                  PARAMS Rows=4 Cols=8 Lanes=8 AxiData=64 Nibbles=1 Tiles=4)
tetralog_test(tile_fetch_test LIBS tile_fetch_8x4_int32 tile_fetch_4x8_codes LABEL rtl)
tetralog_test(tile_fetch_cycle_test LIBS tetralog_cycle tile_fetch_8x4_int32 tile_fetch_4x8_codes
              LABEL rtl)

# As gates, of the smallest shape, each runs its own test. (The memories of addend_loader would be
# flip-flops, which take minutes.)
function(tetralog_read_gates unit shape)
  tetralog_netlist(${unit}_${shape}_gates TOP ${unit} PARAMS AxiData=64 ${ARGN})
  tetralog_verilate(${unit}_${shape}_netlist TOP ${unit} PREFIX V${unit}_${shape}
                    NETLIST ${${unit}_${shape}_gates_NETLIST})
  tetralog_test(${unit}_netlist_test SOURCES ${unit}_test.cc LIBS ${unit}_${shape}_netlist
                DEFINES GATES LABEL gates)
endfunction()
tetralog_read_gates(stream_reader 64 Streams=2 Segments=2)
tetralog_read_gates(axi_read 64)
tetralog_read_gates(mask_loader 8x4_l2_64 Rows=8 Cols=4 Lanes=2)
