// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The matrix product. State space: seeded shapes (odd, prime, 1), all format pairs, orientations of
// A, B and mask, strides of C and samples, against a triple loop over decoded values that shares
// only the lane and the random words, which have tests of their own; splits; every refusal by name.

#include "model/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/formats.h"
#include "model/random_source.h"

namespace tetralog {
namespace {

// A tensor that owns its memory: codes as given, stored in either orientation.
struct Tensor {
  size_t rows, cols;
  std::vector<uint8_t> codes;  // row-major, one a byte
  std::vector<uint8_t> memory;
  size_t stride;
  bool transposed;

  TensorView view() const { return {memory.data(), rows, cols, stride, transposed}; }
  uint8_t code(size_t r, size_t c) const { return codes[r * cols + c]; }
};

Tensor Store(std::vector<uint8_t> codes, size_t rows, size_t cols, bool transposed, size_t slack) {
  std::vector<uint8_t> stored = codes;
  if (transposed) {
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < cols; ++c) stored[c * rows + r] = codes[r * cols + c];
    }
  }
  const size_t stored_rows = transposed ? cols : rows;
  const size_t stored_cols = transposed ? rows : cols;
  const size_t stride = RowBytes(stored_cols) + slack;
  std::vector<uint8_t> memory = PackMatrix(stored, stored_rows, stored_cols, stride);
  if (stored_cols % 2 != 0) {  // what the pad nibble holds must not matter
    for (size_t r = 0; r < stored_rows; ++r) StoreCode(&memory[r * stride], stored_cols, 0xb);
  }
  return {rows, cols, std::move(codes), std::move(memory), stride, transposed};
}

Tensor RandomTensor(std::mt19937& engine, size_t rows, size_t cols, bool transposed) {
  std::vector<uint8_t> codes(rows * cols);
  for (uint8_t& code : codes) code = engine() % 3 == 0 ? 0 : engine() % 16;
  return Store(std::move(codes), rows, cols, transposed, engine() % 3);
}

// The product by its definition, element by element.
GemmResult Naive(const GemmCommand& command, const Tensor& a, const Tensor& b, const Tensor* mask) {
  GemmResult result;
  const EpilogueConfig& config = command.epilogue;
  if (config.d_format != Format::kInt32) result.codes.resize(command.samples);
  for (size_t m = 0; m < a.rows; ++m) {
    for (size_t n = 0; n < b.cols; ++n) {
      int64_t acc = 0;
      for (size_t k = 0; k < a.cols; ++k) {
        acc += Decode(command.a_format, a.code(m, k)) * Decode(command.b_format, b.code(k, n));
      }
      result.raw.push_back(static_cast<int32_t>(acc));
      const int64_t c =
          config.c_enable ? command.c.data[m * command.c.row_stride + n * command.c.col_stride] : 0;
      int64_t z = acc + c;
      const bool wrapped = z > INT32_MAX || z < INT32_MIN;
      if (wrapped) z += z < 0 ? (int64_t{1} << 32) : -(int64_t{1} << 32);
      if (mask != nullptr && mask->code(m, n) == 0) z = 0;
      EpilogueStats& stats = result.stats;
      const uint64_t magnitude = static_cast<uint64_t>(std::abs(z));
      stats.max_abs = std::max<uint32_t>(stats.max_abs, static_cast<uint32_t>(magnitude));
      stats.sum_abs += magnitude;
      stats.sum_squares += magnitude * magnitude;
      stats.wraps += wrapped;
      for (int s = 0; s < command.samples; ++s) {
        const uint16_t word = RandomWord(command.seed, static_cast<uint8_t>(command.sample0 + s),
                                         static_cast<uint32_t>(command.row0 + m),
                                         static_cast<uint32_t>(command.column0 + n));
        const LaneOutput output = ScaleAndRound(config, static_cast<int32_t>(z), word);
        if (config.d_format == Format::kInt32) {
          result.z.push_back(static_cast<int32_t>(z));
        } else {
          result.codes[s].push_back(static_cast<uint8_t>(output.data));
        }
        stats.zeros[s] += config.d_format == Format::kInt32 ? z == 0 : output.data == 0;
        stats.clipped[s] += output.clipped;
      }
    }
  }
  return result;
}

