// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The synthesis flow around the tools: what it says of libraries that cannot serve, how it takes a
// design apart, and that a clock is the clock. Nothing here is random. The Liberty files are those
// of Debian's qflow packages and small ones written here, each of which lacks one thing.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "synth/design.h"
#include "synth/flow.h"
#include "synth/library.h"
#include "synth/limits.h"
#include "synth/memory_model.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = fs::current_path();
const fs::path kOsu018 = "/usr/share/qflow/tech/osu018/osu018_stdcells.lib";
const fs::path kOsu035 = "/usr/share/qflow/tech/osu035/osu035_stdcells.lib";

fs::path Scratch(const std::string& name) {
  return fs::path(testing::TempDir()) / "tetralog_synth_flow" /
         testing::UnitTest::GetInstance()->current_test_info()->name() / name;
}

constexpr const char* kUnits = "  time_unit : \"10ps\";\n  capacitive_load_unit (100,ff);\n";
constexpr const char* kNand =
    "  cell (NAND2X1) { area : 24;\n pin (Y) { function : \"(!(A B))\"; } }\n";
constexpr const char* kFlop =
    "  cell (DFF) { area : 96;\n ff (IQ, IQN) { clocked_on : \"C\"; } }\n";
constexpr const char* kBuffers =
    "  cell (BIG) { area : 99;\n pin (Y) {\n function : \"A\"; } }\n"
    "  cell (TRI) { area : 5;\n pin (Y) {\n function : \"A\";\n three_state : \"E\"; } }\n"
    "  cell (BUF) { area : 32;\n pin (Y) {\n function : \"(A)\"; } }\n";

Library Read(const std::string& text) {
  const fs::path file = Scratch("made.lib");
  WriteTextFile(file, text);
  return ReadLibrary(kRoot, file);
}

// What reading a library says when it fails.
std::string Complaint(const std::string& text) {
  try {
    Read(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing";
}

TEST(SynthLibrary, GivesTheUnitOfAreaAndTheSmallestTrueBuffer) {
  const Library library =
      Read(std::string("library (made) {\n") + kUnits + kNand + kFlop + kBuffers + "}\n");
  EXPECT_EQ(library.name, "made");
  EXPECT_EQ(library.ge, 24);
  EXPECT_EQ(library.driver, "BUF");
  EXPECT_EQ(library.area.at("DFF"), 96);
}

TEST(SynthLibrary, ReadsTheLibrariesOfDebian) {
  EXPECT_EQ(ReadLibrary(kRoot, kOsu018).driver, "BUFX2");
  EXPECT_EQ(ReadLibrary(kRoot, kOsu018).ge, 24);
  EXPECT_EQ(ReadLibrary(kRoot, kOsu035).driver, "BUFX2");
  EXPECT_EQ(ReadLibrary(kRoot, kOsu035).ge, 96);
}

TEST(SynthLibrary, NamesWhatALibraryLacks) {
  const std::string head = std::string("library (made) {\n") + kUnits, end = "}\n";
  EXPECT_NE(Complaint(head + kNand + kBuffers + end).find("has no flip-flop"), std::string::npos);
  EXPECT_NE(Complaint(head + kFlop + kBuffers + end).find("has no two-input NAND"),
            std::string::npos);
  EXPECT_NE(Complaint(head + kNand + kFlop + end).find("has no buffer"), std::string::npos);
  EXPECT_NE(Complaint("library (made) {\n" + std::string(kNand) + kFlop + kBuffers + end)
                .find("states no time_unit"),
            std::string::npos);
  EXPECT_NE(Complaint("hello\n").find("is not a Liberty file"), std::string::npos);
  const std::string whole = ReadTextFile(kOsu018);
  EXPECT_NE(Complaint(whole.substr(0, whole.size() / 2)).find("is truncated"), std::string::npos);
  EXPECT_EQ(Complaint(whole), "nothing");
  try {
    ReadLibrary(kRoot, "/nowhere.lib");
    ADD_FAILURE() << "a missing file was read";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no Liberty file /nowhere.lib; give another LIB");
  }
}

// Two versions of a unit, one of which uses a memory; `made` begins the numbers that Yosys counts.
std::string Rtlil(int made) {
  const auto name = [made](int i) { return "$add$x.sv:3$" + std::to_string(made + i); };
  return "attribute \\blackbox 1\nmodule \\NAND2X1\n  wire input 1 \\A\nend\n"
         "attribute \\blackbox 1\nmodule $paramod$12\\sram\n  wire width 6 input 5 \\raddr_i\n"
         "  wire width 128 output 7 \\rdata_o\nend\n"
         "module $paramod$aa\\unit\n  parameter \\N 1\n  wire input 1 \\a_i\n  wire " +
         name(0) + "\n  cell $not " + name(1) + "\n    connect \\A \\a_i\n    connect \\Y " +
         name(0) +
         "\n  end\nend\n"
         "module $paramod$bb\\unit\n  wire input 1 \\a_i\n"
         "  cell $paramod$12\\sram \\u_sram\n    connect \\raddr_i 6'000000\n  end\nend\n"
         "module \\top\n  wire input 1 \\clk_i\n"
         "  cell $paramod$aa\\unit \\one\n  end\n  cell $paramod$aa\\unit \\two\n  end\n"
         "  cell $paramod$bb\\unit \\three\n  end\nend\n";
}

TEST(SynthDesign, CountsVersionsOfUnitsAndMemories) {
  const Design design = ReadDesign(Rtlil(100), "top");
  ASSERT_EQ(design.modules.size(), 3u);
  EXPECT_EQ(design.modules.at("unit_2").unit, "unit");
  EXPECT_EQ(design.Count("unit"), 2);
  EXPECT_EQ(design.Count("unit_2"), 1);
  ASSERT_EQ(design.memories.size(), 1u);
  EXPECT_EQ(design.memories.at("sram_64x128").count, 1);
  EXPECT_EQ(design.Below("top").back(), "top");
  EXPECT_NE(design.modules.at("top").text.find("cell \\unit_2 \\three"), std::string::npos);
  EXPECT_NE(design.modules.at("top").text.find("attribute \\blackbox 1\nmodule \\unit\n"),
            std::string::npos);
  EXPECT_THROW(ReadDesign(Rtlil(100), "absent"), std::runtime_error);
}

TEST(SynthDesign, TextsDoNotDependOnTheNumbersThatYosysCounts) {
  const Design one = ReadDesign(Rtlil(100), "top"), other = ReadDesign(Rtlil(300), "top");
  for (const auto& [name, module] : one.modules)
    EXPECT_EQ(module.text, other.modules.at(name).text);
}

TEST(SynthLimits, NameWhatIsAboveItsCeilingOrMissing) {
  const auto report = nlohmann::ordered_json::parse(R"({"core": {"clock_ns": 4.5, "ge": 10}})");
  const auto limits = nlohmann::ordered_json::parse(
      R"({"ceilings": {"/core/clock_ns": 4.4, "/core/ge": 10, "/core/share": 1}})");
  const std::vector<std::string> faults = ExceededLimits(report, limits);
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0], "/core/clock_ns is 4.5, above its limit 4.4");
  EXPECT_NE(faults[1].find("/core/share"), std::string::npos);
}

