// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command-line tool as a user meets it: its report, its exit codes, and one clear line for
// every sort of bad input. A trace with one changed code must make it fail and say how to see it
// again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/trace_file.h"
#include "tests/tool_testing.h"

namespace tetralog {
namespace {

using ::tetralog::testing::ExpectOneLineError;
using ::tetralog::testing::Outcome;
using ::tetralog::testing::RunTool;
using ::tetralog::testing::Scratch;

TEST(TetralogTool, ReportsEveryGemmThatItReplays) {
  const std::string report = Scratch("report.json");
  const Outcome outcome =
      RunTool("replay tests/data/mlp.h5 tests/data/lenet.h5 --gemm fc3_ --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  EXPECT_EQ(json["levels"], (nlohmann::json{"reference", "functional", "cycle", "rtl"}));
  EXPECT_EQ(json["total"]["mismatches"], 0);
  EXPECT_EQ(json["total"]["gemms"], 9);  // three kinds of three recorded steps
  EXPECT_GT(json["total"]["outputs"], 50000);
  for (const auto& gemm : json["gemms"]) {
    EXPECT_EQ(gemm["mismatches_by_level"],
              (nlohmann::json{{"functional", 0}, {"cycle", 0}, {"rtl", 0}}));
    EXPECT_GT(gemm["read_bytes"], 0);
    EXPECT_EQ(gemm["products"],
              gemm["m"].get<uint64_t>() * gemm["k"].get<uint64_t>() * gemm["n"].get<uint64_t>());
    EXPECT_GT(gemm["cycles"], 0);
    EXPECT_GT(gemm["utilisation"], 0.0);
    EXPECT_LE(gemm["utilisation"], 1.0);
    for (const char* key : {"network", "step", "kind", "m", "k", "n"})
      EXPECT_TRUE(gemm.contains(key)) << key;
  }
  for (const char* key : {"git_revision", "tools", "seed", "shape"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST(TetralogTool, ReplaysWithStallsOnASmallerArrayAndOnOneMachine) {
  Outcome outcome =
      RunTool("replay tests/data/mlp.h5 --gemm fc3_ --shape 4x4x1 --stalls 40 --seed 3");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("6 GEMMs"), std::string::npos) << outcome.text;
  const std::string report = Scratch("timeless.json");
  outcome = RunTool("replay tests/data/lenet.h5 --gemm fc3_ --machine functional --json " + report);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("MACs without time;"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("         -      -\n"), std::string::npos) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  for (const auto& part : {json["total"], json["gemms"][0]})
    for (const char* key : {"cycles", "utilisation"}) EXPECT_TRUE(part.at(key).is_null()) << key;
  EXPECT_NE(outcome.text.find("mismatches: 0 functional\n"), std::string::npos) << outcome.text;
}

TEST(TetralogTool, EngineReplaysEverythingOnTheFlagshipWhileEveryStreamPauses) {
  const Outcome outcome =
      RunTool("replay --engine tests/data/mlp.h5 tests/data/lenet.h5 --stalls 40 --seed 3");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("31 GEMMs"), std::string::npos) << outcome.text;
}

TEST(TetralogTool, FailsOnOneChangedCodeAndSaysHowToSeeItAgain) {
  Trace trace = read_trace("tests/data/mlp.h5");
  for (TraceGemm& g : trace.gemms)
    if (g.name == "step000/fc3_input_gradient") g.d.bytes[g.d.stride() * 9 + 1] ^= 1;
  const std::string file = Scratch("changed.h5");
  write_trace(file, trace);
  for (const char* engine : {"", "--engine "}) {
    const Outcome outcome = RunTool("replay " + file + " --gemm step000/fc3_input " + engine);
    EXPECT_EQ(outcome.status, 1);
    for (const std::string part :
         {"of level functional", "of level rtl", "output code", "row 9, column 2",
          "expected:", "actual:", "A[9,:]:", "again: build/sim/tetralog replay",
          "--gemm step000/fc3_input_gradient ", engine})
      EXPECT_NE(outcome.text.find(part), std::string::npos) << part << " in:\n" << outcome.text;
  }
}

// The seed fills undefined registers too, and only some machines may differ.
TEST(TetralogTool, TheLineThatSaysHowToSeeItAgainHasEveryOption) {
  Trace trace = read_trace("tests/data/mlp.h5");
  std::erase_if(trace.gemms,
                [](const TraceGemm& g) { return g.name != "step000/fc3_input_gradient"; });
  trace.gemms.at(0).d.bytes[0] ^= 1;
  const std::string file = Scratch("changed.h5");
  write_trace(file, trace);
  const std::string again =
      "again: build/sim/tetralog replay " + file + " --gemm step000/fc3_input_gradient";
  for (const auto& [options, line] : std::initializer_list<std::pair<std::string, std::string>>{
           {" --machine functional,cycle --seed 7",
            " --machine functional,cycle --shape 16x16x4 --seed 7\n"},
           {" --machine rtl --shape 4x4x1 --lockstep --stalls 20",
            " --machine rtl --shape 4x4x1 --lockstep --stalls 20 --wave build/mismatch.fst\n"},
           {" --engine --seed 5",
            " --engine --shape 16x16x4 --seed 5 --wave build/mismatch.fst\n"}}) {
    const Outcome outcome = RunTool("replay " + file + " --gemm fc3" + options);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.text.find(again + line), std::string::npos) << outcome.text;
  }
}

TEST(TetralogTool, FailsOnAChangedStatisticAccumulatorOrInt32) {
  Trace trace = read_trace("tests/data/lenet.h5");
  for (TraceGemm& g : trace.gemms) {
    if (g.name == "step200/fc3_input_gradient") ++g.statistics.zeros[0];
    if (g.name == "step200/fc3_forward") g.z.empty() ? ++g.raw[5] : ++g.z[5];
    if (g.name == "step200/fc3_weight_gradient") --g.raw[7];
  }
  const std::string file = Scratch("changed_lenet.h5");
  write_trace(file, trace);
  const Outcome outcome = RunTool("replay " + file + " --gemm fc3_");
  EXPECT_EQ(outcome.status, 1);
  for (const char* part : {"statistic zeros[0] of level rtl", "fc3_forward: output of level rtl",
                           "fc3_weight_gradient: raw result of level rtl"})
    EXPECT_NE(outcome.text.find(part), std::string::npos) << part << " in:\n" << outcome.text;
}

TEST(TetralogTool, RefusesATraceThatNoCommandCanHold) {
  Trace trace = read_trace("tests/data/mlp.h5");
  trace.gemms.front().col0 = 8;
  const std::string file = Scratch("illegal.h5");
  write_trace(file, trace);
  ExpectOneLineError("replay " + file, "multiple of 16");
}

TEST(TetralogTool, WritesAWaveform) {
  const std::string wave = Scratch("wave.fst");
  std::filesystem::remove(wave);
  ASSERT_EQ(RunTool("replay tests/data/lenet.h5 --gemm fc3_forward --wave " + wave).status, 0);
  EXPECT_GT(std::filesystem::file_size(wave), 1000U);
}

// A limit on the size of files stands for a disk that is full.
TEST(TetralogTool, AWaveformThatIsNotWholeIsAnError) {
  const std::string wave = Scratch("cut.fst");
  for (const int blocks : {1, 20, 60}) {
    const std::string command = "ulimit -f " + std::to_string(blocks) + "; exec " + TETRALOG_TOOL +
                                " gemm 8 64 8 --machine rtl --shape 4x4x1 --wave " + wave +
                                " 2>&1 > /dev/null";
    FILE* pipe = popen(("bash -c '" + command + "'").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char line[500] = "";
    EXPECT_NE(fgets(line, sizeof line, pipe), nullptr) << blocks;
    EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 2) << blocks;
    EXPECT_EQ(std::string(line).rfind("error: " + wave + ": the waveform is not whole", 0), 0u)
        << blocks << line;
    EXPECT_FALSE(std::filesystem::exists(wave + ".hier"));
  }
}

TEST(TetralogTool, SaysWhatTheRegistersSay) {
  const std::string report = Scratch("info.json");
  const Outcome outcome = RunTool("info --machine functional,rtl --shape 8x4x2 --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("8 rows, 4 columns, dot 2: 64 MACs a cycle"), std::string::npos);
  const auto json = nlohmann::json::parse(std::ifstream(report));
  ASSERT_EQ(json["machines"].size(), 2U);
  for (const auto& machine : json["machines"]) {
    EXPECT_EQ(machine["version"], "1.0");
    EXPECT_EQ(machine["acc_width"], 20);
    EXPECT_EQ(machine["random_bits"], 8);
  }
}

TEST(TetralogTool, RunsOneProductOnBothMachines) {
  const std::string report = Scratch("gemm.json");
  const Outcome outcome = RunTool(
      "gemm 21 100 19 --shape 4x4x1 --a log4 --b uint4 --d log4 --a-samples 2 --samples 3 "
      "--a-transposed --d-transposed --mask --mask-transposed --c col --stalls 30 --json " +
      report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("are equal"), std::string::npos) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  const auto& options = json["options"];
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"a", "log4"}, {"b", "uint4"}, {"d", "log4"}, {"c", "col"}})
    EXPECT_EQ(options[name], value) << name;
  for (const char* name : {"a_transposed", "d_transposed", "mask", "mask_transposed"})
    EXPECT_EQ(options[name], true) << name;
  EXPECT_EQ(options["b_transposed"], false);
  EXPECT_EQ(options["samples"], 3);
  EXPECT_EQ(options["a_samples"], 2);
  EXPECT_TRUE(options["scale_shift"].is_number_integer());
  ASSERT_EQ(json["machines"].size(), 2U);
  for (const auto& machine : json["machines"]) {
    EXPECT_EQ(machine["products"], 21 * 200 * 19);
    EXPECT_GT(machine["gated"], 0);
    EXPECT_EQ(machine["zeros"].size(), 3U);
  }
  for (const char* key : {"cycles", "utilisation", "stall_drain", "read_bytes"})
    EXPECT_TRUE(json["machines"][0].at(key).is_null()) << key;  // functional
  EXPECT_GT(json["machines"][1]["utilisation"], 0.1);
}

TEST(TetralogTool, CycleModelTakesAnyShapeAndTheCyclesOfTheRtl) {
  const std::string report = Scratch("gemm_cycle.json");
  Outcome outcome = RunTool(
      "gemm 40 70 30 --machine functional,cycle,rtl --shape 4x4x1 --stalls 30 --a log4 --d log4 "
      "--json " +
      report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  ASSERT_EQ(json["machines"].size(), 3U);
  EXPECT_EQ(json["machines"][1]["machine"], "cycle");
  EXPECT_GT(json["machines"][1]["cycles"], 1000);
  for (const char* key : {"cycles", "stall_operand", "read_bytes", "products"})
    EXPECT_EQ(json["machines"][1][key], json["machines"][2][key]) << key;
  outcome = RunTool("gemm 50 60 70 --machine functional,cycle --shape 8x32x2:lanes=8:axi_data=64");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("cycle 8x32x2:lanes=8:axi_data=64\n"), std::string::npos);
  EXPECT_NE(outcome.text.find("are equal"), std::string::npos) << outcome.text;
  outcome =
      RunTool("regress --machine cycle --commands 12 --max-dim 40 --shapes 8x8x2,8x8x2:lanes=8");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  for (const char* row : {"\n8x8x2 ", "\n8x8x2:lanes=8 "})
    EXPECT_NE(outcome.text.find(row), std::string::npos) << outcome.text;
}

TEST(TetralogTool, RunsInLockstep) {
  Outcome outcome =
      RunTool("replay tests/data/mlp.h5 --gemm step000/fc3_ --shape 4x4x1 --lockstep");
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("0 functional, 0 cycle, 0 lockstep"), std::string::npos)
      << outcome.text;
  const std::string report = Scratch("lockstep.json");
  outcome = RunTool("regress --lockstep --commands 20 --max-dim 40 --shapes 4x4x1,8x4x2 --json " +
                    report);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find(" 0 divergences"), std::string::npos) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  EXPECT_EQ(json["divergences"], 0);
  EXPECT_EQ(json["machines"], (nlohmann::json{"functional", "lockstep"}));
  EXPECT_GT(json["soft_resets"], 0);
  EXPECT_EQ(json["shapes"][1]["parameters"]["axi_data"], 128);
}

