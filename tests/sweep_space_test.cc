// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Design spaces from text: the points of lines, each once, and one clear line for what cannot be
// meant. Nothing is random.

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include "synth/sweep/space.h"

namespace tetralog {
namespace {

constexpr const char* kWorkload = R"("workload": {"networks": ["mlp"]})";

// A space with these lines.
std::string Space(const std::string& lines, const std::string& more = kWorkload) {
  return R"({"name": "toy", "lines": [)" + lines + "], " + more + "}";
}

void ExpectError(const std::string& text, const std::string& part) {
  try {
    ParseSpace(text, "toy.json");
    ADD_FAILURE() << "accepted: " << text;
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    EXPECT_EQ(what.rfind("toy.json: ", 0), 0u) << what;
    EXPECT_NE(what.find(part), std::string::npos) << what;
    EXPECT_EQ(what.find('\n'), std::string::npos) << what;
  }
}

TEST(SweepSpace, ALineHasAllCombinationsAndEveryPointIsThereOnce) {
  const SweepSpace space = ParseSpace(Space(R"({"name": "a", "dot": [1, 4], "lanes": [2, 4, 8]},
      {"name": "b", "shape": ["8x16", "16x16"], "energy": true})"),
                                      "toy.json");
  EXPECT_EQ(space.name, "toy");
  ASSERT_EQ(space.points.size(), 7u);
  EXPECT_EQ(space.points[0].shape, MachineShape{});
  EXPECT_EQ(space.points[0].lines, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(space.points[0].energy) << "one of its lines asks for it";
  EXPECT_EQ(space.points[1].Name(), "16x16x1_acc24_r12_lanes2");
  EXPECT_FALSE(space.points[1].energy);
  EXPECT_EQ(space.points[6].Name(), "8x16x4_acc24_r12_lanes4");
  std::set<std::string> names;
  for (const SweepPoint& point : space.points) names.insert(point.Name());
  EXPECT_EQ(names.size(), space.points.size());
}

TEST(SweepSpace, WhatALineDoesNotListIsAsInTheBase) {
  const SweepSpace space =
      ParseSpace(Space(R"({"name": "a", "acc_width": [20]})",
                       R"("base": {"rows": 8, "cols": 8, "lanes": 2, "random_bits": 8}, )" +
                           std::string(kWorkload)),
                 "toy.json");
  ASSERT_EQ(space.points.size(), 2u);
  EXPECT_EQ(space.points[1].Name(), "8x8x4_acc20_r8_lanes2");
}

TEST(SweepSpace, TheBundledSpaceIsGood) {
  const SweepSpace space = ReadSpace("synth/sweep/default.json");
  EXPECT_EQ(space.points.size(), 18u);
  EXPECT_EQ(space.points[0].shape, MachineShape{}) << "the flagship";
  EXPECT_TRUE(space.workload.training);
}

TEST(SweepSpace, MistakesAreOneLine) {
  const std::string line = R"({"name": "a", "dot": [1]})";
  ExpectError("{", "is no JSON object");
  ExpectError("[]", "is no JSON object");
  ExpectError(R"({"name": "toy", "lines": []})", "has no 'workload'");
  ExpectError(Space(""), "lines: give a list");
  ExpectError(Space("3"), "lines: give objects");
  ExpectError(Space(line, R"("workloads": {})"), "no 'workloads' is known");
  ExpectError(Space(line, R"("workload": {"networks": []})"), "give a list of names");
  ExpectError(Space(line, R"("workload": {"networks": ["alexnet"]})"), "alexnet");
  ExpectError(Space(line, R"("workload": {"networks": ["mlp"], "samples": 9})"), "give 1 to 8");
  ExpectError(Space(line, R"("workload": {"networks": ["mlp"], "training": 1})"), "true or false");
  ExpectError(Space(line, std::string(R"("ceilings": {"ge": 1}, )") + kWorkload), "'ge'");
  ExpectError(R"({"name": "../up", "lines": [{}], "workload": {}})", "names a folder");
  ExpectError(Space(line + "," + line), "'a' is there twice");
  ExpectError(Space(R"({"name": "a, b", "dot": [1]})"), "a name goes into tables");
  ExpectError(Space(R"({"name": "a", "dots": [1]})"), "no 'dots' is known");
  ExpectError(Space(R"({"name": "a", "dot": 1})"), "line 'a': dot: give a list");
  ExpectError(Space(R"({"name": "a", "dot": [-1]})"), "dot is -1");
  ExpectError(Space(R"({"name": "a", "dot": [3]})"), "powers of two");
  ExpectError(Space(R"({"name": "a", "acc_width": [40]})"), "acc_width must be 12 to 32");
  ExpectError(Space(R"({"name": "a", "shape": ["8"]})"), "'8' is no shape");
  ExpectError(Space(R"({"name": "a", "shape": ["8x8x4"]})"), "'8x8x4' is no shape");
  ExpectError(Space(R"({"name": "a", "shape": ["8x8"], "rows": [8]})"), "give shape, or rows");
  EXPECT_THROW(ReadSpace("/nowhere.json"), std::invalid_argument);
}

}  // namespace
}  // namespace tetralog
