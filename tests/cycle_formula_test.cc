// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycles of a command alone on the core, from doorbell to completion, follow the formula of
// docs/utilisation.md: for products whose operands are stored along K in whole bus words, with
// INT32 outputs, sums long enough that loads and drains hide behind them, and a memory without
// stalls. Every shape of the core, random sizes (edges included), samples of A, three latencies of
// the memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "sim/core_builds.h"
#include "sim/counters.h"
#include "sim/driver.h"
#include "tests/tile_order.h"

namespace tetralog {
namespace {

uint64_t CeilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

struct Product {
  uint64_t m, n, k, samples;
};

// When the rows of A and the columns of B are in the buffers, in bus words from the first: a tile
// row of A, a panel of B, the rest of A's panel, the rest of B, the rest of A.
struct Loads {
  std::vector<uint64_t> a, b;  // by tile row, by tile column
};
Loads LoadsOf(const MachineShape& s, const Product& p, uint64_t words) {
  const uint64_t rows_of_panel = s.panel_a() / s.rows, cols_of_panel = s.panel_b() / s.cols;
  const uint64_t tile_rows = CeilDiv(p.m, s.rows), tile_cols = CeilDiv(p.n, s.cols);
  Loads loads;
  uint64_t time = 0;
  const auto load_a = [&](uint64_t end) {
    for (uint64_t i = loads.a.size(); i < std::min(end, tile_rows); ++i) {
      time += std::min<uint64_t>(s.rows, p.m - i * s.rows) * p.samples * words;
      loads.a.push_back(time);
    }
  };
  const auto load_b = [&](uint64_t end) {
    for (uint64_t i = loads.b.size(); i < std::min(end, tile_cols); ++i) {
      time += std::min<uint64_t>(s.cols, p.n - i * s.cols) * words;
      loads.b.push_back(time);
    }
  };
  load_a(1);
  load_b(cols_of_panel);
  load_a(rows_of_panel);
  load_b(tile_cols);
  load_a(tile_rows);
  return loads;
}

// The formula.
uint64_t Cycles(const MachineShape& s, const Product& p, uint64_t read, uint64_t write) {
  const uint64_t word_bytes = s.axi_data / 8;
  const Loads loads = LoadsOf(s, p, CeilDiv(p.k, s.word_codes()));
  uint64_t time = 0;
  const TileGrid grid = {s.rows, s.cols, s.word_codes()};
  for (const TilePlace& t : TileOrder(grid, p.m, p.n, grid.Block(p.n)))
    time = std::max({time, loads.a[t.m0 / s.rows], loads.b[t.n0 / s.cols]}) +
           p.samples * CeilDiv(p.k, s.dot);
  const uint64_t last_rows = (p.m - 1) % s.rows + 1, last_cols = (p.n - 1) % s.cols + 1;
  const uint64_t beats = CeilDiv(last_cols, s.lanes);
  const uint64_t line = CeilDiv(last_cols * 4, word_bytes);  // bus words of a row of D
  const uint64_t drain = beats + (last_rows - 1) * std::max(beats, line) + line;
  const uint64_t behind = last_rows > 1;  // the last line waits for the one before it
  return kCommandBytes / word_bytes + time + drain + CeilDiv(80, word_bytes) + 2 * read +
         2 * write + behind + 24;
}

class CycleFormula : public testing::TestWithParam<std::string> {};

TEST_P(CycleFormula, GivesTheCyclesOfACommandAlone) {
  std::mt19937 rng(1);
  const std::pair<uint32_t, uint32_t> latencies[] = {{20, 20}, {5, 40}, {33, 3}};
  for (const auto& [read, write] : latencies) {
    const auto machine =
        MakeRtlMachine(GetParam(), 4 << 20, {.read_latency = read, .write_latency = write});
    Driver driver(*machine);
    const MachineShape& s = driver.shape();
    for (int i = 0; i < 12; ++i) {
      driver.arena().Reset();
      Product p;
      p.samples = 1 + rng() % 2;
      p.m = 1 + rng() % (3 * s.rows);
      p.n = 1 + rng() % (3 * s.cols);
      // All of A and B fit the buffers.
      const uint64_t most = std::min(s.depth_a / (CeilDiv(p.m, s.panel_a()) * p.samples),
                                     s.depth_b / CeilDiv(p.n, s.panel_b())) *
                            s.word_codes();
      p.k = most / 2 + rng() % (most / 2) + 1;
      GemmRequest r;
      r.a = driver.NewTensor(p.m, p.k, Format::kLog4, p.samples);
      r.b = driver.NewTensor(p.n, p.k, Format::kInt4);
      r.d = driver.NewTensor(p.m, p.n, Format::kInt32);
      r.b_transposed = true;
      r.a_samples = p.samples;
      const Handle handle = driver.Gemm(r);
      ASSERT_EQ(handle.count, 1U);
      ClearCounters(*machine);
      driver.Flush();
      driver.Wait(handle);
      const uint64_t cycles = ReadCounters(*machine)[kCounterBusy];
      EXPECT_EQ(cycles, Cycles(s, p, read, write))
          << s.name() << ": " << p.m << " x " << p.k << " x " << p.n << ", " << p.samples
          << " samples, latencies " << read << " and " << write << ", seed 1";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, CycleFormula, testing::ValuesIn(RtlShapes()),
                         [](const auto& info) { return "Of" + info.param; });

}  // namespace
}  // namespace tetralog
