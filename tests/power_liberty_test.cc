// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Liberty files: what is read of them, in other units and orders of axes than the default
// library's, and the line that tells of a file that is broken. Expressions against all values of
// their variables.

#include <gtest/gtest.h>

#include <functional>

#include "synth/power/expression.h"
#include "tests/power_testing.h"

namespace tetralog {
namespace {

std::string Error(const std::string& text) {
  try {
    ReadLiberty(testing::WriteText("broken.lib", text));
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "";
}

TEST(PowerLiberty, ReadsPinsEnergiesAndState) {
  const Liberty library = testing::TinyLibrary();
  EXPECT_EQ(library.voltage, 2);
  const LibertyCell& and2 = library.cells.at("AND2");
  EXPECT_EQ(and2.leakage, 7);
  EXPECT_EQ(and2.pins.at(1).capacitance, 0.04) << "the mean of rise and fall";
  EXPECT_EQ(and2.pins.at(2).power.at(1).related, "B");
  EXPECT_EQ(and2.pins.at(2).power.at(1).rise.At(1, 1), 0.3);
  const LibertyCell& flop = library.cells.at("DFF");
  EXPECT_EQ(flop.kind, LibertyCell::Kind::kFlop);
  EXPECT_EQ(flop.clock + flop.data + flop.state + flop.state_n, "CLKDIQIQN");
}

TEST(PowerLiberty, ReadsTablesInAnyOrderOfAxesAndInOtherUnits) {
  const Liberty library = ReadLiberty(testing::WriteText("axes.lib", R"lib(
    library ("axes") { time_unit : "1ps"; capacitive_load_unit (10, ff); nom_voltage : 1.1;
      leakage_power_unit : "1uW"; // microwatts
      power_lut_template (t) { variable_1 : input_transition_time;
        variable_2 : total_output_net_capacitance; index_1 ("100, 300"); index_2 ("1, 2, 4"); }
      cell ("X") { cell_leakage_power : 2; pin ("A") { direction : input; capacitance : 3; }
        pin ("Y") { direction : "output"; function : "(!A)"; internal_power () { related_pin : "A";
          rise_power (t) { values ("1, 2, 4", \
                                   "11, 12, 14"); } } } } })lib"));
  const LibertyCell& cell = library.cells.at("X");
  EXPECT_DOUBLE_EQ(cell.leakage, 2000);
  EXPECT_DOUBLE_EQ(cell.pins.at(0).capacitance, 0.03);
  const LibertyTable& rise = cell.pins.at(1).power.at(0).rise;
  // Values are of 10 fF * 1 V^2: 0.01 pJ. Loads 0.01, 0.02 and 0.04 pF, transitions 0.1 and 0.3 ns.
  EXPECT_NEAR(rise.At(0.02, 0.1), 0.02, 1e-12);
  EXPECT_NEAR(rise.At(0.03, 0.1), 0.03, 1e-12);
  EXPECT_NEAR(rise.At(0.04, 0.2), 0.09, 1e-12);
  EXPECT_NEAR(rise.At(0.05, 0.4), 0.20, 1e-12) << "extrapolated";
}

TEST(PowerLiberty, TellsOfABrokenFileInOneLine) {
  EXPECT_NE(Error("cell(x) {}").find("begins with library"), std::string::npos);
  EXPECT_NE(Error("library(x) { cell(y) { area : 1;").find("ends too early"), std::string::npos);
  EXPECT_NE(Error("library(x) { nom_voltage : 1; }").find("no cells"), std::string::npos);
  EXPECT_NE(Error("library(x) { cell(y) { } }").find("nom_voltage"), std::string::npos);
  EXPECT_THROW(ReadLiberty("/nowhere/x.lib"), std::runtime_error);
}

TEST(PowerExpression, EqualsTheFunctionForAllValues) {
  const std::vector<std::string> names = {"A", "B", "C"};
  const uint64_t a = 0xf0, b = 0xcc, c = 0xaa;
  const auto value = [&](int i) { return i == 0 ? a : i == 1 ? b : c; };
  const std::pair<const char*, uint64_t> cases[] = {{"A B+C", (a & b) | c},
                                                    {"A*(B+C)'", a & ~(b | c)},
                                                    {"!A B", ~a & b},
                                                    {"A ^ B & C", (a ^ b) & c},
                                                    {"A'B'", ~a & ~b},
                                                    {"(A B)+(B C)+(C A)", 0xe8},
                                                    {"!(A & B | C)''", ~((a & b) | c)},
                                                    {"A 1 + 0", a},
                                                    {"A ^ B ^ C", a ^ b ^ c}};
  for (const auto& [text, expected] : cases)
    EXPECT_EQ(Expression(text, names).Evaluate(value) & 0xff, expected & 0xff) << text;
  for (const char* text : {"A +", "(A", "D", "A B)", ""})
    EXPECT_THROW(Expression(text, names), std::runtime_error) << text;
}

}  // namespace
}  // namespace tetralog
