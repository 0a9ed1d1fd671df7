// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Shapes as text: what is written comes back, what is not a shape is refused, and shapes that the
// RTL refuses are told with the reason.

#include "sim/shape_text.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tetralog {
namespace {

const std::vector<MachineShape> kKnown = {
    {.rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64}};

TEST(ShapeText, ReadsSizesParametersAndWhatIsKnown) {
  EXPECT_EQ(ParseShape("16x16x4"), MachineShape{});
  EXPECT_EQ(ParseShape("4x4x1", kKnown), kKnown[0]);
  EXPECT_EQ(ParseShape("4x4x1"), (MachineShape{.rows = 4, .cols = 4, .dot = 1}));
  EXPECT_EQ(ParseShape("8x4x2:axi_data=64:lanes=2", kKnown),
            (MachineShape{.rows = 8, .cols = 4, .dot = 2, .lanes = 2, .axi_data = 64}));
  EXPECT_EQ(ParseShape("4x4x1:depth_b=8", kKnown).axi_data, 64u);
}

TEST(ShapeText, WritesTheShortestText) {
  for (const char* text :
       {"16x16x4", "4x4x1", "4x4x1:axi_data=128", "8x8x2:lanes=8:axi_data=64",
        "2x8x1:lanes=2:acc_width=20:random_bits=8:depth_a=2:depth_b=4:axi_data=64:axi_addr=32"})
    EXPECT_EQ(ShapeText(ParseShape(text, kKnown), kKnown), text);
}

TEST(ShapeText, RefusesOtherTextsWithOneLine) {
  for (const char* text : {"", "16", "16x16", "16x16x", "ax16x4", "16x16x4:", "16x16x4:lanes",
                           "16x16x4:lanes=", "16x16x4:lanes=4 ", "16x16x4:lanes=4:",
                           "16x16x4,lanes=4", "16x16x4:rows=4", "-4x4x1", "16x16x99999999999"}) {
    try {
      ParseShape(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      const std::string said = error.what();
      EXPECT_NE(said.find("random_bits"), std::string::npos) << said;
      EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    }
  }
}

TEST(ShapeText, ShapesThatTheRtlRefusesAreTold) {
  for (const char* text : {"16x16x4", "4x4x1", "2x4x16:axi_data=64:lanes=2", "16x32x32:lanes=16",
                           "16x256x4:depth_b=32768"})
    EXPECT_NO_THROW(CheckShape(ParseShape(text))) << text;
  for (const char* text : {"9x16x4",
                           "16x0x4",
                           "16x16x3",
                           "2x4x1",
                           "4x2x1",
                           "16x16x4:lanes=3",
                           "16x16x4:lanes=32",
                           "8x16x4:lanes=16",
                           "16x16x4:axi_data=32",
                           "16x16x64",
                           "16x16x32:axi_data=64",
                           "16x16x4:depth_a=1",
                           "16x16x4:depth_b=24",
                           "16x16x4:acc_width=11",
                           "16x16x4:acc_width=33",
                           "16x16x4:random_bits=0",
                           "16x16x4:random_bits=17",
                           "65536x4x1",
                           "16x16x4:axi_addr=12",
                           "16x512x4:depth_b=32768",
                           "2x2x16:axi_data=64:lanes=2"})
    EXPECT_THROW(CheckShape(ParseShape(text)), std::invalid_argument) << text;
}

}  // namespace
}  // namespace tetralog
