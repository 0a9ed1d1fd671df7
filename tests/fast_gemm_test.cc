// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The fast functional path against the plain model: every result and statistic equal. State space:
// seeded commands over all formats, orientations, strides, masks, C (some wrap), samples, indices,
// shifts and R, on every instruction set of this processor and on one, two and three threads; the
// accumulator's whole range through C, where the rounding rules have their corners; the longest
// sums; all GEMMs of the recorded training steps; and the refusals.
#include "sim/functional/fast_gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/formats.h"
#include "sim/functional/sparse_gemm.h"
#include "sim/replay.h"
#include "sim/trace_file.h"

namespace tetralog {
namespace {

using Engine = std::mt19937_64;

// True in one of n cases.
bool OneIn(Engine& engine, unsigned n) { return engine() % n == 0; }

// Small numbers more often than great ones: 1..limit.
size_t LogUniform(Engine& engine, size_t limit) {
  const size_t top = size_t{1} << (engine() % std::bit_width(limit));
  return std::min(limit, top + engine() % top);
}

// Memory with a view on it. The pads and the bytes between the rows hold noise.
struct Tensor {
  std::vector<uint8_t> memory;
  TensorView view;

  Tensor(Engine& engine, size_t rows, size_t cols, size_t samples = 1) {
    view = {nullptr, rows, cols, 0, OneIn(engine, 2)};
    view.stride = RowBytes(view.stored_cols()) + (OneIn(engine, 2) ? 0 : engine() % 5);
    memory.resize(view.stored_rows() * view.stride * samples);
    const bool sparse = OneIn(engine, 2);
    for (uint8_t& byte : memory) byte = sparse && OneIn(engine, 2) ? 0 : engine() & 0xff;
    view.data = memory.data();
  }
};

// A legal command with its operands.
struct Case {
  Tensor a, b, mask;
  std::vector<int32_t> c;
  GemmCommand command;
};

int32_t Addend(Engine& engine, bool wide) {
  if (OneIn(engine, 16)) return OneIn(engine, 2) ? INT32_MAX : INT32_MIN;
  const auto value = static_cast<int32_t>(engine());
  return wide ? value >> engine() % 32 : value % 2000;
}

EpilogueConfig RandomEpilogue(Engine& engine) {
  constexpr Format kFormats[] = {Format::kInt4, Format::kUint4, Format::kLog4, Format::kInt32};
  EpilogueConfig config;
  config.d_format = kFormats[engine() % 4];
  config.rounding = OneIn(engine, 2) ? Rounding::kNearest : Rounding::kStochastic;
  if (config.d_format != Format::kLog4) config.scale_mul = 1 + static_cast<int>(engine() % 255);
  config.scale_shift = OneIn(engine, 4) ? kScaleShiftMin + static_cast<int>(engine() % 96)
                                        : static_cast<int>(engine() % 20);
  config.c_enable = OneIn(engine, 2);
  config.mask_enable = OneIn(engine, 2);
  config.random_bits = OneIn(engine, 2) ? 12 : 1 + static_cast<int>(engine() % 16);
  return config;
}

Case RandomCase(Engine& engine, size_t limit) {
  const size_t m = LogUniform(engine, limit), n = LogUniform(engine, limit);
  const size_t k = LogUniform(engine, limit);
  const size_t a_samples = OneIn(engine, 3) ? 1 + engine() % 8 : 1;
  Case result{{engine, m, k, a_samples}, {engine, k, n}, {engine, m, n}, {}, {}};
  GemmCommand& command = result.command;
  command.a_format = OneIn(engine, 2) ? Format::kInt4 : Format::kLog4;
  command.b_format = OneIn(engine, 2) ? Format::kInt4 : Format::kUint4;
  command.a = result.a.view;
  command.b = result.b.view;
  command.mask = result.mask.view;
  command.a_samples = static_cast<int>(a_samples);
  command.a_sample_stride = command.a.stored_rows() * command.a.stride;
  command.epilogue = RandomEpilogue(engine);
  constexpr size_t kSteps[] = {0, 1, 1, 3};
  command.c.col_stride = kSteps[engine() % 4];
  command.c.row_stride = OneIn(engine, 3) ? 0 : OneIn(engine, 2) ? 1 : 3 * n;
  result.c.resize((m - 1) * command.c.row_stride + (n - 1) * command.c.col_stride + 1);
  const bool wide = OneIn(engine, 2);
  for (int32_t& value : result.c) value = Addend(engine, wide);
  command.c.data = result.c.data();
  command.seed = engine();
  command.row0 = static_cast<uint32_t>(engine());
  command.column0 = static_cast<uint32_t>(engine() % ((1U << 24) - 512)) * 16;
  command.sample0 = static_cast<uint8_t>(engine());
  if (command.epilogue.d_format == Format::kLog4 && OneIn(engine, 2)) {
    command.samples = 1 + static_cast<int>(engine() % 8);
  }
  command.keep_raw = OneIn(engine, 2);
  return result;
}

std::string Describe(const GemmCommand& command, const FastOptions& options) {
  const EpilogueConfig& config = command.epilogue;
  return std::to_string(command.a.rows) + " x " + std::to_string(command.a.cols) + " x " +
         std::to_string(command.b.cols) + ", a_samples " + std::to_string(command.a_samples) +
         ", formats " + std::to_string(static_cast<int>(command.a_format)) +
         std::to_string(static_cast<int>(command.b_format)) +
         std::to_string(static_cast<int>(config.d_format)) + ", m " +
         std::to_string(config.scale_mul) + ", n " + std::to_string(config.scale_shift) + ", R " +
         std::to_string(config.random_bits) + ", rounding " +
         std::to_string(static_cast<int>(config.rounding)) + ", threads " +
         std::to_string(options.threads) + ", instruction set " +
         std::to_string(static_cast<int>(options.instruction_set));
}

void ExpectSame(const GemmResult& fast, const GemmResult& plain, const std::string& trace) {
  EXPECT_TRUE(fast.raw == plain.raw) << "raw: " << trace;
  EXPECT_TRUE(fast.z == plain.z) << "z: " << trace;
  EXPECT_TRUE(fast.codes == plain.codes) << "codes: " << trace;
  EXPECT_EQ(fast.stats.max_abs, plain.stats.max_abs) << trace;
  EXPECT_EQ(fast.stats.sum_abs, plain.stats.sum_abs) << trace;
  EXPECT_TRUE(fast.stats.sum_squares == plain.stats.sum_squares) << trace;
  EXPECT_EQ(fast.stats.wraps, plain.stats.wraps) << trace;
  EXPECT_EQ(fast.stats.zeros, plain.stats.zeros) << trace;
  EXPECT_EQ(fast.stats.clipped, plain.stats.clipped) << trace;
}

// On every instruction set, with one thread and with as many as given.
void ExpectEqualsModel(const GemmCommand& command, const std::string& name, int threads = 2) {
  const GemmResult plain = Gemm(command);
  for (const InstructionSet set : InstructionSets()) {
    for (const int count : {1, threads}) {
      FastOptions options{count, 1, set};
      ExpectSame(FastGemm(command, options), plain, name + ": " + Describe(command, options));
      options.small_products = false;
      ExpectSame(FastGemm(command, options), plain, name + ": " + Describe(command, options));
    }
  }
}

TEST(FastGemmFunctional, SeededCommandsEqualTheModel) {
  for (unsigned seed = 1; seed <= 2400; ++seed) {
    Engine engine(seed);
    const Case sample = RandomCase(engine, seed % 8 == 0 ? 130 : 40);
    ExpectEqualsModel(sample.command, "seed " + std::to_string(seed), 2 + seed % 2);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

// LOG4 codes, `share` per cent of which are not zero: of any value, or all 64.
void MakeSparse(Engine& engine, unsigned share, bool greatest, Tensor* tensor) {
  const auto code = [&]() -> unsigned {
    if (engine() % 100 >= share) return OneIn(engine, 8) ? 8 : 0;  // zero has two codes
    return greatest ? 7 : 1 + engine() % 7 + (OneIn(engine, 2) ? 8 : 0);
  };
  for (uint8_t& byte : tensor->memory) byte = static_cast<uint8_t>(code() | code() << 4);
}

TEST(FastGemmFunctional, MostlyZerosEqualTheModel) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Engine engine(seed);
    const bool greatest = seed % 4 == 0;
    const size_t m = 64 + engine() % 80, n = 64 + engine() % 200;
    const size_t k = greatest ? 512 - engine() % 3 : 64 + engine() % 100;
    const size_t a_samples = OneIn(engine, 3) ? 1 + engine() % 3 : 1;
    Case sample = RandomCase(engine, 4);
    sample.a = Tensor(engine, m, k, a_samples);
    MakeSparse(engine, 5 + engine() % 16, greatest, &sample.a);
    sample.b = Tensor(engine, k, n);
    sample.b.view.transposed = false;
    sample.b.view.stride = RowBytes(n) + engine() % 3;
    sample.b.memory.assign(k * sample.b.view.stride, greatest ? 0xff : 0);
    for (uint8_t& byte : sample.b.memory) {
      if (!greatest) byte = static_cast<uint8_t>(engine());
    }
    sample.b.view.data = sample.b.memory.data();
    sample.mask = Tensor(engine, m, n);
    GemmCommand& command = sample.command;
    command.a_format = Format::kLog4;
    command.b_format = seed % 8 == 0 || OneIn(engine, 2) ? Format::kUint4 : Format::kInt4;
    command.a = sample.a.view;
    command.a_samples = static_cast<int>(a_samples);
    command.a_sample_stride = command.a.stored_rows() * command.a.stride;
    command.b = sample.b.view;
    command.mask = sample.mask.view;
    command.c.row_stride = n;
    command.c.col_stride = 1;
    sample.c.resize(m * n, 12345);
    command.c.data = sample.c.data();
    for (const InstructionSet set : InstructionSets()) {
      ASSERT_EQ(SparseGemm::For(command, set).has_value(), set != InstructionSet::kBaseline);
    }
    ExpectEqualsModel(command, "seed " + std::to_string(seed), 3);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

TEST(FastGemmFunctional, RowsLongerThanASegmentEqualTheModel) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Engine engine(seed);
    Case sample = RandomCase(engine, 4);
    const size_t n = 1000 + engine() % 1200;
    sample.b = Tensor(engine, sample.command.a.cols, n);
    sample.mask = Tensor(engine, sample.command.a.rows, n);
    sample.command.b = sample.b.view;
    sample.command.mask = sample.mask.view;
    sample.command.c.row_stride = n;
    sample.command.c.col_stride = 1;
    sample.c.resize(sample.command.a.rows * n, 12345);
    sample.command.c.data = sample.c.data();
    ExpectEqualsModel(sample.command, "seed " + std::to_string(seed), 3);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

// A product of one by one with A = 0, so that z is C: any 32-bit number.
struct FromC {
  const std::array<uint8_t, 1> zero{};
  std::vector<uint8_t> row;
  std::vector<int32_t> z;
  GemmCommand command;

  explicit FromC(std::vector<int32_t> numbers) : row(RowBytes(numbers.size())), z(numbers) {
    command.a = {zero.data(), 1, 1, 1, false};
    command.b = {row.data(), 1, z.size(), row.size(), false};
    command.c = {z.data(), 0, 1};
    command.epilogue.c_enable = true;
  }
};

// Powers of two, their halves and threes with both neighbours, both signs, and the ends.
std::vector<int32_t> CornerNumbers() {
  std::vector<int32_t> numbers = {0, INT32_MIN, INT32_MIN + 1, INT32_MAX};
  for (int bit = 0; bit < 31; ++bit) {
    for (const int64_t factor : {1, 3, 5, 7, 13, 15, 127, 131071}) {
      for (int64_t near = -1; near <= 1; ++near) {
        const int64_t value = (factor << bit) + near;
        if (value > INT32_MAX) continue;
        numbers.push_back(static_cast<int32_t>(value));
        numbers.push_back(static_cast<int32_t>(-value));
      }
    }
  }
  return numbers;
}

TEST(FastGemmFunctional, CornersOfTheWholeRangeRoundAsTheModelAtEveryShift) {
  FromC corners(CornerNumbers());
  corners.command.seed = 42;
  for (int n = kScaleShiftMin; n <= kScaleShiftMax; ++n) {
    corners.command.epilogue.scale_shift = n;
    for (const int random_bits : {1, 8, 12, 16}) {
      corners.command.epilogue.random_bits = random_bits;
      corners.command.row0 = static_cast<uint32_t>(n);
      for (const Format format : {Format::kLog4, Format::kInt4, Format::kUint4}) {
        corners.command.epilogue.d_format = format;
        for (const Rounding rounding : {Rounding::kNearest, Rounding::kStochastic}) {
          corners.command.epilogue.rounding = rounding;
          for (const int m : {1, 2, 3, 127, 255}) {
            if (format == Format::kLog4 && m != 1) continue;
            corners.command.epilogue.scale_mul = m;
            ExpectEqualsModel(corners.command, "corners", 1);
            ASSERT_FALSE(HasFailure());
          }
        }
      }
    }
  }
}

TEST(FastGemmFunctional, StatisticsOfTheGreatestNumbersDoNotWrap) {
  FromC extremes(std::vector<int32_t>(3000, INT32_MIN));
  ExpectEqualsModel(extremes.command, "all -2^31");
  const unsigned __int128 squares = static_cast<unsigned __int128>(3000) << 62;
  EXPECT_TRUE(FastGemm(extremes.command).stats.sum_squares == squares);
}

TEST(FastGemmFunctional, StatisticsOfNarrowOutputsDoNotWrap) {
  constexpr size_t kRows = 1024, kK = 64;
  const std::vector<uint8_t> sevens(kRows * RowBytes(kK), 0x77);
  for (size_t n = 1; n <= 9; ++n) {
    GemmCommand command;
    command.a = {sevens.data(), kRows, kK, RowBytes(kK), false};
    command.b = {sevens.data(), kK, n, RowBytes(kK), true};
    ExpectEqualsModel(command, "narrow outputs");
  }
}

TEST(FastGemmFunctional, TheLongestSumsOf32BitsAreExact) {
  constexpr size_t kK = 2'236'962;  // floor((2^31 - 1) / 960)
  std::vector<uint8_t> a(RowBytes(kK), 0xff);
  const std::vector<uint8_t> b(RowBytes(kK), 0xff);
  GemmCommand command;
  command.a_format = Format::kLog4;
  command.b_format = Format::kUint4;
  command.acc_width = 32;
  command.b = {b.data(), kK, 1, b.size(), true};
  for (const uint8_t code : {0x77, 0xff, 0x17}) {  // +64, -64, and 64 with 1 in turn
    std::fill(a.begin(), a.end(), code);
    command.a = {a.data(), 1, kK, a.size(), false};
    ExpectEqualsModel(command, "longest sum");
  }
}

TEST(FastGemmFunctional, FewRowsWithLongSumsEqualTheModel) {
  Engine engine(7);
  for (const size_t k : {255, 256, 257, 515, 1026}) {
    std::vector<uint8_t> a(5 * RowBytes(k)), b(k * RowBytes(37));
    for (uint8_t& byte : a) byte = static_cast<uint8_t>(engine());
    for (uint8_t& byte : b) byte = static_cast<uint8_t>(engine());
    GemmCommand command;
    command.acc_width = 32;
    command.a = {a.data(), 5, k, RowBytes(k), false};
    command.b = {b.data(), k, 37, RowBytes(37), false};
    for (const Format format : {Format::kInt4, Format::kUint4}) {
      command.a_format = Format::kLog4;
      command.b_format = format;
      ExpectEqualsModel(command, "K = " + std::to_string(k));
    }
  }
}

TEST(FastGemmFunctional, EveryRecordedGemmEqualsTheModel) {
  size_t gemms = 0;
  for (const char* file : {"tests/data/mlp.h5", "tests/data/lenet.h5"}) {
    const Trace trace = read_trace(file);
    for (const TraceGemm& gemm : trace.gemms) {
      GemmCommand command = CommandOf(gemm);
      command.keep_raw = true;
      ExpectEqualsModel(command, gemm.name);
      EXPECT_TRUE(FastGemm(command).raw == gemm.raw) << gemm.name << " against the recording";
      ++gemms;
    }
  }
  EXPECT_EQ(gemms, 31U);
}

TEST(FastGemmFunctional, WhatTheModelRefusesIsRefusedWithTheSameWords) {
  using Change = void (*)(GemmCommand&);
  const Change changes[] = {
      [](GemmCommand& c) { c.a.rows = 0; },
      [](GemmCommand& c) { c.b.rows += 1; },
      [](GemmCommand& c) { c.b.data = nullptr; },
      [](GemmCommand& c) { c.a.stride = 0; },
      [](GemmCommand& c) { c.a_format = Format::kUint4; },
      [](GemmCommand& c) { c.acc_width = 33; },
      [](GemmCommand& c) { c.samples = 2; },
      [](GemmCommand& c) { c.a_samples = 9; },
      [](GemmCommand& c) { c.epilogue.scale_shift = 64; },
      [](GemmCommand& c) { c.epilogue.random_bits = 17; },
      [](GemmCommand& c) { c.epilogue.mask_enable = true; },
      [](GemmCommand& c) { c.column0 = 8; },
  };
  const auto refusal = [](const auto& run) -> std::string {
    try {
      run();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  for (const Change change : changes) {
    FromC valid({1, 2, 3});
    change(valid.command);
    const std::string plain = refusal([&] { Gemm(valid.command); });
    EXPECT_NE(plain, "");
    EXPECT_EQ(refusal([&] { FastGemm(valid.command); }), plain);
  }
  FromC valid({1, 2, 3});
  EXPECT_NE(refusal([&] { FastGemm(valid.command, {.threads = -1}); }), "");
  EXPECT_NE(refusal([&] { FastGemm(valid.command, {.work_per_thread = 0}); }), "");
  EXPECT_EQ(refusal([&] { FastGemm(valid.command, {.threads = 0}); }), "");
}

}  // namespace
}  // namespace tetralog
