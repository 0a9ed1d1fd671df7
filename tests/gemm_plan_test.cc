// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Planning of products. Seeded random products in several shapes, most of them with a split K:
// every command must be legal, buffers must stay half free as promised, and what the commands leave
// in memory must be what the model computes in one piece, with an accumulator wide enough for all.

#include "sim/gemm_plan.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "model/gemm.h"
#include "sim/command_rules.h"
#include "sim/dice.h"
#include "sim/driver.h"
#include "sim/functional_machine.h"

namespace tetralog {
namespace {

std::vector<MachineShape> Shapes() {
  MachineShape small, wide;
  small.rows = small.cols = 4;
  small.dot = 1;
  small.axi_data = 64;
  small.depth_a = small.depth_b = 16;
  wide.rows = wide.cols = 32;  // a panel of B is one tile
  wide.depth_a = wide.depth_b = 32;
  wide.acc_width = 18;
  return {MachineShape{}, small, wide};
}

// A machine with a driver, random memory and tensors.
struct Bench {
  explicit Bench(const MachineShape& shape)
      : machine(shape, 8 << 20, {.fast = true, .threads = 1}), driver(machine) {}

  Tensor Random(Dice& dice, uint32_t rows, uint32_t cols, Format format, uint32_t samples = 1) {
    const Tensor tensor = driver.NewTensor(rows, cols, format, samples);
    std::vector<uint8_t> bytes(tensor.sample_bytes() * samples);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(dice.Next());
    machine.WriteMemory(tensor.address, bytes);
    return tensor;
  }

