# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The processing element in RTL and as gates, and the other units whose netlists run their RTL's tests.
include(${PROJECT_SOURCE_DIR}/synth/Netlist.cmake)

tetralog_verilate(operand_decode_a TOP operand_decode_a)
tetralog_verilate(operand_decode_b TOP operand_decode_b)
set(decoders operand_decode_a operand_decode_b)
tetralog_test(operand_decode_a_test LIBS operand_decode_a LABEL rtl)
tetralog_test(operand_decode_b_test LIBS operand_decode_b LABEL rtl)

tetralog_verilate(dot_product_4 TOP dot_product PARAMS Dot=4)
tetralog_test(dot_product_test LIBS dot_product_4 ${decoders} LABEL rtl)
tetralog_netlist(dot_product_4_gates TOP dot_product PARAMS Dot=4)
tetralog_verilate(dot_product_4_netlist TOP dot_product NETLIST ${dot_product_4_gates_NETLIST})
tetralog_test(dot_product_netlist_test SOURCES dot_product_test.cc LABEL gates
              LIBS dot_product_4_netlist ${decoders} DEFINES SUITE=DotProductNetlist)

foreach(leaf full_adder and_or_invert line_driver product_sum)
  tetralog_verilate(${leaf} TOP ${leaf})
  tetralog_test(${leaf}_test LIBS ${leaf} LABEL rtl)
endforeach()

tetralog_verilate(operand_product TOP operand_product)
tetralog_test(operand_product_test LIBS operand_product operand_decode_a LABEL rtl)
tetralog_netlist(operand_product_gates TOP operand_product)
tetralog_verilate(operand_product_netlist TOP operand_product NETLIST ${operand_product_gates_NETLIST})
tetralog_test(operand_product_netlist_test SOURCES operand_product_test.cc LABEL gates
              LIBS operand_product_netlist operand_decode_a DEFINES SUITE=OperandProductNetlist)

tetralog_verilate(row_bias_4 TOP row_bias PARAMS Dot=4)
tetralog_test(row_bias_test LIBS row_bias_4 operand_product operand_decode_a LABEL rtl)

# accumulator_tests(<width> <low>): RTL and netlist.
function(accumulator_tests width low)
  set(shape ${width}x${low})
  set(params Width=${width} Low=${low})
  set(defines ACC_WIDTH=${width} ACC_LOW=${low})
  tetralog_verilate(accumulator_${shape} TOP accumulator PARAMS ${params})
  tetralog_test(accumulator_${shape}_test SOURCES accumulator_test.cc LABEL rtl
                LIBS accumulator_${shape} DEFINES ${defines} SUITE=AccumulatorRtl${shape})
  tetralog_netlist(accumulator_${shape}_gates TOP accumulator PARAMS ${params})
  tetralog_verilate(accumulator_${shape}_netlist TOP accumulator
                    NETLIST ${accumulator_${shape}_gates_NETLIST})
  tetralog_test(accumulator_${shape}_netlist_test SOURCES accumulator_test.cc LABEL gates
                LIBS accumulator_${shape}_netlist DEFINES ${defines} SUITE=AccumulatorNetlist${shape})
endfunction()
accumulator_tests(24 12)
accumulator_tests(12 12)
accumulator_tests(18 13)

# bit_heap_tests(<rows> <in width> <out width> <fast columns>): RTL and netlist.
function(bit_heap_tests rows in out fast)
  set(shape ${rows}x${in}to${out})
  set(params Rows=${rows} InWidth=${in} OutWidth=${out} FastColumns=${fast})
  set(defines HEAP_ROWS=${rows} HEAP_IN=${in} HEAP_OUT=${out})
  tetralog_verilate(bit_heap_${shape} TOP bit_heap PARAMS ${params})
  tetralog_test(bit_heap_${shape}_test SOURCES bit_heap_test.cc LABEL rtl
                LIBS bit_heap_${shape} DEFINES ${defines} SUITE=BitHeapRtl${shape})
  tetralog_netlist(bit_heap_${shape}_gates TOP bit_heap PARAMS ${params})
  tetralog_verilate(bit_heap_${shape}_netlist TOP bit_heap NETLIST ${bit_heap_${shape}_gates_NETLIST})
  tetralog_test(bit_heap_${shape}_netlist_test SOURCES bit_heap_test.cc LABEL gates
                LIBS bit_heap_${shape}_netlist DEFINES ${defines} SUITE=BitHeapNetlist${shape})
endfunction()
bit_heap_tests(1 1 2 0)
bit_heap_tests(7 3 24 0)
bit_heap_tests(4 10 13 4)
bit_heap_tests(16 10 24 24)

