// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The tool with two more shapes of the RTL, for long runs in lockstep: what the three builds of
// core_builds.h leave out is a square array with two products on the narrow bus, and more lanes
// than the bus has words.

#include "Vcore_16x16x1_l8.h"
#include "Vcore_8x8x2.h"
#include "sim/core_builds.h"
#include "sim/tool.h"
#include "sim/verilated_core.h"

namespace tetralog {
namespace {

template <typename V>
std::unique_ptr<Core> Make(const MachineShape& shape, uint64_t seed) {
  return std::make_unique<VerilatedCore<V>>(shape, seed);
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  // The parameters are those that tool.cmake gives to Verilator.
  tetralog::AddRtlBuild({.rows = 8,
                         .cols = 8,
                         .dot = 2,
                         .lanes = 2,
                         .acc_width = 18,
                         .random_bits = 16,
                         .depth_a = 32,
                         .depth_b = 16,
                         .axi_data = 64,
                         .axi_addr = 36},
                        tetralog::Make<Vcore_8x8x2>);
  tetralog::AddRtlBuild({.dot = 1, .lanes = 8, .depth_a = 32, .depth_b = 64},
                        tetralog::Make<Vcore_16x16x1_l8>);
  return tetralog::ToolMain("tetralog_lockstep", argc, argv);
}