void ExpectSame(const GemmResult& result, const GemmResult& expected, const std::string& trace) {
  EXPECT_EQ(result.raw, expected.raw) << trace;
  EXPECT_EQ(result.z, expected.z) << trace;
  EXPECT_EQ(result.codes, expected.codes) << trace;
  EXPECT_EQ(result.stats, expected.stats) << trace;
}

EpilogueConfig RandomEpilogue(std::mt19937& engine) {
  const Format formats[] = {Format::kInt4, Format::kUint4, Format::kLog4, Format::kInt32};
  EpilogueConfig config;
  config.d_format = formats[engine() % 4];
  config.rounding = engine() % 2 == 0 ? Rounding::kNearest : Rounding::kStochastic;
  config.scale_mul = config.d_format == Format::kLog4 ? 1 : 1 + static_cast<int>(engine() % 255);
  config.scale_shift = static_cast<int>(engine() % 16);
  config.c_enable = engine() % 2 == 0;
  config.mask_enable = engine() % 2 == 0;
  return config;
}

TEST(GemmModel, SeededCommandsEqualTheTripleLoop) {
  constexpr size_t kDimensions[] = {1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 33};
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 engine(seed);
    const auto dimension = [&] { return kDimensions[engine() % std::size(kDimensions)]; };
    const size_t m = dimension(), k = dimension(), n = dimension();
    const Tensor a = RandomTensor(engine, m, k, engine() % 2 == 0);
    const Tensor b = RandomTensor(engine, k, n, engine() % 2 == 0);
    const Tensor mask = RandomTensor(engine, m, n, engine() % 2 == 0);
    GemmCommand command;
    command.a_format = engine() % 2 == 0 ? Format::kInt4 : Format::kLog4;
    command.b_format = engine() % 2 == 0 ? Format::kInt4 : Format::kUint4;
    command.a = a.view();
    command.b = b.view();
    command.mask = mask.view();
    command.epilogue = RandomEpilogue(engine);
    // C is dense, a bias of either direction, or a single number; some of it wraps.
    command.c.row_stride = engine() % 2 == 0 ? n : 0;
    command.c.col_stride = engine() % 2 == 0 ? 1 : 0;
    std::vector<int32_t> c(m * n);
    for (int32_t& value : c) {
      value = engine() % 16 == 0 ? (engine() % 2 == 0 ? INT32_MAX : INT32_MIN)
                                 : static_cast<int32_t>(engine() % 1000) - 500;
    }
    command.c.data = c.data();
    command.seed = uint64_t{engine()} << 32 | engine();
    command.row0 = engine();
    command.column0 = engine() % 1000 * 16;
    command.sample0 = static_cast<uint8_t>(engine());
    if (command.epilogue.d_format == Format::kLog4) {
      command.samples = 1 + static_cast<int>(engine() % 8);
    }
    command.keep_raw = true;
    const Tensor* used_mask = command.epilogue.mask_enable ? &mask : nullptr;
    ExpectSame(Gemm(command), Naive(command, a, b, used_mask), "seed " + std::to_string(seed));
    if (HasFailure()) return;
  }
}

// A command with LOG4 outputs in two samples, big enough to be cut.
struct Whole {
  std::mt19937 engine{99};
  Tensor a = RandomTensor(engine, 37, 40, false);
  Tensor b = RandomTensor(engine, 40, 50, true);
  GemmCommand command;