# pe_group_tests(<rows> <cols> <dot> <acc width>): the group and its bias units, RTL and netlist.
function(pe_group_tests rows cols dot acc)
  set(shape ${rows}x${cols}x${dot})
  set(group GroupRows=${rows} GroupCols=${cols} Dot=${dot} AccWidth=${acc})
  set(row Dot=${dot} AccWidth=${acc})
  set(defines PE_ROWS=${rows} PE_COLS=${cols} PE_DOT=${dot} PE_ACC=${acc})
  tetralog_verilate(pe_group_${shape} TOP pe_group PARAMS ${group})
  tetralog_verilate(row_bias_${shape} TOP row_bias PARAMS ${row})
  tetralog_test(pe_group_${shape}_test SOURCES pe_group_test.cc LABEL rtl
                LIBS pe_group_${shape} row_bias_${shape} ${decoders}
                DEFINES ${defines} SUITE=PeGroupRtl${shape})
  tetralog_netlist(pe_group_${shape}_gates TOP pe_group PARAMS ${group})
  tetralog_netlist(row_bias_${shape}_gates TOP row_bias PARAMS ${row})
  tetralog_verilate(pe_group_${shape}_netlist TOP pe_group NETLIST ${pe_group_${shape}_gates_NETLIST})
  tetralog_verilate(row_bias_${shape}_netlist TOP row_bias NETLIST ${row_bias_${shape}_gates_NETLIST})
  tetralog_test(pe_group_${shape}_netlist_test SOURCES pe_group_test.cc LABEL gates
                LIBS pe_group_${shape}_netlist row_bias_${shape}_netlist ${decoders}
                DEFINES ${defines} SUITE=PeGroupNetlist${shape})
endfunction()
pe_group_tests(1 1 1 24)
pe_group_tests(2 2 4 24)
pe_group_tests(3 1 5 18)

# The lane of the epilogue as gates.
tetralog_netlist(epilogue_lane_gates TOP epilogue_lane)
tetralog_verilate(epilogue_lane_netlist TOP epilogue_lane NETLIST ${epilogue_lane_gates_NETLIST})
tetralog_test(epilogue_lane_netlist_test SOURCES epilogue_lane_rtl_test.cc LABEL gates
              LIBS epilogue_lane_netlist tetralog_model DEFINES SUITE=EpilogueLaneNetlist)

# The statistics as gates.
tetralog_netlist(epilogue_stats_gates TOP epilogue_stats)
tetralog_verilate(epilogue_stats_netlist TOP epilogue_stats NETLIST ${epilogue_stats_gates_NETLIST})
tetralog_test(epilogue_stats_netlist_test SOURCES epilogue_stats_rtl_test.cc LABEL gates
              LIBS epilogue_stats_netlist tetralog_model DEFINES SUITE=EpilogueStatsNetlist)
# Its trees have other shapes with the fewest and the most lanes.
foreach(lanes 1 16)
  tetralog_netlist(epilogue_stats_l${lanes}_gates TOP epilogue_stats PARAMS Lanes=${lanes})
  tetralog_verilate(epilogue_stats_l${lanes}_netlist TOP epilogue_stats
                    NETLIST ${epilogue_stats_l${lanes}_gates_NETLIST})
  tetralog_test(epilogue_stats_l${lanes}_netlist_test SOURCES epilogue_stats_rtl_test.cc LABEL gates
                LIBS epilogue_stats_l${lanes}_netlist tetralog_model
                DEFINES SUITE=EpilogueStatsL${lanes}Netlist LANES=${lanes})
endforeach()

# The tree that lane and statistics share, and the counters, whose words have gated clocks.
tetralog_netlist(compressor_tree_gates TOP compressor_tree)
tetralog_verilate(compressor_tree_netlist TOP compressor_tree NETLIST ${compressor_tree_gates_NETLIST})
tetralog_test(compressor_tree_netlist_test SOURCES compressor_tree_test.cc LABEL gates
              LIBS compressor_tree_netlist DEFINES SUITE=CompressorTreeNetlist)
tetralog_netlist(sample_counts_gates TOP sample_counts PARAMS CountWidth=9)
tetralog_verilate(sample_counts_netlist TOP sample_counts NETLIST ${sample_counts_gates_NETLIST})
tetralog_test(sample_counts_netlist_test SOURCES sample_counts_test.cc LABEL gates
              LIBS sample_counts_netlist DEFINES SUITE=SampleCountsNetlist)

# The random source, whose linear layers are full adders in synthesis only.
tetralog_netlist(random_source_gates TOP random_source PARAMS Lanes=4)
tetralog_verilate(random_source_netlist TOP random_source PREFIX Vrandom_source_l4
                  NETLIST ${random_source_gates_NETLIST})
tetralog_test(random_source_netlist_test SOURCES random_source_rtl_test.cc LABEL gates
              LIBS random_source_netlist tetralog_model
              DEFINES SUITE=RandomSourceNetlist FOUR_LANES_ONLY)

# The report tool's flow and its reading of libraries.
tetralog_test(synth_flow_test LIBS tetralog_synth LABEL gates)
tetralog_test(synth_page_test LIBS tetralog_synth)
tetralog_test(synth_parts_test LIBS tetralog_synth)
tetralog_test(timing_test LIBS tetralog_synth LABEL gates)
