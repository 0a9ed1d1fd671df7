# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# How fast the core simulates, without tracing; not part of the default build.
find_package(benchmark REQUIRED)
foreach(dot 1 4)
  tetralog_verilate(fast_core_16x16x${dot} TOP tetralog_core PREFIX Vfast_core_16x16x${dot} NO_TRACE
                    PARAMS Rows=16 Cols=16 Dot=${dot} AccWidth=24 Lanes=4 RandomBits=12 DepthA=64
                           DepthB=128 AxiData=128 AddrWidth=40)
endforeach()
add_executable(core_bench EXCLUDE_FROM_ALL core_bench.cc)
target_link_libraries(core_bench PRIVATE tetralog_warnings tetralog_machine tetralog_clocked_machine
                      tetralog_cycle tetralog_systemc_core tetralog_estimate fast_core_16x16x1
                      fast_core_16x16x4 tetralog_provenance benchmark::benchmark)
