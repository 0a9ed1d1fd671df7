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
