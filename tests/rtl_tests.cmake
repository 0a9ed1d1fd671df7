# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Tests of rtl/.

# The quantisers, at the random widths where every input can be tried and at the default.
foreach(unit luq_quantizer int_quantizer)
  foreach(bits 2 3 4 12)
    tetralog_verilate(${unit}_r${bits} TOP ${unit} PREFIX V${unit}_r${bits} PARAMS RandomBits=${bits})
    list(APPEND ${unit}_units ${unit}_r${bits})
  endforeach()
  tetralog_test(${unit}_rtl_test LIBS ${${unit}_units} tetralog_model LABEL rtl)
endforeach()

# The random source, for every number of lanes.
foreach(lanes 1 2 4 8 16)
  tetralog_verilate(random_source_l${lanes} TOP random_source PREFIX Vrandom_source_l${lanes}
                    PARAMS Lanes=${lanes})
  list(APPEND random_source_units random_source_l${lanes})
endforeach()
tetralog_test(random_source_rtl_test LIBS ${random_source_units} tetralog_model LABEL rtl)

# The parts of the epilogue.
foreach(unit scale_shift epilogue_lane epilogue_stats)
  tetralog_verilate(${unit}_rtl TOP ${unit})
  tetralog_test(${unit}_rtl_test LIBS ${unit}_rtl tetralog_model LABEL rtl)
endforeach()

tetralog_verilate(compressor_tree TOP compressor_tree)
tetralog_test(compressor_tree_test LIBS compressor_tree LABEL rtl)
tetralog_verilate(sample_counts_9 TOP sample_counts PARAMS CountWidth=9)
tetralog_test(sample_counts_test LIBS sample_counts_9 LABEL rtl)

# The whole epilogue.
foreach(lanes 1 4 16)
  tetralog_verilate(epilogue_l${lanes} TOP epilogue PREFIX Vepilogue_l${lanes} PARAMS Lanes=${lanes})
  list(APPEND epilogue_units epilogue_l${lanes})
endforeach()
tetralog_test(epilogue_test LIBS ${epilogue_units} tetralog_model LABEL rtl)
