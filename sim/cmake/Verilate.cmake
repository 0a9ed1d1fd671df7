# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# tetralog_verilate(<target> TOP <module> [PREFIX <class>] [PARAMS Name=Value ...] [NETLIST <file>...]
#                   [RTL_DIR <directory>] [TOP_DIR <directory>] [NO_TRACE] [STRUCTURE] [OPTIMISE <flag>])
#
# Makes the library <target>: the Verilated class <class> (default V<module>) of one RTL module with
# the given parameters, assertions on, FST tracing compiled in. With NETLIST the class is made from
# those gate-level files instead, so that the same test source runs on both; with RTL_DIR, from a
# copy of rtl/ (a planted fault); with TOP_DIR, the module and what it uses are looked for there, then in
# rtl/; with NO_TRACE, without tracing, for speed; with STRUCTURE, as it is
# synthesised, without the short forms that some units have for simulation; OPTIMISE is the compiler's
# flag for a netlist that runs for long (default -O0). Verilator runs at build
# time, not at configure time, because a netlist exists only then; it skips what has not changed, and
# ccache keeps the rest cheap. Each unit is a library of its own, outside our warning flags.
find_program(CCACHE_PROGRAM ccache)
file(GLOB TETRALOG_RTL CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rtl/*.sv ${PROJECT_SOURCE_DIR}/rtl/*.vlt)

function(tetralog_verilate target)
  cmake_parse_arguments(V "NO_TRACE;STRUCTURE" "TOP;PREFIX;RTL_DIR;TOP_DIR;OPTIMISE" "PARAMS;NETLIST" ${ARGN})
  if(NOT V_PREFIX)
    set(V_PREFIX V${V_TOP})
  endif()
  if(NOT V_RTL_DIR)
    set(V_RTL_DIR ${PROJECT_SOURCE_DIR}/rtl)
  endif()
  set(top_sources)
  if(V_TOP_DIR)
    file(GLOB top_sources CONFIGURE_DEPENDS ${V_TOP_DIR}/*.sv)
  else()
    set(V_TOP_DIR ${V_RTL_DIR})
  endif()
  set(dir ${CMAKE_BINARY_DIR}/verilated/${target})
  # -fno-const-bit-op-tree: Verilator 5.006 simulates some trees of exclusive ors wrongly, without a
  # word (seen on netlists and on the RTL with SYNTHESIS defined); with this flag it agrees with Icarus.
  set(args --cc --build -j 1 --x-assign fast --x-initial unique -O3
           -fno-const-bit-op-tree
           --top-module ${V_TOP} --prefix ${V_PREFIX} --Mdir ${dir}
           -MAKEFLAGS "CXX=${CMAKE_CXX_COMPILER}" -MAKEFLAGS "LINK=${CMAKE_CXX_COMPILER}"
           -MAKEFLAGS "OBJCACHE=${CCACHE_PROGRAM}" -MAKEFLAGS "OPT_GLOBAL=-O2"
           -CFLAGS "-std=c++20 -w")
  if(NOT V_NO_TRACE)
    list(APPEND args --trace-fst)
  endif()
  if(V_STRUCTURE)
    # The queues of bit_heap feed themselves, bit by bit, which costs evaluations and no more.
    list(APPEND args +define+SYNTHESIS -Wno-UNOPTFLAT)
  endif()
  if(V_NETLIST)
    set(sources ${V_NETLIST})
    # A test of gates is short and its build is long.
    if(NOT V_OPTIMISE)
      set(V_OPTIMISE -O0)
    endif()
    list(APPEND args -Wno-fatal -Wno-lint -Wno-style -MAKEFLAGS "OPT_FAST=${V_OPTIMISE}")
  else()
    set(sources ${V_RTL_DIR}/verilator.vlt ${V_RTL_DIR}/tetralog_pkg.sv ${V_TOP_DIR}/${V_TOP}.sv)
    # As it is synthesised there is five times as much to compile, for a short test.
    set(optimise -O3)
    if(V_STRUCTURE)
      set(optimise -O1)
    endif()
    list(APPEND args --assert -Wall -y ${V_TOP_DIR} -y ${V_RTL_DIR} -MAKEFLAGS "OPT_FAST=${optimise}")
    foreach(param ${V_PARAMS})
      list(APPEND args -G${param})
    endforeach()
  endif()
  set(archive ${dir}/${V_PREFIX}__ALL.a)
  add_custom_command(
    OUTPUT ${archive}
    BYPRODUCTS ${dir}/${V_PREFIX}.h
    COMMAND sh ${PROJECT_SOURCE_DIR}/sim/cmake/quiet.sh ${dir}/verilator.log
            verilator ${args} ${sources}
    COMMAND ${CMAKE_COMMAND} -E touch ${archive}
    DEPENDS ${TETRALOG_RTL} ${top_sources} ${V_NETLIST}
    COMMENT "Verilating ${target}"
    VERBATIM)
  add_custom_target(${target}_verilated DEPENDS ${archive})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_verilated)
  target_include_directories(${target} SYSTEM INTERFACE ${dir})
  target_link_libraries(${target} INTERFACE ${archive} verilated_runtime)
endfunction()

# The runtime that all Verilated classes share.
set(VERILATOR_INCLUDE /usr/share/verilator/include)
add_library(verilated_runtime STATIC ${VERILATOR_INCLUDE}/verilated.cpp
                                     ${VERILATOR_INCLUDE}/verilated_threads.cpp
                                     ${VERILATOR_INCLUDE}/verilated_fst_c.cpp)
target_include_directories(verilated_runtime SYSTEM PUBLIC ${VERILATOR_INCLUDE}
                                                           ${VERILATOR_INCLUDE}/vltstd)
target_compile_definitions(verilated_runtime PUBLIC VM_COVERAGE=0 VM_SC=0 VM_TRACE=1 VM_TRACE_FST=1
                                                    VM_TRACE_VCD=0)
target_compile_options(verilated_runtime PRIVATE -w)
target_link_libraries(verilated_runtime PUBLIC Threads::Threads z)
