// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Histograms of gradient codes: counts by tensor in the order of the layers, and the picture, which
// has every level's share in its right place.
#include "sim/train/code_histogram.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tetralog::train {
namespace {

TEST(CodeHistogram, CountsByTensorInTheOrderOfTheLayers) {
  CodeHistogram histogram;
  const std::vector<uint8_t> last = {0, 8, 1, 15, 15}, first = {7};
  for (int step = 0; step < 2; ++step) {
    histogram.Add("fc2", last.data(), last.size());
    histogram.Add("fc1", first.data(), first.size());
  }
  ASSERT_EQ(histogram.tensors().size(), 2);
  EXPECT_EQ(histogram.tensors()[0].name, "fc1");
  EXPECT_EQ(histogram.tensors()[0].counts[7], 2);
  const CodeHistogram::Tensor& fc2 = histogram.tensors()[1];
  EXPECT_EQ(fc2.total(), 10);
  EXPECT_EQ(fc2.zeros(), 4);  // 1000 reads as zero, too
  EXPECT_EQ(fc2.counts[15], 4);
  EXPECT_EQ(fc2.counts[1], 2);
}

TEST(CodeHistogram, ThePictureHasSharesOfWhatIsNotZero) {
  CodeHistogram histogram;
  const std::vector<uint8_t> codes = {0, 0, 0, 0, 1, 1, 1, 15};  // three of +1, one of -64
  histogram.Add("a<b", codes.data(), codes.size());
  const std::string svg = CodeHistogramSvg("title & more", histogram);
  for (const char* text :
       {"title &amp; more", ">a&lt;b<", ">50.0 % zero<", "<title>1: 75.00 %</title>",
        "<title>-64: 25.00 %</title>", "<title>64: 0.00 %</title>"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text << "\n" << svg;
  }
  // Bars stand from -64 on the left to 64 on the right.
  size_t at = 0;
  for (const char* level : {"-64", "-32", "-16", "-8", "-4", "-2", "-1", "0", "1", "64"}) {
    const size_t next = svg.find(std::string("<title>") + level + ": ");
    ASSERT_NE(next, std::string::npos) << level;
    EXPECT_GT(next, at) << level;
    at = next;
  }
}

TEST(CodeHistogram, NothingAndNothingButZerosAreDrawn) {
  CodeHistogram histogram;
  EXPECT_NE(CodeHistogramSvg("empty", histogram).find("</svg>"), std::string::npos);
  const std::vector<uint8_t> zeros(5);
  histogram.Add("fc1", zeros.data(), zeros.size());
  const std::string svg = CodeHistogramSvg("zeros", histogram);
  EXPECT_NE(svg.find(">100.0 % zero<"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace tetralog::train
