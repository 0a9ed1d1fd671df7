// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What a sweep makes of its results: fronts found by hand, tables, plots; and the bias of rounding
// beside another way to it. Nothing is random.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "model/luq_quantizer.h"
#include "synth/sweep/results.h"
#include "synth/sweep/rounding_bias.h"

namespace tetralog {
namespace {

using Json = nlohmann::ordered_json;

PointResult Result(uint32_t dot, double ge, double clock, double busy, const Json& energy) {
  PointResult result;
  result.point.shape.dot = dot;
  result.point.lines = {"dot"};
  result.json = {{"ge_per_mac", ge},
                 {"clock_ns", clock},
                 {"ge_per_mac_with_epilogue", ge + 30},
                 {"element",
                  {{{"ge_per_mac", ge}, {"clock_ns", clock}},
                   {{"ge_per_mac", ge + 5}, {"clock_ns", clock - 0.5}}}},
                 {"epilogue", {{"ge", 30000}, {"rounding_ge", 4000}}},
                 {"utilisation", {{"all", busy}}},
                 {"rounding", {{"worst_bias", 1.0 / 8192}, {"rms_bias", 1.0 / 16384}}},
                 {"energy", energy}};
  return result;
}

std::string FrontOf(const Plane& plane) {
  std::string text;
  for (const Dot& dot : plane.dots)
    if (dot.front) text += std::to_string(dot.result->point.shape.dot) + " ";
  return text;
}

TEST(SweepFront, KeepsWhatNothingBeatsAndTwoThatAreEqual) {
  const PointResult any;
  std::vector<Dot> dots = {{&any, 1, 5}, {&any, 2, 3}, {&any, 2, 4},
                           {&any, 3, 3}, {&any, 4, 1}, {&any, 4, 1}};
  const auto fronts = [&] {
    std::string text;
    for (const Dot& dot : dots) text += dot.front ? '1' : '0';
    return text;
  };
  MarkFront(dots, false);
  EXPECT_EQ(fronts(), "110011");
  MarkFront(dots, true);
  EXPECT_EQ(fronts(), "100000") << "least x and most y";
}

TEST(SweepFront, PlanesLeaveOutPointsWithoutTheFigure) {
  const std::vector<PointResult> results = {
      Result(1, 460, 3.0, 0.9, {{"mean", 9.0}}), Result(4, 210, 3.9, 0.7, {{"mean", 5.0}}),
      Result(8, 170, 4.6, 0.5, nullptr), Result(16, 172, 4.7, 0.4, {{"mean", 4.0}})};
  const std::vector<Plane> planes = Planes(results);
  ASSERT_EQ(planes.size(), 4u);
  EXPECT_EQ(FrontOf(planes[0]), "8 8 4 4 1 1 ") << "clock: both syntheses of each but the last";
  EXPECT_EQ(FrontOf(planes[1]), "16 ") << "energy: 8 has none";
  EXPECT_EQ(FrontOf(planes[2]), "8 4 1 ") << "utilisation: more is better";
  EXPECT_EQ(FrontOf(planes[3]), "8 ");
  EXPECT_EQ(BestPoint(results).point.shape.dot, 8u);

  const std::string table = SweepTable(results, planes), csv = SweepCsv(results);
  EXPECT_NE(table.find("| 16x16 | 8 | 24 | 12 | 4 | 170.0 | 4.60 | 175.0 | 4.10 | 30000 | 200.0 | "
                       "50.0 % |  | 0.0122 % | clock, utilisation, rounding |\n"),
            std::string::npos)
      << table;
  EXPECT_NE(csv.find("16x16x8_acc24_r12_lanes4,dot,16,16,8,24,12,4,170.00,4.600,175.00,4.100,30000,"
                     "4000,200.00,0.5000,,1.221e-04,6.104e-05\n"),
            std::string::npos)
      << csv;
}

TEST(SweepPlot, ConnectsTheFrontOnlyAndNamesItsPoints) {
  const std::vector<PointResult> results = {Result(4, 210, 3.9, 0.7, nullptr),
                                            Result(16, 172, 4.7, 0.8, nullptr)};
  const std::string svg = PlaneSvg({}, Planes(results)[2]);
  EXPECT_NE(svg.find(">Dot 16</text>"), std::string::npos) << svg;
  EXPECT_NE(svg.find(">base</text>"), std::string::npos) << svg;
  const size_t line = svg.find("<polyline");
  ASSERT_NE(line, std::string::npos) << svg;
  EXPECT_EQ(svg.find("<polyline", line + 1), std::string::npos) << "one line, the front's";
}

TEST(SweepRounding, WorstBiasIsTheBoundOfTheProof) {
  for (int bits = 1; bits <= 10; ++bits)
    EXPECT_EQ(EnumerateRoundingBias(bits).worst, std::ldexp(1.0, -(bits + 1))) << "R = " << bits;
}

// Another way to the root mean square: LUQ itself on a fine grid of values between 1 and 2.
TEST(SweepRounding, RmsIsThatOfTheQuantizer) {
  constexpr int kBits = 4, kFine = 12;
  double squares = 0;
  for (uint32_t i = 0; i < 1u << kFine; ++i) {
    ScaledValue y;
    y.magnitude = (2 * i + 1) + (2u << kFine);  // in the middle of a cell of the grid
    y.shift = kFine + 1;
    double mean = 0;
    for (uint32_t r = 0; r < 1u << kBits; ++r) mean += QuantizeLuq(y, r, kBits).code == 2 ? 2 : 1;
    mean /= 1 << kBits;
    const double error = mean - std::ldexp(static_cast<double>(y.magnitude), -(kFine + 1));
    squares += error * error;
  }
  const double rms = std::sqrt(squares / (1 << kFine));
  EXPECT_NEAR(EnumerateRoundingBias(kBits).rms, rms, 1e-3 * rms);
}

}  // namespace
}  // namespace tetralog
