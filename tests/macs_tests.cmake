# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# The MACs that the processing element is compared with (synth/macs).
set(macs ${PROJECT_SOURCE_DIR}/synth/macs)
file(GLOB macs_sources CONFIGURE_DEPENDS ${macs}/*.sv)

# macs_verilate(<suffix> <module> [Name=Value ...]): the class V<module>_<suffix>.
function(macs_verilate suffix module)
  tetralog_verilate(macs_${module}_${suffix} TOP ${module} PREFIX V${module}_${suffix} TOP_DIR ${macs}
                    PARAMS ${ARGN} NO_TRACE)
endfunction()

macs_verilate(e4m2 fp_add ExpWidth=4 ManWidth=2)
macs_verilate(e3m3 fp_add ExpWidth=3 ManWidth=3)
macs_verilate(fp16 fp_add ExpWidth=5 ManWidth=10)
macs_verilate(fp32 fp_add)
macs_verilate(fp7 fp_mul ExpWidth=4 ManWidth=2 OutExpWidth=4 OutManWidth=2 Offset=-1)
macs_verilate(fp8 fp_mul ExpWidth=4 ManWidth=3 OutExpWidth=5 OutManWidth=7 Offset=-1)
macs_verilate(bf16 fp_mul ManWidth=7 OutManWidth=15)
macs_verilate(fp32 fp_mul)
macs_verilate(12 int_to_fp Width=12)
macs_verilate(14 int_to_fp Width=14 ExpWidth=5 ManWidth=10)
tetralog_test(macs_parts_test LABEL rtl
              LIBS macs_fp_add_e4m2 macs_fp_add_e3m3 macs_fp_add_fp16 macs_fp_add_fp32
                   macs_fp_mul_fp7 macs_fp_mul_fp8 macs_fp_mul_bf16 macs_fp_mul_fp32
                   macs_int_to_fp_12 macs_int_to_fp_14)

# The blocks, Dot products a cycle.
set(fp16 AccExp=5 AccMan=10 AccBias=15)
foreach(block luq_standard luq_mf_bprop radix4_fp4)
  macs_verilate(d1 ${block} Dot=1)
  macs_verilate(d4 ${block} Dot=4)
  macs_verilate(d1_fp16 ${block} Dot=1 ${fp16})
  list(APPEND log_blocks macs_${block}_d1 macs_${block}_d4 macs_${block}_d1_fp16)
endforeach()
macs_verilate(d4_fp16 luq_mf_bprop Dot=4 ${fp16})
tetralog_test(macs_log_test LABEL rtl LIBS ${log_blocks} macs_luq_mf_bprop_d4_fp16)

macs_verilate(d1 int8 Dot=1)
macs_verilate(d4 int8 Dot=4)
tetralog_test(macs_int_test LABEL rtl LIBS macs_int8_d1 macs_int8_d4)

macs_verilate(d4 hbfp4 Dot=4)
macs_verilate(d16 hbfp4 Dot=16)
macs_verilate(d4 mxfp4 Dot=4)
macs_verilate(d32 mxfp4 Dot=32)
tetralog_test(macs_block_test LABEL rtl
              LIBS macs_hbfp4_d4 macs_hbfp4_d16 macs_mxfp4_d4 macs_mxfp4_d32)

foreach(block fp8_e4m3 bf16 fp32)
  macs_verilate(d1 ${block} Dot=1)
  macs_verilate(d4 ${block} Dot=4)
  list(APPEND fp_blocks macs_${block}_d1 macs_${block}_d4)
endforeach()
tetralog_test(macs_fp_test LABEL rtl LIBS ${fp_blocks})

# Two of them as gates.
foreach(block luq_mf_bprop int8)
  tetralog_netlist(macs_${block}_gates TOP ${block} SOURCES ${macs_sources} PARAMS Dot=4)
  tetralog_verilate(macs_${block}_netlist TOP ${block} NETLIST ${macs_${block}_gates_NETLIST})
endforeach()
tetralog_test(macs_log_netlist_test SOURCES macs_log_test.cc LABEL gates
              LIBS macs_luq_mf_bprop_netlist DEFINES GATES)
tetralog_test(macs_int_netlist_test SOURCES macs_int_test.cc LABEL gates
              LIBS macs_int8_netlist DEFINES GATES)
