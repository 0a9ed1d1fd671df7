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

namespace {

using nlohmann::ordered_json;
using namespace tetralog;  // NOLINT: a main file

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

// The worst correlation of two bits a distance apart within single seeds.
struct FixedSeedBits {
  std::string distance;
  size_t seeds_over_limit = 0;
  double worst = 0;        // in standard errors
  double correlation = 0;  // the same
};

FixedSeedBits MeasureFixedSeeds(const Options& options, uint32_t drow, size_t dgroup) {
  constexpr size_t kRows = 1024, kCols = 1024;
  const RandomFunction moved = [drow](uint64_t seed, uint8_t sample, uint32_t row, uint32_t col) {
    return RandomWord(seed, sample, row + drow, col);
  };
  FixedSeedBits result;
  result.distance =
      drow != 0 ? fmt::format("{} rows", drow) : fmt::format("{} groups of columns", dgroup);
  const double pairs = kRows * (kCols / 16.0 - static_cast<double>(dgroup));
  for (size_t i = 0; i < options.seeds; ++i) {
    const uint64_t seed = options.seed * (2 * i + 1);
    const RandomFinding f = TestBits("", GridOfSeed(RandomWord, seed, 0, kRows, kCols),
                                     GridOfSeed(moved, seed, 0, kRows, kCols), dgroup);
    result.seeds_over_limit += f.passed() ? 0 : 1;
    if (std::abs(f.worst) > std::abs(result.worst)) result.worst = f.worst;
  }
  result.correlation = result.worst / std::sqrt(pairs);
  return result;
}

ordered_json ReportFixedSeeds(const Options& options) {
  ordered_json list = ordered_json::array();
  fmt::print(
      "\n| bits of a single seed, apart | seeds over the limit of {:.2f} | worst, standard "
      "errors | correlation |\n|---|---|---|---|\n",
      RandomLimit(65536));
  const auto add = [&](uint32_t drow, size_t dgroup) {
    const FixedSeedBits bits = MeasureFixedSeeds(options, drow, dgroup);
    fmt::print("| {} | {} of {} | {:.2f} | {:.2f} % |\n", bits.distance, bits.seeds_over_limit,
               options.seeds, bits.worst, 100 * bits.correlation);
    list.push_back({{"distance", bits.distance},
                    {"seeds", options.seeds},
                    {"seeds_over_limit", bits.seeds_over_limit},
                    {"worst", bits.worst},
                    {"correlation", bits.correlation}});
  };
  for (uint32_t drow : {1, 2, 16, 64, 128, 256}) add(drow, 0);
  for (size_t dgroup : {1, 2, 8, 16}) add(0, dgroup);
  return list;
}

int Run(const Options& options) {
  const auto test = [&options](const RandomFunction& source) {
    return TestRandomSource(source, options.seed, options.rows, options.trials);
  };
  const auto weak_test = [&options](const RandomFunction& source) {
    return TestRandomSource(source, options.seed, 1024, 64);
  };
  const std::vector<RandomFinding> good = test(RandomWord);
  const std::vector<RandomFinding> shared = weak_test(SharedRowsWord);
  const std::vector<RandomFinding> lfsr = weak_test(SteppedLfsrWord);
  PrintTable(good, shared, lfsr);
  const bool passed = Failures(good) == 0 && Failures(shared) > 0 && Failures(lfsr) > 0;
  ordered_json report = {{"seed", fmt::format("{:016x}", options.seed)},
                         {"rows", options.rows},
                         {"columns", 1024},
                         {"avalanche_trials", options.trials},
                         {"passed", passed},
                         {"source", ToJson(good)},
                         {"bad_shared_rows", ToJson(shared)},
                         {"bad_stepped_lfsr", ToJson(lfsr)},
                         {"bits_of_single_seeds", ReportFixedSeeds(options)}};
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
  app.add_option("--seed", options.seed, "seed of the words tested")->capture_default_str();
  app.add_option("--rows", options.rows, "rows of 1024 words a grid, at least 1024")
      ->check(CLI::Range(1024, 1 << 20))
      ->capture_default_str();
  app.add_option("--trials", options.trials, "avalanche trials an input bit")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "seeds whose bits are looked at one by one")
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
