# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# tetralog_netlist(<target> TOP <module> [SOURCES <file>...] [PARAMS Name=Value ...] [KEEP <module>...]
#                  [LEAVE <module>...])
#
# Makes the target <target>, which synthesises one RTL module with the given parameters when it is
# built (SOURCES: files that it may use beside those of rtl/), and sets in the caller's scope
#   <target>_NETLIST  the gate-level file and the functional models of the library's cells,
# ready for tetralog_verilate(... NETLIST ${<target>_NETLIST}). The netlist keeps the module's name and
# ports, so one test source runs on both. Modules of KEEP are not flattened; those of LEAVE come from
# the RTL. -DTETRALOG_LIBERTY=<file> chooses another library.
set(TETRALOG_LIBERTY /usr/share/qflow/tech/osu018/osu018_stdcells.lib CACHE FILEPATH
    "Liberty file that netlists are mapped to")
file(GLOB TETRALOG_RTL_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rtl/*.sv)

set(TETRALOG_FLOW cells_osu018.v clock_gate_osu018.v clock_gates.v elaborate.sh liberty.sh map.sh
                  netlist.sh prefix_adder.v)
list(TRANSFORM TETRALOG_FLOW PREPEND ${PROJECT_SOURCE_DIR}/synth/)

# Functional models of all cells, made from the Liberty file itself.
set(TETRALOG_CELLS ${CMAKE_BINARY_DIR}/netlist/cells.v)
if(NOT TARGET tetralog_cells)
  add_custom_command(
    OUTPUT ${TETRALOG_CELLS}
    COMMAND ${PROJECT_SOURCE_DIR}/synth/cells.sh ${TETRALOG_LIBERTY} ${TETRALOG_CELLS}
    DEPENDS ${TETRALOG_LIBERTY} ${PROJECT_SOURCE_DIR}/synth/cells.sh
    COMMENT "Cell models of the library"
    VERBATIM)
  # The one target that makes the file, so that parallel builds do not make it twice.
  add_custom_target(tetralog_cells DEPENDS ${TETRALOG_CELLS})
endif()

function(tetralog_netlist target)
  cmake_parse_arguments(N "" "TOP" "SOURCES;PARAMS;KEEP;LEAVE" ${ARGN})
  list(JOIN N_KEEP " " keep)
  list(JOIN N_LEAVE " " leave)
  list(TRANSFORM N_LEAVE REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/rtl/\\1.sv" OUTPUT_VARIABLE left)
  set(dir ${CMAKE_BINARY_DIR}/netlist/${target})
  string(JOIN " " sources ${N_SOURCES})
  add_custom_command(
    OUTPUT ${dir}/${N_TOP}.v
    COMMAND ${CMAKE_COMMAND} -E env "SOURCES=${sources}" "KEEP=${keep}" "LEAVE=${leave}"
            ${PROJECT_SOURCE_DIR}/synth/netlist.sh ${TETRALOG_LIBERTY} ${N_TOP} ${dir} ${N_PARAMS}
    DEPENDS ${TETRALOG_RTL_SOURCES} ${N_SOURCES} ${TETRALOG_LIBERTY} ${TETRALOG_FLOW}
    COMMENT "Synthesising ${target}"
    VERBATIM)
  add_custom_target(${target} DEPENDS ${dir}/${N_TOP}.v)
  add_dependencies(${target} tetralog_cells)
  set(${target}_NETLIST ${dir}/${N_TOP}.v ${TETRALOG_CELLS} ${left} PARENT_SCOPE)
endfunction()
