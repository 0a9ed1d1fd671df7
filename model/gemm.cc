// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/gemm.h"

#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "model/dot_product.h"
#include "model/formats.h"
#include "model/random_source.h"

namespace tetralog {
namespace {

[[noreturn]] void Refuse(const std::string& message) { throw std::invalid_argument(message); }

std::string Shape(const TensorView& view) {
  return std::to_string(view.rows) + " x " + std::to_string(view.cols);
}

void CheckView(const char* name, const TensorView& view) {
  if (view.data == nullptr) Refuse(std::string(name) + " has no data");
  if (view.stride < RowBytes(view.stored_cols())) {
    Refuse(std::string("stride of ") + name + " is " + std::to_string(view.stride) +
           " bytes, but a stored row needs " + std::to_string(RowBytes(view.stored_cols())));
  }
}

void CheckCount(const char* name, int count) {
  if (count < 1 || count > static_cast<int>(kMaxSamples)) {
    Refuse(std::string(name) + " = " + std::to_string(count) + " is outside 1..8");
  }
}

void CheckShapes(const GemmCommand& command) {
  const TensorView& a = command.a;
  const TensorView& b = command.b;
  if (a.rows == 0 || a.cols == 0 || b.cols == 0) Refuse("a dimension of the product is zero");
  if (a.cols != b.rows) Refuse("A is " + Shape(a) + " but B is " + Shape(b) + ": K must agree");
  CheckView("A", a);
  CheckView("B", b);
  if (command.epilogue.c_enable && command.c.data == nullptr)
    Refuse("C is enabled but has no data");
  if (!command.epilogue.mask_enable) return;
  if (command.mask.rows != a.rows || command.mask.cols != b.cols) {
    Refuse("the mask is " + Shape(command.mask) + " but D is " + std::to_string(a.rows) + " x " +
           std::to_string(b.cols));
  }
  CheckView("the mask", command.mask);
}

void CheckDepth(const GemmCommand& command) {
  const auto limit =
      static_cast<uint64_t>(MaxProducts(command.a_format, command.b_format, command.acc_width));
  if (command.a.cols > limit / static_cast<uint64_t>(command.a_samples)) {
    Refuse("K = " + std::to_string(command.a.cols) + " over " + std::to_string(command.a_samples) +
           " samples may overflow " + std::to_string(command.acc_width) + " bits: split K at " +
           std::to_string(limit) + " products and add the parts through C");
  }
}

void CheckSamples(const GemmCommand& command) {
  CheckCount("samples", command.samples);
  CheckCount("samples of A", command.a_samples);
  if (command.samples > 1 && command.epilogue.d_format != Format::kLog4) {
    Refuse("only a LOG4 output has more than one sample");
  }
}

void CheckIndices(const GemmCommand& command) {
  if (command.column0 % kRandomGroup != 0) {
    Refuse("column0 = " + std::to_string(command.column0) + " is not a multiple of 16");
  }
  const uint64_t last = command.column0 + uint64_t{command.b.cols} - 1;
  if (last >> kRandomColumnBits != 0) {
    Refuse("the last column is " + std::to_string(last) + ", but columns must be below 2^28");
  }
}

// A decoded operand, `depth` values a row, along which the inner product runs.
struct Operand {
  std::vector<int16_t> values;
  size_t depth = 0;

  std::span<const int16_t> row(size_t r) const { return {values.data() + r * depth, depth}; }
};

void DecodeRow(Format format, const TensorView& view, size_t r, int16_t* values) {
  for (size_t c = 0; c < view.cols; ++c) {
    values[c] = static_cast<int16_t>(Decode(format, view.At(r, c)));
  }
}

// The rows of A, the samples of a row one behind the other.
Operand DecodeA(const GemmCommand& command) {
  const TensorView& a = command.a;
  const auto samples = static_cast<size_t>(command.a_samples);
  Operand operand{std::vector<int16_t>(a.rows * a.cols * samples), a.cols * samples};
  for (size_t r = 0; r < a.rows; ++r) {
    for (size_t s = 0; s < samples; ++s) {
      TensorView sample = a;
      sample.data += s * command.a_sample_stride;
      DecodeRow(command.a_format, sample, r, &operand.values[r * operand.depth + s * a.cols]);
    }
  }
  return operand;
}

// The columns of B, repeated for every sample of A.
Operand DecodeB(const GemmCommand& command) {
  TensorView columns = command.b;
  columns.transposed = !columns.transposed;
  std::swap(columns.rows, columns.cols);
  const auto samples = static_cast<size_t>(command.a_samples);
  Operand operand{std::vector<int16_t>(columns.rows * columns.cols * samples),
                  columns.cols * samples};
  for (size_t r = 0; r < columns.rows; ++r) {
    for (size_t s = 0; s < samples; ++s) {
      DecodeRow(command.b_format, columns, r,
                &operand.values[r * operand.depth + s * columns.cols]);
    }
  }
  return operand;
}

bool IsStochastic(const EpilogueConfig& config) {
  return config.d_format == Format::kLog4 ||
         (config.d_format != Format::kInt32 && config.rounding == Rounding::kStochastic);
}

// The random word of element (m, n) of a sample of D; 0 where none is used.
uint16_t WordOf(const GemmCommand& command, size_t m, size_t n, int sample) {
  if (!IsStochastic(command.epilogue)) return 0;
  return RandomWord(command.seed, static_cast<uint8_t>(command.sample0 + sample),
                    command.row0 + static_cast<uint32_t>(m),
                    command.column0 + static_cast<uint32_t>(n));
}

// The epilogue of element (m, n).
void Emit(const GemmCommand& command, size_t m, size_t n, int32_t acc, GemmResult& result) {
  const EpilogueConfig& config = command.epilogue;
  const int32_t c = config.c_enable ? command.c.At(m, n) : 0;
  const uint8_t mask_code = config.mask_enable ? command.mask.At(m, n) : 0;
  const int32_t z = AccumulatorToZ(config, acc, c, mask_code, result.stats);
  for (int s = 0; s < command.samples; ++s) {
    const uint32_t data = EmitSample(config, z, WordOf(command, m, n, s), s, result.stats);
    if (config.d_format == Format::kInt32) {
      result.z.push_back(static_cast<int32_t>(data));
    } else {
      result.codes[static_cast<size_t>(s)].push_back(static_cast<uint8_t>(data));
    }
  }
}

}  // namespace

uint8_t TensorView::At(size_t r, size_t c) const {
  return transposed ? LoadCode(data + c * stride, r) : LoadCode(data + r * stride, c);
}

void CheckGemm(const GemmCommand& command) {
  command.epilogue.Check();
  CheckSamples(command);
  CheckDepth(command);
  CheckShapes(command);
  CheckIndices(command);
}

GemmResult Gemm(const GemmCommand& command) {
  CheckGemm(command);
  const size_t rows = command.a.rows;
  const size_t cols = command.b.cols;
  const Operand a = DecodeA(command);
  const Operand b = DecodeB(command);
  GemmResult result;
  if (command.epilogue.d_format != Format::kInt32) {
    result.codes.resize(static_cast<size_t>(command.samples));
  }
  for (size_t m = 0; m < rows; ++m) {
    for (size_t n = 0; n < cols; ++n) {
      const int32_t acc = DotProduct(a.row(m), b.row(n));  // CheckDepth bounds it
      if (command.keep_raw) result.raw.push_back(acc);
      Emit(command, m, n, acc, result);
    }
  }
  return result;
}

}  // namespace tetralog
