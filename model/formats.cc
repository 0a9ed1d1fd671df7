// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/formats.h"

#include <stdexcept>
#include <string>

namespace tetralog {
namespace {

void CheckCode(uint8_t code) {
  if (code > 15) {
    throw std::invalid_argument("code " + std::to_string(code) + " has more than 4 bits");
  }
}

[[noreturn]] void RefuseFormat() {
  throw std::invalid_argument("INT32 has no 4-bit codes: use INT4, UINT4 or LOG4");
}

[[noreturn]] void RefuseValue(const char* format, int value) {
  throw std::invalid_argument(std::string(format) + " has no code of value " +
                              std::to_string(value));
}

int DecodeInt4(uint8_t code) { return code < 8 ? code : code - 16; }

int DecodeLog4(uint8_t code) {
  const int exponent_code = code & 7;
  if (exponent_code == 0) return 0;
  const int magnitude = 1 << (exponent_code - 1);
  return (code & 8) != 0 ? -magnitude : magnitude;
}

uint8_t EncodeLog4(int value) {
  if (value == 0) return 0;
  for (uint8_t exponent_code = 1; exponent_code < 8; ++exponent_code) {
    const int magnitude = 1 << (exponent_code - 1);
    if (value == magnitude) return exponent_code;
    if (value == -magnitude) return 8 | exponent_code;
  }
  RefuseValue("LOG4", value);
}

void CheckStride(size_t cols, size_t stride) {
  if (stride < RowBytes(cols)) {
    throw std::invalid_argument("row stride of " + std::to_string(stride) +
                                " bytes is too short: " + std::to_string(cols) + " elements need " +
                                std::to_string(RowBytes(cols)));
  }
}

}  // namespace

int Decode(Format format, uint8_t code) {
  CheckCode(code);
  switch (format) {
    case Format::kInt4:
      return DecodeInt4(code);
    case Format::kUint4:
      return code;
    case Format::kLog4:
      return DecodeLog4(code);
    case Format::kInt32:
      break;
  }
  RefuseFormat();
}

double DecodeReal(Format format, uint8_t code, double scale) {
  return Decode(format, code) * scale;
}

uint8_t Encode(Format format, int value) {
  switch (format) {
    case Format::kInt4:
      if (value < -8 || value > 7) RefuseValue("INT4", value);
      return static_cast<uint8_t>(value & 0xf);
    case Format::kUint4:
      if (value < 0 || value > 15) RefuseValue("UINT4", value);
      return static_cast<uint8_t>(value);
    case Format::kLog4:
      return EncodeLog4(value);
    case Format::kInt32:
      break;
  }
  RefuseFormat();
}

bool IsZero(Format format, uint8_t code) { return Decode(format, code) == 0; }

void PackRow(std::span<const uint8_t> codes, std::span<uint8_t> row) {
  CheckStride(codes.size(), row.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    CheckCode(codes[i]);
    StoreCode(row.data(), i, codes[i]);
  }
  if (codes.size() % 2 != 0) StoreCode(row.data(), codes.size(), 0);
}

void UnpackRow(std::span<const uint8_t> row, std::span<uint8_t> codes) {
  CheckStride(codes.size(), row.size());
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = LoadCode(row.data(), i);
}

std::vector<uint8_t> PackMatrix(std::span<const uint8_t> codes, size_t rows, size_t cols,
                                size_t stride) {
  CheckStride(cols, stride);
  if (codes.size() != rows * cols) {
    throw std::invalid_argument(std::to_string(codes.size()) + " codes given for a matrix of " +
                                std::to_string(rows) + " x " + std::to_string(cols));
  }
  std::vector<uint8_t> data(rows * stride, 0);
  for (size_t r = 0; r < rows; ++r) {
    PackRow(codes.subspan(r * cols, cols), std::span(data).subspan(r * stride, stride));
  }
  return data;
}

std::vector<uint8_t> UnpackMatrix(std::span<const uint8_t> data, size_t rows, size_t cols,
                                  size_t stride) {
  CheckStride(cols, stride);
  if (rows != 0 && data.size() < (rows - 1) * stride + RowBytes(cols)) {
    throw std::invalid_argument(std::to_string(data.size()) + " bytes are too few for " +
                                std::to_string(rows) + " rows of stride " + std::to_string(stride));
  }
  std::vector<uint8_t> codes(rows * cols);
  for (size_t r = 0; r < rows; ++r) {
    UnpackRow(data.subspan(r * stride, RowBytes(cols)), std::span(codes).subspan(r * cols, cols));
  }
  return codes;
}

}  // namespace tetralog