// A netlist of OSU018: a flip-flop, inverters, and a flip-flop of either edge.
TimingResult TimeChain(Flow& flow, const std::string& name, int inverters, const char* capture) {
  std::string text = "module " + name + "(clk_i, d_i, q_o);\n  input clk_i, d_i;\n  output q_o;\n";
  text += "  wire n0";
  for (int i = 1; i <= inverters; ++i) text += ", n" + std::to_string(i);
  text += ";\n  DFFPOSX1 u_first (.CLK(clk_i), .D(d_i), .Q(n0));\n";
  for (int i = 0; i < inverters; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    text += "  INVX1 u_" + n + " (.A(n" + n + "), .Y(n" + next + "));\n";
  }
  text += std::string("  ") + capture + " u_last (.CLK(clk_i), .D(n" + std::to_string(inverters) +
          "), .Q(q_o));\nendmodule\n";
  const fs::path file = Scratch(name + ".v");
  WriteTextFile(file, text);
  return flow.Time({file}, name, "", name);
}

TEST(SynthTiming, ClockFollowsTheSlowestPathAndHalfCyclesCountTwice) {
  fs::remove_all(Scratch("timing"));
  const Library library = ReadLibrary(kRoot, kOsu018);
  Flow flow(kRoot, library, Scratch("timing"), 1);
  const TimingResult shorter = TimeChain(flow, "chain20", 20, "DFFPOSX1");
  const TimingResult longer = TimeChain(flow, "chain40", 40, "DFFPOSX1");
  const TimingResult half = TimeChain(flow, "half40", 40, "DFFNEGX1");
  EXPECT_EQ(longer.path.gates, 41);
  EXPECT_EQ(longer.path.end, "q_o");
  EXPECT_EQ(longer.path.modules.at("chain40"), 41);
  const double inverter = (longer.clock_ns - shorter.clock_ns) / 20;
  EXPECT_GT(inverter, 0.01);
  EXPECT_LT(inverter, 0.1);
  EXPECT_NEAR(half.clock_ns / longer.clock_ns, 2, 0.2);
}

TEST(SynthTiming, MemoriesAreTimedByTheirModel) {
  Design design;
  design.memories["sram_64x128"] = {.words = 64, .width = 128, .count = 1};
  const std::string text =
      "module reader(clk_i, q_o);\n  input clk_i;\n  output q_o;\n  wire [127:0] data;\n"
      "  sram_64x128 u_sram (.clk_i(clk_i), .rdata_o(data));\n"
      "  DFFPOSX1 u_last (.CLK(clk_i), .D(data[5]), .Q(q_o));\nendmodule\n";
  fs::remove_all(Scratch("memory"));
  const Library library = ReadLibrary(kRoot, kOsu018);
  Flow flow(kRoot, library, Scratch("memory"), 1);
  WriteTextFile(Scratch("reader.v"), text);
  const TimingResult timing =
      flow.Time({Scratch("reader.v")}, "reader", MemoryLiberty(design), "reader");
  EXPECT_GT(timing.clock_ns, kMemoryAccessNs);
  EXPECT_LT(timing.clock_ns, kMemoryAccessNs + 0.5);
}

TEST(SynthFlow, ALibraryOfAnotherVendorMapsAUnitUnchanged) {
  fs::remove_all(Scratch("osu035"));
  const Library library = ReadLibrary(kRoot, kOsu035);
  Flow flow(kRoot, library, Scratch("osu035"), 1);
  const Design design = flow.Elaborate("int_quantizer", "RandomBits=12");
  const MappedModule& small = flow.MapOne(design, design.top, 0);
  EXPECT_GT(small.ge, 50);
  EXPECT_LT(small.ge, 200);
  EXPECT_GT(small.timing.clock_ns, 1);
  EXPECT_LT(small.timing.clock_ns, 10);
}

}  // namespace
}  // namespace tetralog