  FunctionalMachine machine;
  Driver driver;
};

Tensor Oriented(Bench& bench, Dice& dice, bool transposed, uint32_t rows, uint32_t cols, Format f,
                uint32_t samples = 1) {
  return bench.Random(dice, transposed ? cols : rows, transposed ? rows : cols, f, samples);
}

GemmRequest RandomRequest(Bench& bench, Dice& dice, uint32_t m, uint32_t n, uint32_t k) {
  GemmRequest r;
  r.a_transposed = dice.Percent(50);
  r.b_transposed = dice.Percent(50);
  r.d_transposed = dice.Percent(50);
  r.mask_transposed = dice.Percent(50);
  r.a_samples = static_cast<uint32_t>(dice.Percent(50) ? 1 : dice.From(1, 8));
  r.a = Oriented(bench, dice, r.a_transposed, m, k,
                 dice.Percent(50) ? Format::kInt4 : Format::kLog4, r.a_samples);
  r.b = Oriented(bench, dice, r.b_transposed, k, n,
                 dice.Percent(50) ? Format::kInt4 : Format::kUint4);
  const auto format = static_cast<Format>(dice.Below(4));
  const auto samples = static_cast<uint32_t>(format == Format::kLog4 ? dice.From(1, 3) : 1);
  r.d = Oriented(bench, dice, r.d_transposed, m, n, format, samples);
  if (dice.Percent(40)) {
    r.mask = Oriented(bench, dice, r.mask_transposed, m, n, Format::kUint4);
  }
  switch (dice.Below(4)) {
    case 0:
      r.c = RowBias(bench.Random(dice, 1, m, Format::kInt32));
      break;
    case 1:
      r.c = ColumnBias(bench.Random(dice, 1, n, Format::kInt32));
      break;
    case 2: {
      const bool transposed = dice.Percent(50);
      r.c = MatrixAddend(Oriented(bench, dice, transposed, m, n, Format::kInt32), transposed);
      break;
    }
    default:
      break;
  }
  r.output.scale_shift = r.c ? 26 : static_cast<int>(dice.Below(12));
  r.output.rounding = static_cast<Rounding>(dice.Below(2));
  r.output.seed = dice.Next();
  r.output.row0 = static_cast<uint32_t>(dice.Next());
  r.output.col0 = 32;
  r.output.sample0 = static_cast<uint8_t>(dice.Next());
  return r;
}

// The product in one piece, from the machine's memory as it is.
GemmResult InOnePiece(Bench& bench, const GemmRequest& r, uint32_t m, uint32_t n, uint32_t k,
                      std::vector<int32_t>& addend) {
  static std::vector<uint8_t> memory;
  memory.resize(bench.machine.memory_size());
  bench.machine.ReadMemory(0, memory);
  GemmCommand c;
  c.a_format = r.a.format;
  c.b_format = r.b.format;
  c.a = {memory.data() + r.a.address, m, k, r.a.stride, r.a_transposed};
  c.b = {memory.data() + r.b.address, k, n, r.b.stride, r.b_transposed};
  c.a_samples = static_cast<int>(r.a_samples);
  c.a_sample_stride = r.a.sample_stride;
  if (r.mask) c.mask = {memory.data() + r.mask->address, m, n, r.mask->stride, r.mask_transposed};
  if (r.c) {
    for (uint32_t i = 0; i < m; ++i) {
      for (uint32_t j = 0; j < n; ++j) {
        int32_t value;
        std::memcpy(&value, &memory[r.c->address + i * r.c->row_stride + j * r.c->col_stride], 4);
        addend.push_back(value);
      }
    }
    c.c = {addend.data(), n, 1};
  }
  c.epilogue.d_format = r.d.format;
  c.epilogue.rounding = r.output.rounding;
  c.epilogue.scale_shift = r.output.scale_shift;
  c.epilogue.c_enable = r.c.has_value();
  c.epilogue.mask_enable = r.mask.has_value();
  c.seed = r.output.seed;
  c.row0 = r.output.row0;
  c.column0 = r.output.col0;
  c.sample0 = r.output.sample0;
  c.samples = static_cast<int>(r.d.samples);
  c.acc_width = 32;
  return Gemm(c);
}

void ExpectOutputs(Bench& bench, const GemmRequest& r, uint32_t m, uint32_t n,
                   const GemmResult& expected) {
  const auto stored = [&](uint32_t i, uint32_t j) {
    return r.d_transposed ? j * m + i : i * n + j;
  };
  for (uint32_t s = 0; s < r.d.samples; ++s) {
    std::vector<int32_t> words;
    std::vector<uint8_t> codes;
    if (r.d.format == Format::kInt32) {
      words = bench.driver.DownloadInt32(r.d);
    } else {
      codes = bench.driver.Download(r.d, s);
    }
    for (uint32_t i = 0; i < m; ++i) {
      for (uint32_t j = 0; j < n; ++j) {
        if (words.empty()) {
          ASSERT_EQ(codes[stored(i, j)], expected.codes[s][i * n + j]) << s << " " << i << " " << j;
        } else {
          ASSERT_EQ(words[stored(i, j)], expected.z[i * n + j]) << i << ", " << j;
        }
      }
    }
  }
}

void ExpectPlan(const MachineShape& shape, const std::vector<Command>& plan, uint32_t k) {
  const Rings rings{0, 64 * kCommandBytes, 64};
  uint32_t sum = 0;
  for (const Command& c : plan) {
    EXPECT_STREQ(CauseName(CheckCommand(c, shape, rings)), "None");
    sum += c.k;
    const uint32_t words = (c.k + shape.word_codes() - 1) / shape.word_codes();
    const uint32_t panels_a = (c.m + shape.panel_a() - 1) / shape.panel_a();
    const uint32_t panels_b = (c.n + shape.panel_b() - 1) / shape.panel_b();
    const uint32_t words_a = c.a_samples * words;
    EXPECT_TRUE(words_a * panels_a <= shape.depth_a || words_a <= shape.depth_a / 2 || words == 1);
    EXPECT_TRUE(c.block == panels_b || c.block * words <= shape.depth_b / 2 || words == 1);
    EXPECT_TRUE(c.block == panels_b || c.block * shape.panel_b() >= 2 * shape.cols || words == 1);
  }
  EXPECT_EQ(sum, k);
}

TEST(GemmPlanModel, PartsHaveTheBitsOfTheWhole) {
  int split = 0, scratch = 0;
  for (const MachineShape& shape : Shapes()) {
    Bench bench(shape);
    for (uint64_t number = 0; number < 60; ++number) {
      SCOPED_TRACE(shape.name() + ", number " + std::to_string(number));
      Dice dice(3, number);
      bench.driver.arena().Reset();
      const auto m = static_cast<uint32_t>(dice.LogUniform(150));
      const auto n = static_cast<uint32_t>(dice.LogUniform(150));
      const auto k = static_cast<uint32_t>(dice.LogUniform(dice.Percent(20) ? 4000 : 700));
      const GemmRequest request = RandomRequest(bench, dice, m, n, k);
      std::vector<int32_t> addend;
      const GemmResult expected = InOnePiece(bench, request, m, n, k, addend);
      ExpectPlan(shape, PlanGemm(shape, request, 1 << 20), k);
      const Handle handle = bench.driver.Gemm(request);
      const CommandResult result = bench.driver.Wait(handle);
      ExpectOutputs(bench, request, m, n, expected);
      EXPECT_EQ(result.record.max_abs, expected.stats.max_abs);
      EXPECT_EQ(result.record.sum_abs, expected.stats.sum_abs);
      EXPECT_TRUE(result.sum_squares() == expected.stats.sum_squares);
      for (uint32_t s = 0; s < request.d.samples; ++s) {
        EXPECT_EQ(result.zeros[s], expected.stats.zeros[s]);
        EXPECT_EQ(result.clipped[s], expected.stats.clipped[s]);
      }
      split += handle.count > 1;
      scratch += PlanScratchBytes(shape, request) != 0;
    }
  }
  EXPECT_GE(split, 40);
  EXPECT_GE(scratch, 20);
}

TEST(GemmPlanModel, SmallProductsAreOneCommandWithBothOperandsResident) {
  GemmRequest r;
  r.a = {0, 32, 2048, 1024, Format::kInt4, 1, 0};  // one panel, all of buffer A
  r.b = {0, 2048, 64, 32, Format::kInt4, 1, 0};    // all of buffer B
  r.d = {0, 32, 64, 256, Format::kInt32, 1, 0};
  const std::vector<Command> plan = PlanGemm({}, r, 0);
  ASSERT_EQ(plan.size(), 1u);
  EXPECT_EQ(plan[0].block, 2);
  EXPECT_EQ(plan[0].a_resident, 0) << "A is read once anyhow";
}

TEST(GemmPlanModel, KIsSplitInPartsOfOneSizeWhenItOverflows) {
  GemmRequest r;
  r.a = {0, 8, 16384, 8192, Format::kLog4, 1, 0};
  r.b = {0, 16384, 8, 16, Format::kUint4, 1, 0};
  r.d = {0, 8, 8, 32, Format::kInt32, 1, 0};
  MachineShape deep;
  deep.depth_a = deep.depth_b = 32768;                     // buffers do not matter
  const std::vector<Command> plan = PlanGemm(deep, r, 0);  // at most 8738 products a sum
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].k, 8192u);
  EXPECT_EQ(plan[1].k, 8192u);
  EXPECT_EQ(plan[1].c_base, plan[0].d_base);
}