  Whole() {
    command.a_format = Format::kLog4;
    command.a = a.view();
    command.b = b.view();
    command.epilogue.d_format = Format::kLog4;
    command.epilogue.scale_shift = 4;
    command.seed = 0x1234567890abcdef;
    command.row0 = 5;
    command.column0 = 32;
    command.sample0 = 3;
    command.samples = 2;
  }
};

TEST(GemmModel, ACommandSplitInRowsAndColumnsGivesTheBitsOfTheWhole) {
  const Whole whole;
  const GemmResult expected = Gemm(whole.command);
  std::vector<std::vector<uint8_t>> codes(2, std::vector<uint8_t>(37 * 50, 0xff));
  EpilogueStats stats;
  const size_t row_cuts[] = {0, 1, 20, 37}, col_cuts[] = {0, 16, 48, 50};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const size_t row = row_cuts[i], col = col_cuts[j];
      GemmCommand part = whole.command;
      part.a.data += row * part.a.stride;
      part.a.rows = row_cuts[i + 1] - row;
      part.b.data += col * part.b.stride;  // B is stored transposed
      part.b.cols = col_cuts[j + 1] - col;
      part.row0 += static_cast<uint32_t>(row);
      part.column0 += static_cast<uint32_t>(col);
      const GemmResult result = Gemm(part);
      stats += result.stats;
      for (size_t s = 0; s < 2; ++s) {
        for (size_t e = 0; e < result.codes[s].size(); ++e) {
          codes[s][(row + e / part.b.cols) * 50 + col + e % part.b.cols] = result.codes[s][e];
        }
      }
    }
  }
  EXPECT_EQ(codes, expected.codes);
  EXPECT_EQ(stats, expected.stats);
}

TEST(GemmModel, ACommandSplitInKThroughCGivesTheSameOutputs) {
  const Whole whole;
  GemmCommand first = whole.command;
  first.a.cols = first.b.rows = 24;
  first.samples = 1;
  first.epilogue = {};
  const GemmResult partial = Gemm(first);
  GemmCommand second = whole.command;
  second.a.cols = second.b.rows = 16;
  second.a.data += 12;  // 24 nibbles along a row
  second.b.data += 12;
  second.c = {partial.z.data(), 50, 1};
  second.epilogue.c_enable = true;
  const GemmResult result = Gemm(second);
  EXPECT_EQ(result.codes, Gemm(whole.command).codes);
  EXPECT_EQ(result.stats, Gemm(whole.command).stats);
}

TEST(GemmModel, SamplesAreThoseOfSingleCommandsAndDiffer) {
  Whole whole;
  const GemmResult both = Gemm(whole.command);
  whole.command.samples = 1;
  EXPECT_EQ(Gemm(whole.command).codes[0], both.codes[0]);
  whole.command.sample0 += 1;
  EXPECT_EQ(Gemm(whole.command).codes[0], both.codes[1]);
  EXPECT_NE(both.codes[0], both.codes[1]);
}

TEST(GemmModel, ASumOverSamplesOfAIsTheSumOfTheirProducts) {
  std::mt19937 engine(5);
  constexpr size_t kM = 9, kK = 15, kN = 11, kSamples = 3;
  for (bool transposed : {false, true}) {
    std::vector<uint8_t> memory;
    std::vector<int32_t> expected(kM * kN, 0);
    const Tensor b = RandomTensor(engine, kK, kN, false);
    GemmCommand command;
    command.a_format = Format::kLog4;
    command.b_format = Format::kUint4;
    command.b = b.view();
    for (size_t s = 0; s < kSamples; ++s) {
      Tensor a = RandomTensor(engine, kM, kK, transposed);
      a = Store(a.codes, kM, kK, transposed, 1);
      command.a = a.view();
      const GemmResult one = Gemm(command);
      for (size_t i = 0; i < expected.size(); ++i) expected[i] += one.z[i];
      command.a_sample_stride = a.memory.size();
      memory.insert(memory.end(), a.memory.begin(), a.memory.end());
    }
    command.a.data = memory.data();
    command.a_samples = kSamples;
    EXPECT_EQ(Gemm(command).z, expected) << "transposed " << transposed;
  }
}

