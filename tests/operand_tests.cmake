# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the operand path: memory, loader, buffer.

tetralog_verilate(sram_4 TOP sram PARAMS Width=16 Depth=4)
tetralog_test(sram_test LIBS sram_4 LABEL rtl)
tetralog_netlist(sram_4_gates TOP sram PARAMS Width=16 Depth=4)
tetralog_verilate(sram_4_netlist TOP sram NETLIST ${sram_4_gates_NETLIST})
tetralog_test(sram_netlist_test SOURCES sram_test.cc LABEL gates LIBS sram_4_netlist
              DEFINES SUITE=SramNetlist)

# operand_buffer_unit(<rows> <panel> <bus bits> <dot>), as it is simulated and as it is synthesised
function(operand_buffer_unit rows panel bits dot)
  tetralog_verilate(operand_buffer_r${rows}_w${bits}_d${dot} TOP operand_buffer
                    PREFIX Voperand_buffer_r${rows}_w${bits}_d${dot}
                    PARAMS Rows=${rows} Panel=${panel} AxiData=${bits} Dot=${dot} Depth=8)
  tetralog_verilate(operand_buffer_r${rows}_w${bits}_d${dot}_structure TOP operand_buffer STRUCTURE
                    PREFIX Voperand_buffer_r${rows}_w${bits}_d${dot}_structure
                    PARAMS Rows=${rows} Panel=${panel} AxiData=${bits} Dot=${dot} Depth=8)
endfunction()
operand_buffer_unit(16 32 128 4)
operand_buffer_unit(4 16 64 1)
operand_buffer_unit(32 32 64 2)
operand_buffer_unit(16 16 64 16)
tetralog_test(operand_buffer_test LABEL rtl
              LIBS operand_buffer_r16_w128_d4 operand_buffer_r4_w64_d1 operand_buffer_r32_w64_d2
                   operand_buffer_r16_w64_d16 operand_buffer_r16_w128_d4_structure
                   operand_buffer_r4_w64_d1_structure operand_buffer_r32_w64_d2_structure
                   operand_buffer_r16_w64_d16_structure)
tetralog_test(operand_buffer_cycle_test LABEL rtl
              LIBS tetralog_cycle operand_buffer_r16_w128_d4 operand_buffer_r4_w64_d1
                   operand_buffer_r32_w64_d2 operand_buffer_r16_w64_d16)

# The loader, in RTL and, in the smallest shape, as gates.
set(loader_params_r16_w128 Rows=16 Panel=32 AxiData=128 Depth=32)
set(loader_params_r4_w64 Rows=4 Panel=16 AxiData=64 Depth=32)
set(loader_params_r32_w64 Rows=32 Panel=32 AxiData=64 Depth=32)
foreach(shape r16_w128 r4_w64 r32_w64)
  tetralog_verilate(operand_loader_${shape} TOP operand_loader PREFIX Voperand_loader_${shape}
                    PARAMS ${loader_params_${shape}})
endforeach()
tetralog_test(operand_loader_test LABEL rtl
              LIBS operand_loader_r16_w128 operand_loader_r4_w64 operand_loader_r32_w64)
tetralog_test(operand_loader_cycle_test LABEL rtl
              LIBS tetralog_cycle operand_loader_r16_w128 operand_loader_r4_w64
                   operand_loader_r32_w64)
tetralog_netlist(operand_loader_r4_w64_gates TOP operand_loader PARAMS ${loader_params_r4_w64})
tetralog_verilate(operand_loader_r4_w64_netlist TOP operand_loader PREFIX Voperand_loader_r4_w64
                  NETLIST ${operand_loader_r4_w64_gates_NETLIST})
tetralog_test(operand_loader_netlist_test SOURCES operand_loader_test.cc LABEL gates
              LIBS operand_loader_r4_w64_netlist DEFINES SUITE=OperandLoaderNetlist LOADER_NETLIST)

# All of it together, to the engine.
tetralog_verilate(operand_path_4x8x2 TOP operand_path PREFIX Voperand_path_4x8x2
                  PARAMS Rows=4 Cols=8 Dot=2 Lanes=2 DepthA=16 DepthB=8 AxiData=64)
tetralog_verilate(operand_path_8x4x4 TOP operand_path PREFIX Voperand_path_8x4x4
                  PARAMS Rows=8 Cols=4 Dot=4 Lanes=4 DepthA=8 DepthB=16 AxiData=128)
tetralog_test(operand_path_test LIBS tetralog_cycle operand_path_4x8x2 operand_path_8x4x4 LABEL rtl)
