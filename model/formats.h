// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The 4-bit number formats: value of a code, code of a value, and the storage of a row of codes.
//
// A stored element is a code of 4 bits. Its value is an integer; a real tensor is value * scale
// (for LOG4 the scale is alpha, so that the least non-zero magnitude is 1):
//   INT4   two's complement, -8..7
//   UINT4  0..15
//   LOG4   FP4 [1,3,0], bit 3 the sign s, bits 2:0 the exponent code e: 0 if e = 0, else
//          (-1)^s * 2^(e-1), so 0 and +-1, 2, 4, ... 64
// Every code has a value. LOG4 has two zeros, 0000 and 1000; only 0000 is ever emitted.
//
// Element 2i of a row lies in bits 3:0 of its byte i, element 2i+1 in bits 7:4. The last nibble of
// an odd row is padding: written 0, ignored when read. Rows start at whole bytes.
//
// Errors: std::invalid_argument with one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/contract.h"

namespace tetralog {

// The value of a code. Refuses a code over 15 and a format that is not of 4 bits.
int Decode(Format format, uint8_t code);

// The real value of a code in a tensor of this scale (for LOG4, alpha).
double DecodeReal(Format format, uint8_t code, double scale);

// The code of a value; LOG4 zero is 0000. Refuses a value that the format does not have.
uint8_t Encode(Format format, int value);

// True when the value is zero; for LOG4 both zeros are.
bool IsZero(Format format, uint8_t code);

// True when a mask element lets its output element pass: its stored code, of whatever format, is
// not 0000. (A mask is a stored activation, and activations have one zero.)
constexpr bool MaskPasses(uint8_t code) { return (code & 0xf) != 0; }

// Bytes that a row of this many elements needs, at least: ceil(elements / 2).
constexpr size_t RowBytes(size_t elements) { return (elements + 1) / 2; }

// Element i of a stored row.
constexpr uint8_t LoadCode(const uint8_t* row, size_t i) {
  return (row[i / 2] >> (4 * (i % 2))) & 0xf;
}

// Stores one element, leaves its neighbour alone.
constexpr void StoreCode(uint8_t* row, size_t i, uint8_t code) {
  const unsigned shift = 4 * (i % 2);
  row[i / 2] = static_cast<uint8_t>((row[i / 2] & ~(0xf << shift)) | ((code & 0xf) << shift));
}

// Packs the codes (one a byte) into the first RowBytes(codes.size()) bytes of the row; the pad
// nibble becomes 0, bytes behind it stay. Refuses a code over 15 and a row that is too short.
void PackRow(std::span<const uint8_t> codes, std::span<uint8_t> row);

// Unpacks codes.size() elements. Refuses a row that is too short.
void UnpackRow(std::span<const uint8_t> row, std::span<uint8_t> codes);

// Packs a row-major matrix (one code a byte) into rows of `stride` bytes; the bytes between the
// rows become 0. Refuses a stride under RowBytes(cols) and codes of another size than rows * cols.
std::vector<uint8_t> PackMatrix(std::span<const uint8_t> codes, size_t rows, size_t cols,
                                size_t stride);

// The inverse of PackMatrix. Refuses a stride under RowBytes(cols) and data that ends too early.
std::vector<uint8_t> UnpackMatrix(std::span<const uint8_t> data, size_t rows, size_t cols,
                                  size_t stride);

}  // namespace tetralog
