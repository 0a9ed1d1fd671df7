// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// random_report: puts the random source, and two sources known to be bad, through the statistical
// tests; prints a table in Markdown and writes build/report/random.json. Exit code 1 when the
// source fails a test or a bad source fails none.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/random_source.h"
#include "sim/bad_random_sources.h"
#include "sim/provenance.h"
#include "sim/random_statistics.h"
#include "sim/whole_number.h"

namespace {

using nlohmann::ordered_json;
using namespace tetralog;  // NOLINT: a main file

constexpr size_t kSide = 1024;  // rows and columns of the smaller grids

struct Options {
  uint64_t seed = 0x9e3779b97f4a7c15;
  size_t rows = 8192;
  size_t trials = 16384;
  size_t seeds = 32;
  std::string output = "build/report/random.json";
};

ordered_json ToJson(const std::vector<RandomFinding>& findings) {
  ordered_json list = ordered_json::array();
  for (const RandomFinding& f : findings) {
    list.push_back({{"test", f.test},
                    {"statistics", f.statistics},
                    {"worst", f.worst},
                    {"limit", f.limit},
                    {"passed", f.passed()}});
  }
  return list;
}

size_t Failures(const std::vector<RandomFinding>& findings) {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(), [](auto& f) { return !f.passed(); }));
}

void PrintTable(const std::vector<RandomFinding>& good, const std::vector<RandomFinding>& shared,
                const std::vector<RandomFinding>& lfsr) {
  fmt::print("| test | statistics | limit | source | one word down the rows | stepped LFSR |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  const auto cell = [](const RandomFinding& f) {
    return f.passed() ? fmt::format("{:.2f}", f.worst) : fmt::format("**{:.1f}**", f.worst);
  };
  for (size_t i = 0; i < good.size(); ++i) {
    fmt::print("| {} | {} | {:.2f} | {} | {} | {} |\n", good[i].test, good[i].statistics,
               good[i].limit, cell(good[i]), cell(shared[i]), cell(lfsr[i]));
  }
}

// Correlations at one distance within single seeds: of two bits, and of the top 12 bits as a
// number.
struct SingleSeeds {
  std::string distance;
  size_t bits_over_limit = 0;  // seeds
  size_t words_over_limit = 0;
  double worst_bits = 0;  // in standard errors
  double worst_words = 0;
};

SingleSeeds MeasureSingleSeeds(const Options& options, uint32_t drow, uint32_t dgroup) {
  const RandomFunction moved = [drow, dgroup](uint64_t seed, uint8_t sample, uint32_t row,
                                              uint32_t col) {
    return RandomWord(seed, sample, row + drow, col + 16 * dgroup);
  };
  SingleSeeds result;
  result.distance =
      drow != 0 ? fmt::format("{} rows", drow) : fmt::format("{} columns", 16 * dgroup);
  for (size_t i = 0; i < options.seeds; ++i) {
    const uint64_t seed = options.seed * (2 * i + 1);
    const RandomGrid a = GridOfSeed(RandomWord, seed, 0, kSide, kSide);
    const RandomGrid b = GridOfSeed(moved, seed, 0, kSide, kSide);
    const RandomFinding bits = TestBits("", a, b, 0);
    const RandomFinding words = TestWords("", a, b);
    result.bits_over_limit += bits.passed() ? 0 : 1;
    result.words_over_limit += words.passed() ? 0 : 1;
    result.worst_bits = std::max(result.worst_bits, std::abs(bits.worst));
    result.worst_words = std::max(result.worst_words, std::abs(words.worst));
  }
  return result;
}

ordered_json ReportSingleSeeds(const Options& options) {
  ordered_json list = ordered_json::array();
  fmt::print(
      "\n| {} single seeds, distance | bits over {:.2f} | worst | correlation | words over {:.2f} "
      "| "
      "worst |\n|---|---|---|---|---|---|\n",
      options.seeds, RandomLimit(65536), RandomLimit(16));
  const auto add = [&](uint32_t drow, uint32_t dgroup) {
    const SingleSeeds s = MeasureSingleSeeds(options, drow, dgroup);
    const double correlation = s.worst_bits / std::sqrt(kSide * kSide / 16.0);
    fmt::print("| {} | {} seeds | {:.2f} | {:.1f} % | {} seeds | {:.2f} |\n", s.distance,
               s.bits_over_limit, s.worst_bits, 100 * correlation, s.words_over_limit,
               s.worst_words);
    list.push_back({{"distance", s.distance},
                    {"seeds", options.seeds},
                    {"seeds_with_bits_over_limit", s.bits_over_limit},
                    {"worst_bits", s.worst_bits},
                    {"worst_bit_correlation", correlation},
                    {"seeds_with_words_over_limit", s.words_over_limit},
                    {"worst_words", s.worst_words}});
  };
  for (uint32_t drow : {1, 2, 16, 64, 128, 256}) add(drow, 0);
  for (uint32_t dgroup : {1, 2, 8, 16}) add(0, dgroup);
  return list;
}

int Run(const Options& options) {
  const auto test = [&options](const RandomFunction& source) {
    return TestRandomSource(source, options.seed, options.rows, options.trials);
  };
  const auto weak_test = [&options](const RandomFunction& source) {
    return TestRandomSource(source, options.seed, kSide, 64);
  };
  const std::vector<RandomFinding> good = test(RandomWord);
  const std::vector<RandomFinding> shared = weak_test(SharedRowsWord);
  const std::vector<RandomFinding> lfsr = weak_test(SteppedLfsrWord);
  PrintTable(good, shared, lfsr);
  const bool passed = Failures(good) == 0 && Failures(shared) > 0 && Failures(lfsr) > 0;
  ordered_json report = {{"seed", fmt::format("{:016x}", options.seed)},
                         {"rows", options.rows},
                         {"columns", kSide},
                         {"avalanche_trials", options.trials},
                         {"passed", passed},
                         {"source", ToJson(good)},
                         {"bad_shared_rows", ToJson(shared)},
                         {"bad_stepped_lfsr", ToJson(lfsr)},
                         {"single_seeds", ReportSingleSeeds(options)}};
  report.update(Provenance());
  WriteReport(options.output, report);
  fmt::print("\n{} of {} tests failed; the bad sources failed {} and {}\n", Failures(good),
             good.size(), Failures(shared), Failures(lfsr));
  return passed ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Statistical tests of the random bits");
  app.add_option("--seed", options.seed, "seed of the words tested")
      ->check(WholeNumberFault)
      ->capture_default_str();
  app.add_option("--rows", options.rows, "rows of 1024 words a grid, at least 1024")
      ->check(CLI::Range(1024, 1 << 20))
      ->capture_default_str();
  app.add_option("--trials", options.trials, "avalanche trials an input bit")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "seeds that are looked at one by one")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--output", options.output, "JSON report")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return Run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
