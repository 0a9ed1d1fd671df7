// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The contract between hardware and software. Generated from rtl/tetralog_pkg.sv by
// `make contract`: edit the package, not this file.

#pragma once

#include <cstdint>

// clang-format off
namespace tetralog {

// Stored number formats of a tensor element.
enum class Format : uint8_t {
  kInt4 = 0,  // two's complement -8..7; quantisers emit -7..7
  kUint4 = 1,  // 0..15; activations after ReLU
  kLog4 = 2,  // FP4 [1,3,0]: bit 3 sign s, bits 2:0 e; 0 if e = 0, else (-1)^s * 2^(e-1)
  kInt32 = 3,  // two's complement results
};

// Rounding of INT4 and UINT4 outputs. LOG4 outputs are always stochastic (LUQ).
enum class Rounding : uint8_t {
  kNearest = 0,  // to nearest, ties to even
  kStochastic = 1,  // up with probability equal to the fraction
};

// Widths in bits.
inline constexpr unsigned kCodeWidth = 4;  // a stored element
inline constexpr unsigned kResultWidth = 32;  // an INT32 result z
inline constexpr unsigned kScaleMulWidth = 8;  // multiplier m of the scale, 1..255
inline constexpr unsigned kScaleShiftWidth = 7;  // shift n of the scale, signed
inline constexpr unsigned kSeedWidth = 64;  // seed of the random bits
inline constexpr unsigned kIndexWidth = 32;  // row or column of a logical output element
inline constexpr unsigned kSampleWidth = 8;  // sample number of a random word
inline constexpr unsigned kRandomWordWidth = 16;  // random word of one output element
inline constexpr unsigned kStatMaxWidth = 32;  // max |z|
inline constexpr unsigned kStatSumWidth = 64;  // sum of |z|
inline constexpr unsigned kStatSquaresWidth = 96;  // sum of z^2
inline constexpr unsigned kStatCountWidth = 64;  // wraps, zero codes, clipped elements

// Limits and defaults.
inline constexpr int kScaleShiftMin = -32;  // least shift n
inline constexpr int kScaleShiftMax = 63;  // greatest shift n
inline constexpr unsigned kInt4Max = 7;  // greatest |code| that a quantiser emits
inline constexpr unsigned kUint4Max = 15;  // greatest UINT4 code
inline constexpr unsigned kLog4Max = 64;  // greatest LOG4 magnitude, in units of alpha
inline constexpr unsigned kMaxSamples = 8;  // samples of one gradient (SMP)
inline constexpr unsigned kRandomBits = 12;  // default R: the top R bits of a random word round
inline constexpr unsigned kRandomGroup = 16;  // aligned columns that share one mixed state
inline constexpr unsigned kRandomColumnBits = 28;  // columns of a logical output lie below 2^28
inline constexpr unsigned kProductMaxIi = 64;  // greatest |a*b|, INT4 times INT4
inline constexpr unsigned kProductMaxIu = 120;  // greatest |a*b|, INT4 times UINT4
inline constexpr unsigned kProductMaxLi = 512;  // greatest |a*b|, LOG4 times INT4
inline constexpr unsigned kProductMaxLu = 960;  // greatest |a*b|, LOG4 times UINT4

}  // namespace tetralog