TEST(GemmPlanModel, AIsResidentWhenSeveralBlocksReadIt) {
  GemmRequest r;
  r.a = {0, 64, 1024, 512, Format::kInt4, 1, 0};   // two panels of 32 words: all of buffer A
  r.b = {0, 1024, 512, 256, Format::kInt4, 1, 0};  // 16 panels of 32 words
  r.d = {0, 64, 512, 2048, Format::kInt32, 1, 0};
  const std::vector<Command> plan = PlanGemm({}, r, 0);
  ASSERT_EQ(plan.size(), 1u);
  EXPECT_EQ(plan[0].block, 2) << "half of buffer B";
  EXPECT_EQ(plan[0].a_resident, 1);
}

TEST(GemmPlanModel, RefusesTensorsThatDoNotAgree) {
  GemmRequest r;
  r.a = {0, 4, 6, 16, Format::kInt4, 1, 0};
  r.b = {0, 6, 8, 16, Format::kInt4, 1, 0};
  r.d = {0, 4, 8, 32, Format::kInt32, 1, 0};
  EXPECT_NO_THROW(PlanGemm({}, r, 0));
  const auto refused = [&](auto change) {
    GemmRequest changed = r;
    change(changed);
    EXPECT_THROW(PlanGemm({}, changed, 0), std::invalid_argument);
  };
  refused([](GemmRequest& c) { c.b_transposed = true; });
  refused([](GemmRequest& c) { c.d.rows = 5; });
  refused([](GemmRequest& c) { c.d.cols = 4; });
  refused([](GemmRequest& c) { c.a_samples = 2; });
  refused([](GemmRequest& c) { c.a_samples = 0; });
  refused([](GemmRequest& c) { c.mask = Tensor{0, 8, 4, 16, Format::kInt4, 1, 0}; });
  MachineShape shallow;
  shallow.depth_a = 4;
  GemmRequest deep = r;
  deep.a.samples = deep.a_samples = 8;
  EXPECT_THROW(PlanGemm(shallow, deep, 0), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
