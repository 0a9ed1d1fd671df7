// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/host_quantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/epilogue_lane.h"
#include "sim/functional/fast_kernels.h"
#include "sim/functional/instruction_set.h"

namespace tetralog {
namespace {

constexpr int kFractionBits = static_cast<int>(kRandomBits) + 1;  // R + 1
constexpr double kOne = 1 << kFractionBits;
constexpr int kShiftLimit = 1022;

[[noreturn]] void RefuseInfinite() {
  throw std::invalid_argument(
      "the tensor holds NaN or infinity: the training has diverged; lower the learning rate");
}

// Random words of one row at a time.
class RowWords {
 public:
  RowWords(const RandomPlace& place, size_t cols)
      : place_(place),
        groups_((cols + kRandomGroup - 1) / kRandomGroup),
        kernels_(KernelsOf(InstructionSets().back())),
        words_(groups_ * kRandomGroup) {
    CheckRandomPlace(place, cols);
  }

  const uint16_t* Row(size_t row) {
    constexpr size_t kMost = kSegment / kRandomGroup;  // groups that the loop takes at once
    for (size_t group = 0; group < groups_; group += kMost) {
      kernels_.random_words(place_.seed, static_cast<uint8_t>(place_.sample),
                            place_.row0 + static_cast<uint32_t>(row),
                            place_.col0 / kRandomGroup + static_cast<uint32_t>(group),
                            std::min(kMost, groups_ - group), &words_[group * kRandomGroup]);
    }
    return words_.data();
  }

 private:
  RandomPlace place_;
  size_t groups_;
  const Kernels& kernels_;
  std::vector<uint16_t> words_;
};

// The exponent code of |y|. On a scale that is linear below 1 and the exponent plus the fraction
// from there on, the carry rule is one addition.
uint32_t Log4Magnitude(double magnitude, uint32_t random) {
  constexpr int kMantissaBits = std::numeric_limits<double>::digits - 1;
  constexpr uint64_t kExponentOfHalf = uint64_t{1022} << kFractionBits;
  const uint64_t place =
      magnitude >= 1 ? (std::bit_cast<uint64_t>(magnitude) >> (kMantissaBits - kFractionBits)) -
                           kExponentOfHalf
                     : static_cast<uint64_t>(magnitude * kOne);
  return static_cast<uint32_t>((place + 2 * random + 1) >> kFractionBits);
}

// floor(|y|) plus the carry, as a real number.
double RoundStochastic(double magnitude, uint32_t random) {
  const double down = std::floor(magnitude);
  const double fraction = std::floor((magnitude - down) * kOne);
  return fraction + 2 * random + 1 >= kOne ? down + 1 : down;
}

// To the nearest integer, ties to even, of 0 to 2^51: beyond 2^52 a double has no fraction.
double RoundNearest(double magnitude) { return (magnitude + 0x1p52) - 0x1p52; }

struct Sums {
  uint64_t count = 0;
  double sum = 0, sum_squares = 0, max = 0;

  void Add(double magnitude) {
    if (!(magnitude <= std::numeric_limits<double>::max())) RefuseInfinite();
    ++count;
    sum += magnitude;
    sum_squares += magnitude * magnitude;
    max = std::max(max, magnitude);
  }

