// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The named builds of the core that are synthesised, and which of its modules have an area of their
// own.

#pragma once

#include <fmt/core.h>

#include <string>

namespace tetralog {

struct Build {
  const char* name;
  int rows, cols, dot, lanes, acc_width, depth_a, depth_b, axi_data;
  bool memories;  // black boxes with an assumed area and delay; else flip-flops

  std::string Parameters() const {
    return fmt::format("Rows={} Cols={} Dot={} Lanes={} AccWidth={} DepthA={} DepthB={} AxiData={}",
                       rows, cols, dot, lanes, acc_width, depth_a, depth_b, axi_data);
  }
};

inline constexpr Build kBuilds[] = {
    {"flagship", 16, 16, 4, 4, 24, 64, 128, 128, true},
    {"8x8x4", 8, 8, 4, 4, 24, 64, 128, 128, true},
    {"16x16x1", 16, 16, 1, 4, 24, 64, 128, 128, true},
    {"small", 4, 4, 1, 4, 24, 4, 4, 64, false},
};

// Modules that stay apart. tile_walker and tile_fetch dissolve in their users, who leave outputs of
// theirs unused.
// command_rules dissolves in command_check, which has its N - 1 and K - 1 as well: apart, it would
// cost 400 GE.
inline constexpr const char* kApart =
    "tetralog_engine mac_array pe_group row_bias tile_drain epilogue epilogue_lane luq_quantizer "
    "int_quantizer random_source scale_shift epilogue_stats control_registers core_control "
    "axi_read "
    "stream_reader command_front command_check operand_loader operand_buffer feeder addend_loader "
    "mask_loader result_writer output_buffer axi_write product_counter";

}  // namespace tetralog
