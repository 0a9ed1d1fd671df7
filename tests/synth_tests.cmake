# The processing element in RTL and as gates, and the other units whose netlists run their RTL's tests.
include(${PROJECT_SOURCE_DIR}/synth/Netlist.cmake)

tetralog_verilate(operand_decode_a TOP operand_decode_a)
tetralog_verilate(operand_decode_b TOP operand_decode_b)
set(decoders operand_decode_a operand_decode_b)
tetralog_test(operand_decode_test LIBS ${decoders} LABEL rtl)

tetralog_verilate(dot_product_4 TOP dot_product PARAMS Dot=4)
tetralog_test(dot_product_test LIBS dot_product_4 ${decoders} LABEL rtl)
tetralog_netlist(dot_product_4_gates TOP dot_product PARAMS Dot=4)
tetralog_verilate(dot_product_4_netlist TOP dot_product NETLIST ${dot_product_4_gates_NETLIST})
tetralog_test(dot_product_netlist_test SOURCES dot_product_test.cc LABEL gates
              LIBS dot_product_4_netlist ${decoders} DEFINES SUITE=DotProductNetlist)

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