TEST(TetralogTool, RunsRandomCommandsAndRepeatsOneCase) {
  const std::string report = Scratch("regress.json");
  const std::string options = " --max-dim 40 --shape";
  Outcome outcome = RunTool("regress --commands 12" + options + "s 4x4x1,8x4x2 --json " + report);
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  const auto json = nlohmann::json::parse(std::ifstream(report));
  EXPECT_EQ(json["mismatches"], 0);
  EXPECT_EQ(json["complete"], true);
  EXPECT_GE(json["commands"], 24);
  ASSERT_EQ(json["shapes"].size(), 2U);
  for (const auto& shape : json["shapes"]) EXPECT_GT(shape["cycles"], 1000);
  for (const char* key : {"git_revision", "tools", "seed", "errors"})
    EXPECT_TRUE(json.contains(key)) << key;
  outcome = RunTool("regress --commands 5000 --max-cycles 1" + options + "s 4x4x1 --jobs 1");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.text.find("stopped before the last case"), std::string::npos) << outcome.text;
  outcome = RunTool("regress --case 1:3" + options + " 4x4x1");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.text.find("case 1:3 on 4x4x1"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("no difference"), std::string::npos) << outcome.text;
}

TEST(TetralogTool, AnswersBadInputWithOneLine) {
  ExpectOneLineError("replay tests/data/mlp.h5 --machine magic",
                     "functional, cycle, rtl and gates");
  ExpectOneLineError("replay tests/data/mlp.h5 --machine gates", "make gates");
  ExpectOneLineError("replay tests/data/mlp.h5 --shape 8x4x2", "random bits");
  ExpectOneLineError("replay tests/data/lenet.h5 --engine --shape 8x4x2", "16x16x4");
  ExpectOneLineError("info --shape 9x9x9", "16x16x4");
  ExpectOneLineError("info --shape 9x9x9 --machine cycle", "powers of two");
  ExpectOneLineError("info --shape 8x8", "ROWSxCOLSxDOT");
  ExpectOneLineError("gemm 4 4 4 --machine cycle --wave w.fst", "--machine rtl");
  ExpectOneLineError("regress --machine cycle --lockstep", "--machine rtl");
  ExpectOneLineError("regress --lockstep --shapes 8x8x2", "16x16x4");
  ExpectOneLineError("bogus 3", "'bogus' is no command; there are info, gemm, replay, regress, ");
  ExpectOneLineError("", "a command is missing; there are info, ");
  ExpectOneLineError("gemm 4 4 4 --smaples 3", "gemm has no option --smaples; see tetralog gemm ");
  ExpectOneLineError("gemm 4 4 4 5", "gemm: '5' is one word too many");
  ExpectOneLineError("gemm 4 4 4 --shape 4x4x1 --shape 4x4x1", "--shape is there more than once");
  ExpectOneLineError("gemm 4 4 4 --seed", "--seed needs a value after it");
  ExpectOneLineError("gemm 4 4", "N is required");
  ExpectOneLineError("gemm 4 0 4", "K");
  ExpectOneLineError("gemm 4 4 4 --a uint4", "int4,log4");
  ExpectOneLineError("gemm 4 4 4 --samples 2", "--samples: only LOG4");
  ExpectOneLineError("gemm 4 4 4 --scale-mul 3", "--scale-mul: only INT4 and UINT4");
  ExpectOneLineError("gemm 4 4 4 --scale-mul 3 --d log4", "--scale-mul: only INT4 and UINT4");
  ExpectOneLineError("gemm 4 4 4 --scale-shift 0", "--scale-shift: INT32 has no scale");
  ExpectOneLineError("gemm 4 4 4 --stochastic", "--stochastic: INT32");
  ExpectOneLineError("gemm 4 4 4 --stochastic --d log4", "--stochastic: LOG4");
  ExpectOneLineError("gemm 4 4 4 --lockstep --machine cycle", "use --machine rtl");
  ExpectOneLineError("gemm 4 4 4 --stalls 50 --machine functional", "--stalls: the functional");
  // At once, and not after the first machine.
  ExpectOneLineError("gemm 4 4 4 --machine functional,rlt", "no machine 'rlt'");
  ExpectOneLineError("gemm 4 4 4 --shape 8x8x2", "cycle take any shape");
  ExpectOneLineError("gemm 4 4 4 --wave /proc/no/wave.fst", "cannot write /proc/no/wave.fst");
  ExpectOneLineError("replay tests/data/mlp.h5 --engine --machine foo",
                     "--machine and --engine do not go together");
  ExpectOneLineError("replay tests/data/mlp.h5 --engine --lockstep",
                     "--lockstep and --engine do not go together");
  ExpectOneLineError("replay tests/data/mlp.h5 --machine cycle --lockstep", "use --machine rtl");
  for (const char* option : {"--json a", "--commands 5", "--seed 3", "--shapes 4x4x1", "--jobs 1"})
    ExpectOneLineError(std::string("regress --shape 4x4x1 --case 1:2 ") + option, "--case");
  ExpectOneLineError("gemm 4 4 4 --machine functional --wave w.fst", "--machine rtl");
  ExpectOneLineError("regress --commands 0", "--commands");
  ExpectOneLineError("regress --shapes 5x5x5", "16x16x4");
  ExpectOneLineError("regress --case 1:2", "--shape");
  for (const std::string id : {"one", "1", ":1", "1:", "-1:1", "99999999999999999999:1", "1:2x"})
    ExpectOneLineError("regress --shape 4x4x1 --case " + id,
                       "'" + id + "' is no case: write seed:number");
  for (const std::string of : {"gemm 4 4 4", "replay tests/data/mlp.h5", "regress"})
    ExpectOneLineError(of + " --seed -1", "--seed: '-1' is no whole number");
  for (const std::string seed : {"18446744073709551616", "1e3"})
    ExpectOneLineError("gemm 4 4 4 --seed " + seed, "--seed: '" + seed + "' is no whole number");
  ExpectOneLineError("regress --max-cycles -1", "--max-cycles: '-1' is no whole number");
  ExpectOneLineError("regress --case 1:0:q1 --shape 4x4x1", "edit");
  ExpectOneLineError("regress --wave w.fst", "--case");
  ExpectOneLineError("replay nosuchfile.h5", "tetralog train --record nosuchfile.h5");
  ExpectOneLineError("replay README.md", "is not an HDF5 file");
  ExpectOneLineError("replay tests/data/mlp.h5 --shape 5x5x5", "powers of two");
  ExpectOneLineError("replay tests/data/mlp.h5 --gemm nosuchgemm", "'nosuchgemm'; there are fc1_");
  ExpectOneLineError("replay", "traces is required");
  ExpectOneLineError("replay tests/data/mlp.h5 --stalls 99", "--stalls");
  ExpectOneLineError("replay tests/data/lenet.h5 --gemm fc3_forward --wave /proc/no/wave.fst",
                     "cannot write");
  ExpectOneLineError("replay tests/data/lenet.h5 --gemm fc3_forward --json /proc/no/report.json",
                     "cannot write");
}