TEST(GemmModel, TheLongestSumOfGreatestProductsIsExact) {
  constexpr size_t kK = 8738;
  const std::vector<uint8_t> ones(RowBytes(kK), 0xff);  // LOG4 -64, UINT4 15
  GemmCommand command;
  command.a_format = Format::kLog4;
  command.b_format = Format::kUint4;
  command.a = {ones.data(), 1, kK, ones.size(), false};
  command.b = {ones.data(), kK, 1, ones.size(), true};
  EXPECT_EQ(Gemm(command).z, std::vector<int32_t>{-8388480});
}

// Applies a change to a valid command, expects its refusal to hold the words.
template <typename Change>
void ExpectRefusal(const std::string& words, Change change) {
  Whole whole;
  GemmCommand command = whole.command;
  change(command);
  try {
    Gemm(command);
    ADD_FAILURE() << "accepted although: " << words;
  } catch (const std::invalid_argument& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find(words), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(GemmModel, WhatTheContractRefusesIsRefusedWithItsReason) {
  using Command = GemmCommand;
  ExpectRefusal("dimension", [](Command& c) { c.a.rows = 0; });
  ExpectRefusal("dimension", [](Command& c) { c.a.cols = c.b.rows = 0; });
  ExpectRefusal("dimension", [](Command& c) { c.b.cols = 0; });
  ExpectRefusal("K must agree", [](Command& c) { c.b.rows = 39; });
  ExpectRefusal("stride of A", [](Command& c) { c.a.stride = 19; });
  ExpectRefusal("stride of B", [](Command& c) { c.b.stride = 19; });
  ExpectRefusal("A has no data", [](Command& c) { c.a.data = nullptr; });
  ExpectRefusal("mask is 0 x 0", [](Command& c) { c.epilogue.mask_enable = true; });
  ExpectRefusal("C is enabled", [](Command& c) { c.epilogue.c_enable = true; });
  ExpectRefusal("A must be INT4", [](Command& c) { c.a_format = Format::kUint4; });
  ExpectRefusal("A must be INT4", [](Command& c) { c.b_format = Format::kLog4; });
  ExpectRefusal("A must be INT4", [](Command& c) { c.b_format = Format::kInt32; });
  ExpectRefusal("may overflow", [](Command& c) { c.acc_width = 15; });  // 40 * 512 > 16383
  ExpectRefusal("may overflow", [](Command& c) { c.a.cols = c.b.rows = 16384; });
  ExpectRefusal("may overflow", [](Command& c) {
    c.a.cols = c.b.rows = 8192;
    c.a_samples = 2;
  });
  ExpectRefusal("shift n = 64", [](Command& c) { c.epilogue.scale_shift = 64; });
  ExpectRefusal("shift n = -33", [](Command& c) { c.epilogue.scale_shift = -33; });
  ExpectRefusal("m = 0", [](Command& c) { c.epilogue.scale_mul = 0; });
  ExpectRefusal("m = 1", [](Command& c) { c.epilogue.scale_mul = 3; });
  ExpectRefusal("samples = 0", [](Command& c) { c.samples = 0; });
  ExpectRefusal("samples = 9", [](Command& c) { c.samples = 9; });
  ExpectRefusal("samples of A = 9", [](Command& c) { c.a_samples = 9; });
  ExpectRefusal("more than one sample", [](Command& c) { c.epilogue.d_format = Format::kInt4; });
  ExpectRefusal("multiple of 16", [](Command& c) { c.column0 = 8; });
  ExpectRefusal("below 2^28", [](Command& c) { c.column0 = (1u << 28) - 48; });
  EXPECT_NO_THROW(Gemm(Whole().command));
}

}  // namespace
}  // namespace tetralog