  double Clip(double of_rms, double of_mean) const {
    if (max == 0) return 0;
    const double n = static_cast<double>(count);
    const double clip = of_rms * std::sqrt(sum_squares / n) - of_mean * (sum / n);
    return std::clamp(clip, 0.1 * max, max);
  }
};

}  // namespace

void CheckRandomPlace(const RandomPlace& place, size_t cols) {
  if (place.sample > 255) {
    throw std::invalid_argument("sample " + std::to_string(place.sample) +
                                " does not exist: give 0..255");
  }
  if (place.col0 % kRandomGroup != 0) {
    throw std::invalid_argument("col0 = " + std::to_string(place.col0) +
                                " is not a multiple of 16: give one");
  }
  const uint64_t end = place.col0 + uint64_t{cols};
  if (end > uint64_t{1} << kRandomColumnBits) {
    throw std::invalid_argument("the last column is " + std::to_string(end - 1) +
                                ": keep columns below 2^28");
  }
}

void FillRandomWords(const RandomPlace& place, size_t rows, size_t cols, uint16_t* words) {
  RowWords source(place, cols);
  for (size_t r = 0; r < rows; ++r) std::copy_n(source.Row(r), cols, words + r * cols);
}

template <typename Real>
CodeCounts QuantizeLog4(const Real* x, size_t rows, size_t cols, int shift,
                        const RandomPlace& place, uint8_t* codes) {
  if (shift < -kShiftLimit || shift > kShiftLimit) {
    throw std::invalid_argument("alpha = 2^" + std::to_string(shift) +
                                " is out of range: give an exponent of -1022..1022");
  }
  const double inverse = std::ldexp(1.0, -shift);
  RowWords source(place, cols);
  CodeCounts counts;
  for (size_t r = 0; r < rows; ++r) {
    const uint16_t* words = source.Row(r);
    for (size_t c = 0; c < cols; ++c) {
      const double value = static_cast<double>(*x++);
      if (!std::isfinite(value)) RefuseInfinite();
      const double magnitude = std::fabs(value * inverse);
      const bool clipped = magnitude > kLog4Max;
      const uint32_t code =
          clipped ? 7 : Log4Magnitude(magnitude, TopBits(words[c], static_cast<int>(kRandomBits)));
      *codes++ = static_cast<uint8_t>(code | (value < 0 && code != 0 ? 8 : 0));
      counts.clipped += clipped;
      counts.zeros += code == 0;
    }
  }
  return counts;
}

template <typename Real>
CodeCounts QuantizeInteger(Format format, const Real* x, size_t rows, size_t cols, double scale,
                           Rounding rounding, const RandomPlace& place, uint8_t* codes) {
  if (format != Format::kInt4 && format != Format::kUint4) {
    throw std::invalid_argument("the integer quantiser makes 'int4' or 'uint4' only");
  }
  if (!(scale > 0 && std::isfinite(scale))) {
    throw std::invalid_argument("the scale is " + std::to_string(scale) +
                                ": give a positive, finite clipping value");
  }
  const bool is_unsigned = format == Format::kUint4, nearest = rounding == Rounding::kNearest;
  const double limit = is_unsigned ? kUint4Max : kInt4Max;
  const double least = is_unsigned ? 0 : std::numeric_limits<double>::lowest();
  RowWords source(nearest ? RandomPlace{} : place, nearest ? 0 : cols);
  CodeCounts counts;
  for (size_t r = 0; r < rows; ++r) {
    const uint16_t* words = nearest ? nullptr : source.Row(r);
    for (size_t c = 0; c < cols; ++c) {
      const double value = static_cast<double>(*x++);
      if (!std::isfinite(value)) RefuseInfinite();
      const double magnitude =  // all beyond the limit clips
          std::min(std::fabs(std::max(value, least) / scale), 64.0);
      const double rounded =
          nearest ? RoundNearest(magnitude)
                  : RoundStochastic(magnitude, TopBits(words[c], static_cast<int>(kRandomBits)));
      const int code = static_cast<int>(std::min(rounded, limit));
      *codes++ = static_cast<uint8_t>((value < 0 ? -code : code) & 0xf);
      counts.clipped += rounded > limit;
      counts.zeros += code == 0;
    }
  }
  return counts;
}

template <typename Real>
double MaxMagnitude(const Real* x, size_t size) {
  Sums sums;
  for (size_t i = 0; i < size; ++i) sums.Add(std::fabs(static_cast<double>(x[i])));
  return sums.max;
}

template <typename Real>
double Int4Clip(const Real* x, size_t size) {
  Sums sums;
  for (size_t i = 0; i < size; ++i) sums.Add(std::fabs(static_cast<double>(x[i])));
  return sums.Clip(12.035, 12.03);
}

template <typename Real>
double Uint4Clip(const Real* x, size_t size) {
  Sums sums;
  for (size_t i = 0; i < size; ++i) {
    if (!(x[i] <= 0)) sums.Add(static_cast<double>(x[i]));
  }
  return sums.Clip(17.74, 18.64);
}

int Log4Shift(double max) {
  if (max == 0) return 0;
  int exponent = 0;
  const double mantissa = std::frexp(max / kLog4Max, &exponent);
  if (mantissa == 0.5) --exponent;  // a power of two is its own upper bound
  return std::clamp(exponent, -kShiftLimit, kShiftLimit);
}

#define TETRALOG_QUANTIZERS(Real)                                                            \
  template CodeCounts QuantizeLog4(const Real*, size_t, size_t, int, const RandomPlace&,     \
                                   uint8_t*);                                                \
  template CodeCounts QuantizeInteger(Format, const Real*, size_t, size_t, double, Rounding, \
                                      const RandomPlace&, uint8_t*);                         \
  template double MaxMagnitude(const Real*, size_t);                                         \
  template double Int4Clip(const Real*, size_t);                                             \
  template double Uint4Clip(const Real*, size_t);
TETRALOG_QUANTIZERS(float)
TETRALOG_QUANTIZERS(double)

}  // namespace tetralog
