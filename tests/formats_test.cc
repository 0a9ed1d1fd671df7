// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The formats. State space: 16 codes in three formats, exhausted against tables written out by
// hand; rows of every length up to 33, so odd and even ones and several bytes.

#include "model/formats.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace tetralog {
namespace {

constexpr std::array<int, 16> kInt4Values = {0,  1,  2,  3,  4,  5,  6,  7,
                                             -8, -7, -6, -5, -4, -3, -2, -1};
constexpr std::array<int, 16> kLog4Values = {0, 1,  2,  4,  8,  16,  32,  64,
                                             0, -1, -2, -4, -8, -16, -32, -64};

TEST(FormatsModel, EveryCodeHasTheValueOfTheTable) {
  for (uint8_t code = 0; code < 16; ++code) {
    EXPECT_EQ(Decode(Format::kInt4, code), kInt4Values[code]) << "code " << int{code};
    EXPECT_EQ(Decode(Format::kUint4, code), code);
    EXPECT_EQ(Decode(Format::kLog4, code), kLog4Values[code]) << "code " << int{code};
    EXPECT_EQ(DecodeReal(Format::kLog4, code, 0.125), kLog4Values[code] / 8.0);
  }
}

TEST(FormatsModel, EncodingInvertsDecodingAndLog4ZeroIs0000) {
  for (Format format : {Format::kInt4, Format::kUint4, Format::kLog4}) {
    for (uint8_t code = 0; code < 16; ++code) {
      const bool second_zero = format == Format::kLog4 && code == 8;
      EXPECT_EQ(Encode(format, Decode(format, code)), second_zero ? 0 : code);
    }
  }
}

TEST(FormatsModel, ValuesWithoutCodeAreRefused) {
  EXPECT_THROW(Encode(Format::kInt4, 8), std::invalid_argument);
  EXPECT_THROW(Encode(Format::kInt4, -9), std::invalid_argument);
  EXPECT_THROW(Encode(Format::kUint4, -1), std::invalid_argument);
  EXPECT_THROW(Encode(Format::kUint4, 16), std::invalid_argument);
  for (int value : {3, -3, 63, 65, 128, -128}) {
    EXPECT_THROW(Encode(Format::kLog4, value), std::invalid_argument) << value;
  }
  EXPECT_THROW(Encode(Format::kInt32, 0), std::invalid_argument);
  EXPECT_THROW(Decode(Format::kInt32, 0), std::invalid_argument);
  EXPECT_THROW(Decode(Format::kInt4, 16), std::invalid_argument);
}

TEST(FormatsModel, BothLog4ZerosAreZeroButOnly0000BlocksAMask) {
  for (uint8_t code = 0; code < 16; ++code) {
    EXPECT_EQ(IsZero(Format::kLog4, code), code == 0 || code == 8);
    EXPECT_EQ(IsZero(Format::kInt4, code), code == 0);
    EXPECT_EQ(IsZero(Format::kUint4, code), code == 0);
    EXPECT_EQ(MaskPasses(code), code != 0);
  }
}

TEST(FormatsModel, Element2iLiesInTheLowNibbleOfByteI) {
  const std::array<uint8_t, 5> codes = {0x1, 0xa, 0xf, 0x0, 0x7};
  std::array<uint8_t, 4> row = {0xee, 0xee, 0xee, 0xee};
  PackRow(codes, row);
  EXPECT_EQ(row, (std::array<uint8_t, 4>{0xa1, 0x0f, 0x07, 0xee}));  // pad nibble 0, rest untouched
}

TEST(FormatsModel, RowsOfEveryLengthSurvivePackingWhateverThePadHolds) {
  for (size_t length = 0; length <= 33; ++length) {
    std::vector<uint8_t> codes(length);
    for (size_t i = 0; i < length; ++i) codes[i] = static_cast<uint8_t>((i * 7 + 3) % 16);
    std::vector<uint8_t> row(RowBytes(length), 0xff);
    PackRow(codes, row);
    if (length % 2 != 0) {
      EXPECT_EQ(row.back() >> 4, 0) << "pad of " << length;
      row.back() |= 0xf0;
    }
    std::vector<uint8_t> again(length);
    UnpackRow(row, again);
    EXPECT_EQ(again, codes) << length << " elements";
  }
}

TEST(FormatsModel, StoringOneElementLeavesItsNeighbourAlone) {
  for (unsigned before = 0; before < 256; ++before) {
    for (uint8_t code = 0; code < 16; ++code) {
      auto byte = static_cast<uint8_t>(before);
      StoreCode(&byte, 0, code);
      EXPECT_EQ(byte, (before & 0xf0) | code);
      byte = static_cast<uint8_t>(before);
      StoreCode(&byte, 1, code);
      EXPECT_EQ(byte, (before & 0x0f) | (code << 4));
    }
  }
}

TEST(FormatsModel, MatricesKeepTheirStrideAndZeroesBetweenRows) {
  const std::vector<uint8_t> codes = {1, 2, 3, 4, 5, 6};
  const std::vector<uint8_t> data = PackMatrix(codes, 2, 3, 4);
  EXPECT_EQ(data, (std::vector<uint8_t>{0x21, 0x03, 0, 0, 0x54, 0x06, 0, 0}));
  EXPECT_EQ(UnpackMatrix(data, 2, 3, 4), codes);
}

TEST(FormatsModel, PackingRefusesWrongSizes) {
  std::array<uint8_t, 1> row = {};
  std::array<uint8_t, 3> three = {};
  EXPECT_THROW(PackRow(three, row), std::invalid_argument);
  EXPECT_THROW(UnpackRow(row, three), std::invalid_argument);
  three[1] = 16;
  std::array<uint8_t, 2> enough = {};
  EXPECT_THROW(PackRow(three, enough), std::invalid_argument);
  EXPECT_THROW(PackMatrix(std::vector<uint8_t>(6), 2, 3, 1), std::invalid_argument);
  EXPECT_THROW(PackMatrix(std::vector<uint8_t>(5), 2, 3, 2), std::invalid_argument);
  EXPECT_THROW(UnpackMatrix(std::vector<uint8_t>(3), 2, 3, 2), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
