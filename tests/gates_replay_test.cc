// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Recorded GEMMs of all three kinds on the netlist of the engine: every accumulator, output and
// statistic equals the reference's. A netlist with one wrong gate fails in the first of them.

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "Vengine_4x4x1.h"
#include "sim/replay.h"
#include "sim/trace_file.h"
#include "sim/verilated_engine.h"

namespace tetralog {
namespace {

constexpr uint64_t kSmall = 20'000;  // multiply-accumulates

TEST(GatesReplay, RecordedStepsEqualTheReference) {
  VerilatedEngine<Vengine_4x4x1> engine({4, 4, 1, 4, 24, 12}, 1);
  std::set<std::string> kinds;
  const Trace trace = read_trace("tests/data/lenet.h5");
  for (const TraceGemm& g : trace.gemms) {
    if (uint64_t{g.m} * g.n * g.k * g.a_samples > kSmall) continue;
    const GemmReport report = Replay(g, engine, {});
    EXPECT_EQ(report.mismatches, 0U)
        << g.name << "\n"
        << (report.first.empty() ? "" : Describe(report.first[0], g, engine.shape()));
    EXPECT_GT(report.outputs, 0U);
    kinds.insert(g.kind);
  }
  EXPECT_EQ(kinds.size(), 3U) << "all three kinds";
}

}  // namespace
}  // namespace tetralog
