# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the tests: one-line faults planted into a copy of the RTL, each of which must be caught by
# the unit's own test. A planted fault passes when that test reports a failure of the named suite.

# tetralog_fault(<name> FILE <module>.sv FROM <text> TO <text> TEST <test source> SUITE <suite>
#                UNITS <target>=<top>[:<prefix>[:<param>...]]... [DEFINES ...] [LIBS ...])
function(tetralog_fault name)
  cmake_parse_arguments(F "" "FILE;FROM;TO;TEST;SUITE" "UNITS;DEFINES;LIBS" ${ARGN})
  set(dir ${CMAKE_BINARY_DIR}/faults/${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${TETRALOG_RTL})
  set(others ${TETRALOG_RTL})
  list(FILTER others EXCLUDE REGEX "/${F_FILE}$")
  file(COPY ${others} DESTINATION ${dir})
  file(READ ${PROJECT_SOURCE_DIR}/rtl/${F_FILE} text)
  string(REPLACE "${F_FROM}" "${F_TO}" faulty "${text}")
  if(faulty STREQUAL text)
    message(FATAL_ERROR "fault ${name}: rtl/${F_FILE} has no '${F_FROM}'; mend tests/faults.cmake")
  endif()
  file(CONFIGURE OUTPUT ${dir}/${F_FILE} CONTENT "${faulty}" @ONLY)
  set(libs)
  foreach(unit ${F_UNITS})
    string(REPLACE ":" ";" parts ${unit})
    list(POP_FRONT parts top prefix)
    string(TOLOWER fault_${name}_${prefix} target)
    tetralog_verilate(${target} TOP ${top} PREFIX ${prefix} RTL_DIR ${dir} PARAMS ${parts})
    list(APPEND libs ${target})
  endforeach()
  add_executable(fault_${name} ${F_TEST})
  target_link_libraries(fault_${name} PRIVATE ${libs} ${F_LIBS} tetralog_warnings GTest::gtest
                                              GTest::gtest_main)
  target_compile_definitions(fault_${name} PRIVATE ${F_DEFINES})
  add_test(NAME Fault.${name} COMMAND fault_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(Fault.${name} PROPERTIES LABELS fault
                       PASS_REGULAR_EXPRESSION "FAILED  . ${F_SUITE}")
endfunction()

# Rounding: the carry-in that makes the rule exact is inverted.
tetralog_fault(rounding FILE luq_quantizer.sv SUITE LuqQuantizerRtl
               FROM "{{RandomBits{1'b0}}, fraction[0]}" TO "{{RandomBits{1'b0}}, ~fraction[0]}"
               TEST luq_quantizer_rtl_test.cc LIBS tetralog_model
               UNITS luq_quantizer:Vluq_quantizer_r2:RandomBits=2
                     luq_quantizer:Vluq_quantizer_r3:RandomBits=3
                     luq_quantizer:Vluq_quantizer_r4:RandomBits=4
                     luq_quantizer:Vluq_quantizer_r12:RandomBits=12)

# Processing element: a tile starts from the sum of the last one.
tetralog_fault(processing_element FILE pe_group.sv SUITE MacArrayRtl
               FROM "(first_q ? '0 : even_q)" TO "even_q"
               TEST mac_array_test.cc
               UNITS mac_array:Vmac_array:Rows=4:Cols=6:Dot=2:GroupRows=2:GroupCols=3)

# Decode: LOG4 16 is taken for 1.
tetralog_fault(decode FILE operand_decode_a.sv SUITE OperandDecodeARtl
               FROM "code[2:0] >= 3'd5" TO "code[2:0] >= 3'd6"
               TEST operand_decode_a_test.cc
               UNITS operand_decode_a:Voperand_decode_a)

# Random source: one place of the lane map is off by one.
tetralog_fault(random_source FILE random_source.sv SUITE RandomSourceRtl
               FROM "6'd47, 6'd49, 6'd57, 6'd58" TO "6'd47, 6'd49, 6'd57, 6'd59"
               TEST random_source_rtl_test.cc LIBS tetralog_model
               UNITS random_source:Vrandom_source_l1:Lanes=1 random_source:Vrandom_source_l2:Lanes=2
                     random_source:Vrandom_source_l4:Lanes=4 random_source:Vrandom_source_l8:Lanes=8
                     random_source:Vrandom_source_l16:Lanes=16)

# Legality: the last legal column is refused.
tetralog_fault(legality FILE command_rules.sv SUITE CommandCheckRtl
               FROM "{5'd0, n1[23:4]}" TO "{5'd0, n1[23:4]} + 25'd1"
               TEST command_check_test.cc LIBS tetralog_machine
               UNITS command_check:Vcommand_check_16x16
                     command_check:Vcommand_check_4x4:Rows=4:AccWidth=16:DepthA=32:DepthB=16:AxiData=64)

# Feeder: a panel of B is given back while later rows of tiles still need it.
tetralog_fault(release FILE feeder.sv SUITE FeederRtl
               FROM "tile_next && b_end && last_panel_a" TO "tile_next && b_end"
               TEST feeder_test.cc
               UNITS feeder:Vfeeder_4x8x2:Rows=4:Cols=8:Dot=2:DepthA=16:DepthB=8:AxiData=64
                     feeder:Vfeeder_8x4x4:Rows=8:Cols=4:Dot=4:DepthA=8:DepthB=16:AxiData=128)

# Reads: what is left over of a segment's last beat is not delivered.
tetralog_fault(flush FILE stream_reader.sv SUITE StreamReaderRtl
               FROM "seg_end && partial && !extra" TO "1'b0 && extra"
               TEST stream_reader_test.cc DEFINES GATES
               UNITS stream_reader:Vstream_reader_64:AxiData=64:Streams=2:Segments=2)

# Writes: the byte behind an odd number of codes is written as well.
tetralog_fault(strobe FILE axi_write.sv SUITE AxiWriteRtl
               FROM "code_strobes[i] = data_valid_q[2*i]" TO "code_strobes[i] = data_valid_q[2*i] | data_valid_q[(2*i+Group-2)%Group]"
               TEST axi_write_test.cc
               UNITS axi_write:Vaxi_write_b128_g4:AxiData=128:Group=4:MaxCount=48
                     axi_write:Vaxi_write_b64_g2:AxiData=64:Group=2:MaxCount=48
                     axi_write:Vaxi_write_b64_g8:AxiData=64:Group=8:MaxCount=48)

# Timing faults that lose nothing: all data is right, only the cycle model can tell.
# Drain: the sums of a tile are read a cycle late.
tetralog_fault(drain_late FILE tile_drain.sv SUITE LockstepRtl.TheCycleModel
               FROM "wait_q      <= DelayWidth'(Delay - 1)" TO "wait_q      <= DelayWidth'(Delay)"
               TEST lockstep_rtl_test.cc LIBS tetralog_tools tetralog_cycle
               UNITS tetralog_core:Vcore_4x4x1:Rows=4:Cols=4:Dot=1:DepthB=64:AxiData=64)
# DMA: a burst of writes that follows another begins a cycle late.
tetralog_fault(burst_late FILE axi_write.sv SUITE LockstepRtl.TheCycleModel
               FROM "(!read_q || (read_move && burst_end))" TO "!read_q"
               TEST lockstep_rtl_test.cc LIBS tetralog_tools tetralog_cycle
               UNITS tetralog_core:Vcore_4x4x1:Rows=4:Cols=4:Dot=1:DepthB=64:AxiData=64)