TEST(TetralogTool, AnOldReportStaysWhenThereIsNoNewOne) {
  const std::string report = Scratch("old.json");
  for (const std::string arguments :
       {"gemm 4 4 4 --shape 3x3x3", "gemm 4 4 4 --machine functional --wave w.fst",
        "info --shape 3x3x3", "replay tests/data/mlp.h5 --gemm fc3_ --shape 5x5x5",
        "regress --shapes 4x4x1 --machine gates", "estimate --network mlp --shape 15x16x4"}) {
    std::ofstream(report) << "old";
    EXPECT_EQ(RunTool(arguments + " --json " + report).status, 2) << arguments;
    std::ifstream in(report);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "old") << arguments;
  }
}

TEST(TetralogTool, ATableThatIsCutOffIsAnError) {
  for (const std::string command :
       {"info", "gemm 4 4 4 --machine functional", "estimate --network mlp", "--help",
        "replay tests/data/mlp.h5 --gemm fc3_ --machine functional",
        "regress --machine cycle --shapes 4x4x1 --commands 2 --max-dim 20"}) {
    const Outcome outcome = RunTool(command, "2>&1 > /dev/full");
    EXPECT_EQ(outcome.status, 2) << command;
    EXPECT_EQ(outcome.text,
              "error: cannot write all of the standard output: No space left on device; send it "
              "where there is room\n")
        << command;
  }
}

TEST(TetralogTool, HelpSaysDefaultsFilesAndExitCodes) {
  for (const auto& [command, parts] :
       std::initializer_list<std::pair<std::string, std::vector<std::string>>>{
           {"train --help", {"--momentum", "(default: 0.9)", "(default: sawb)", "--csv FILE"}},
           {"gemm --help", {"8x8x2:axi_data=64:lanes=8", "--json FILE", "Exit codes: 0; 1 "}}}) {
    const Outcome outcome = RunTool(command);
    EXPECT_EQ(outcome.status, 0);
    for (const std::string& part : parts)
      EXPECT_NE(outcome.text.find(part), std::string::npos) << part << " in:\n" << outcome.text;
  }
  const Outcome version = RunTool("--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.text.find("tetralog "), 0u) << version.text;
}

// Of another name for a file that is read, and of two outputs.
TEST(TetralogTool, NoOutputTakesThePlaceOfAnotherFile) {
  const std::string input = Scratch("input"), link = Scratch("input_link");
  std::filesystem::remove(link);
  std::filesystem::create_symlink("input", link);
  std::filesystem::copy_file("tests/data/mlp.h5", input,
                             std::filesystem::copy_options::overwrite_existing);
  const auto size = std::filesystem::file_size(input);
  for (const std::string& path : {input, link})
    ExpectOneLineError("replay " + input + " --gemm fc3_ --json " + path,
                       path + ": named for two files");
  EXPECT_EQ(std::filesystem::file_size(input), size);
  ExpectOneLineError("replay tests/data/mlp.h5 --json " + link + " --wave " + input,
                     "named for two files");
  ExpectOneLineError("gemm 4 4 4 --json " + input + " --wave " + input, "named for two files");
  std::ofstream(input) << "name,m,n,k\na,1,2,3\n";
  ExpectOneLineError("estimate --layers " + input + " --json " + input, "named for two files");
}

}  // namespace
}  // namespace tetralog
