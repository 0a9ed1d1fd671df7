// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog gemm`: one product of random tensors on one or more machines, and what it costs.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/dice.h"
#include "sim/driver.h"
#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/tool.h"
#include "sim/whole_file.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

struct GemmArguments {
  uint32_t m = 0, k = 0, n = 0;
  Format a = Format::kInt4, b = Format::kInt4, d = Format::kInt32;
  bool a_transposed = false, b_transposed = false, d_transposed = false, mask_transposed = false;
  bool mask = false, stochastic = false;
  uint32_t samples = 1, a_samples = 1, scale_mul = 1;
  std::optional<int> scale_shift;
  std::string c = "none";
  MachineArguments machines{.levels = {"functional", "rtl"}};
  std::string json, wave;
};

// What a machine made of the product.
struct GemmRun {
  std::string level;
  MachineShape shape;
  CommandResult result;
  Counters counters{};
  uint64_t commands = 0;
  Tensor d;
  std::vector<uint8_t> bytes;  // of D, all samples
};

constexpr uint64_t kSlack = 1 << 20;  // ring, records, alignment

uint64_t RowBytes16(uint64_t elements, bool int32) {
  return ((int32 ? 4 * elements : (elements + 1) / 2) + 15) / 16 * 16;
}

uint64_t MemoryBytes(const GemmArguments& g) {
  const auto tensor = [](uint64_t rows, uint64_t cols, bool int32) {
    return std::max(rows * RowBytes16(cols, int32), cols * RowBytes16(rows, int32));
  };
  return kSlack + tensor(g.m, g.k, false) * g.a_samples + tensor(g.k, g.n, false) +
         2 * tensor(g.m, g.n, true) + tensor(g.m, g.n, false) * (g.samples + 1) +
         tensor(g.m, g.n, true);
}

// The least shift for which four standard deviations of z, for codes of equal probability, fit D.
int LikelyShift(const GemmArguments& g) {
  const auto variance = [](Format format) -> uint64_t {
    return format == Format::kLog4 ? 683 : format == Format::kUint4 ? 78 : 22;
  };
  const uint64_t range = g.d == Format::kLog4    ? kLog4Max
                         : g.d == Format::kUint4 ? kUint4Max
                                                 : kInt4Max;
  const auto square = static_cast<unsigned __int128>(16) * g.k * g.a_samples * variance(g.a) *
                      variance(g.b) * g.scale_mul * g.scale_mul;
  int shift = 0;
  while (static_cast<unsigned __int128>(range * range) << 2 * shift < square) ++shift;
  return shift;
}

class Uploader {
 public:
  Uploader(Driver& driver, uint64_t seed) : driver_(driver), dice_(seed) {}

  // Codes of equal probability, but for LOG4's second zero and INT4's -8, which no quantiser emits.
  Tensor Codes(uint32_t rows, uint32_t cols, bool transposed, Format format, uint32_t samples) {
    if (transposed) std::swap(rows, cols);
    const Tensor tensor = driver_.NewTensor(rows, cols, format, samples);
    std::vector<uint8_t> codes(size_t{rows} * cols);
    for (uint32_t s = 0; s < samples; ++s) {
      for (uint8_t& code : codes) {
        code = static_cast<uint8_t>(dice_.Below(16));
        if (code == 8 && format != Format::kUint4) code = 0;
      }
      driver_.Upload(tensor, codes, s);
    }
    return tensor;
  }

  Addend C(const GemmArguments& g) {
    const uint32_t rows = g.c == "matrix" ? g.m : 1;
    const Tensor tensor = driver_.NewTensor(rows, g.c == "row" ? g.m : g.n, Format::kInt32);
    std::vector<int32_t> values(size_t{tensor.rows} * tensor.cols);
    for (int32_t& value : values) value = static_cast<int32_t>(dice_.Below(1 << 12)) - (1 << 11);
    driver_.UploadInt32(tensor, values);
    return g.c == "matrix" ? MatrixAddend(tensor)
           : g.c == "row"  ? RowBias(tensor)
                           : ColumnBias(tensor);
  }

  uint64_t Seed() { return dice_.Next(); }

 private:
  Driver& driver_;
  Dice dice_;
};

GemmRun RunOn(Machine& machine, const std::string& level, const GemmArguments& g,
              Progress& progress) {
  machine.OnProgress([&](uint64_t cycles) { progress.Show(fmt::format("cycle {}", cycles)); });
  if (!g.wave.empty() && level == "rtl") machine.Trace(g.wave);
  Driver driver(machine);
  Uploader upload(driver, g.machines.seed);
  GemmRequest request;
  request.a = upload.Codes(g.m, g.k, g.a_transposed, g.a, g.a_samples);
  request.b = upload.Codes(g.k, g.n, g.b_transposed, g.b, 1);
  request.a_transposed = g.a_transposed;
  request.b_transposed = g.b_transposed;
  request.d_transposed = g.d_transposed;
  request.mask_transposed = g.mask_transposed;
  request.a_samples = g.a_samples;
  if (g.mask) request.mask = upload.Codes(g.m, g.n, g.mask_transposed, Format::kUint4, 1);
  if (g.c != "none") request.c = upload.C(g);
  request.d =
      driver.NewTensor(g.d_transposed ? g.n : g.m, g.d_transposed ? g.m : g.n, g.d, g.samples);
  request.output = {.scale_mul = static_cast<uint8_t>(g.scale_mul),
                    .scale_shift = g.scale_shift.value_or(LikelyShift(g)),
                    .rounding = g.stochastic ? Rounding::kStochastic : Rounding::kNearest,
                    .seed = upload.Seed()};
  ClearCounters(machine);
  const Handle handle = driver.Gemm(request);
  GemmRun run{.level = level, .shape = driver.shape(), .result = driver.Wait(handle)};
  run.counters = ReadCounters(machine);
  run.commands = handle.count;
  run.d = request.d;
  run.bytes.resize(request.d.sample_bytes() * request.d.samples);
  machine.ReadMemory(request.d.address, run.bytes);
  progress.Clear();
  return run;
}

void Print(const GemmRun& run, uint64_t macs) {
  const Counters& c = run.counters;
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("  {:<20} {}\n", name, value);
  };
  fmt::print("{} {}\n", run.level, ShapeName(run.shape));
  line("commands", std::to_string(run.commands));
  if (const uint64_t cycles = c[kCounterBusy]; cycles != 0) {
    line("cycles", std::to_string(cycles));
    line("MACs busy", fmt::format("{:.1f} %", 100 * Utilisation(macs, cycles, run.shape)));
    line("operands enter", fmt::format("{} cycles", c[kCounterActive]));
    line("waits for A, B", fmt::format("{} cycles", c[kCounterStallOperand]));
    line("waits for the drain", fmt::format("{} cycles", c[kCounterStallDrain]));
    line("drain for C, mask", fmt::format("{} cycles", c[kCounterStallAddend]));
    line("drain for the writer", fmt::format("{} cycles", c[kCounterStallWrite]));
    line("bytes read, written", fmt::format("{}, {}", c[kCounterReadBytes], c[kCounterWriteBytes]));
  }
  line("products",
       fmt::format("{}, gated {} ({:.1f} %)", c[kCounterProducts], c[kCounterGated],
                   100 * static_cast<double>(c[kCounterGated]) /
                       static_cast<double>(std::max<uint64_t>(c[kCounterProducts], 1))));
  const unsigned __int128 squares = run.result.sum_squares();
  line("max |z|, sum |z|",
       fmt::format("{}, {}", run.result.record.max_abs, run.result.record.sum_abs));
  line("sum of z^2", fmt::format("{}", squares));
  line("wraps", std::to_string(run.result.wraps));
  line("zero codes", fmt::format("{}", fmt::join(run.result.zeros, " ")));
  line("clipped", fmt::format("{}", fmt::join(run.result.clipped, " ")));
}

const std::map<std::string, Format>& Formats() {
  static const std::map<std::string, Format> formats = {{"int4", Format::kInt4},
                                                        {"uint4", Format::kUint4},
                                                        {"log4", Format::kLog4},
                                                        {"int32", Format::kInt32}};
  return formats;
}

std::string NameOf(Format format) {
  return std::find_if(Formats().begin(), Formats().end(),
                      [&](const auto& entry) { return entry.second == format; })
      ->first;
}

Json RunJson(const GemmRun& run, uint64_t macs) {
  Json json = {{"machine", run.level}, {"commands", run.commands}};
  json.update(CountersJson(run.counters));
  json.update({{"utilisation", UtilisationJson(macs, run.counters[kCounterBusy], run.shape)},
               {"max_abs", run.result.record.max_abs},
               {"sum_abs", run.result.record.sum_abs},
               {"wraps", run.result.wraps},
               {"zeros", run.result.zeros},
               {"clipped", run.result.clipped}});
  return json;
}

// By the names of the options, so that a run can be repeated from its report.
Json OptionsJson(const GemmArguments& g) {
  Json json = {{"a", NameOf(g.a)},
               {"b", NameOf(g.b)},
               {"d", NameOf(g.d)},
               {"a_transposed", g.a_transposed},
               {"b_transposed", g.b_transposed},
               {"d_transposed", g.d_transposed},
               {"mask", g.mask},
               {"mask_transposed", g.mask_transposed},
               {"samples", g.samples},
               {"a_samples", g.a_samples},
               {"c", g.c},
               {"stochastic", g.stochastic},
               {"scale_mul", g.scale_mul},
               {"scale_shift", g.scale_shift.value_or(LikelyShift(g))},
               {"lockstep", g.machines.lockstep}};
  if (g.d == Format::kInt32) json["scale_mul"] = json["scale_shift"] = nullptr;
  return json;
}

// The first difference of two machines, or nothing.
std::string Difference(const GemmRun& a, const GemmRun& b) {
  const auto at = std::mismatch(a.bytes.begin(), a.bytes.end(), b.bytes.begin());
  if (at.first != a.bytes.end()) {
    const auto offset = static_cast<uint64_t>(at.first - a.bytes.begin());
    const uint64_t in_sample = offset % a.d.sample_bytes();
    return fmt::format("sample {}, stored row {}, byte {}: {} has {:#04x}, {} {:#04x}",
                       offset / a.d.sample_bytes(), in_sample / a.d.stride, in_sample % a.d.stride,
                       a.level, *at.first, b.level, *at.second);
  }
  const CommandResult &x = a.result, &y = b.result;
  const bool equal = x.record.max_abs == y.record.max_abs && x.record.sum_abs == y.record.sum_abs &&
                     x.sum_squares() == y.sum_squares() && x.wraps == y.wraps &&
                     x.zeros == y.zeros && x.clipped == y.clipped;
  if (!equal) return "the statistics differ";
  if (a.counters[kCounterProducts] != b.counters[kCounterProducts] ||
      a.counters[kCounterGated] != b.counters[kCounterGated])
    return "the counts of products differ";
  if (a.counters[kCounterBusy] == 0 || b.counters[kCounterBusy] == 0) return "";  // without time
  return a.counters == b.counters ? "" : "the counters of cycles and bytes differ";
}

// Of each of the runs and those before it.
std::string FirstDifference(const std::vector<GemmRun>& runs) {
  for (size_t i = 1; i < runs.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (const std::string text = Difference(runs[j], runs[i]); !text.empty())
        return fmt::format("{} and {}: {}", runs[j].level, runs[i].level, text);
  return "";
}

// Everything that can be wrong is found here, before any machine runs.
void Check(const GemmArguments& g) {
  const auto refuse = [](bool wrong, const char* line) {
    if (wrong) throw std::invalid_argument(line);
  };
  const bool sums = g.d == Format::kInt32, log4 = g.d == Format::kLog4;
  refuse(g.samples != 1 && !log4, "--samples: only LOG4 has several; give --d log4");
  refuse(g.scale_mul != 1 && (sums || log4),
         "--scale-mul: only INT4 and UINT4 have a multiplier; give --d int4 or --d uint4");
  refuse(g.scale_shift && sums, "--scale-shift: INT32 has no scale; give another --d");
  refuse(g.stochastic && sums, "--stochastic: INT32 is not rounded; give --d int4 or --d uint4");
  refuse(g.stochastic && log4, "--stochastic: LOG4 is always rounded so; leave it out");
  g.machines.Check();
  refuse(!g.wave.empty() && !g.machines.Has("rtl"),
         "only the RTL has a waveform: use --machine rtl");
  CheckOutputs({g.json, g.wave});
}

int RunGemm(const GemmArguments& g) {
  Check(g);
  const uint64_t macs = uint64_t{g.m} * g.n * g.k * g.a_samples;
  Progress progress;
  std::vector<GemmRun> runs;
  for (const std::string& level : g.machines.levels) {
    const std::unique_ptr<Machine> machine = MakeMachine(level, g.machines, MemoryBytes(g));
    runs.push_back(RunOn(*machine, level, g, progress));
    Print(runs.back(), macs);
    if (!g.wave.empty() && level == "rtl") machine->Trace("");
  }
  const std::string difference = FirstDifference(runs);
  if (runs.size() > 1 && difference.empty())
    fmt::print("D ({} bytes), statistics and counts of products are equal\n", runs[0].bytes.size());
  if (!g.json.empty()) {
    Json report = Provenance();
    report.update({{"m", g.m}, {"k", g.k}, {"n", g.n}, {"macs", macs}, {"seed", g.machines.seed}});
    report["options"] = OptionsJson(g);
    report["stalls"] = g.machines.stalls;
    report["shape"] = ShapeJson(runs[0].shape);
    report["machines"] = Json::array();
    for (const GemmRun& run : runs) report["machines"].push_back(RunJson(run, macs));
    report["difference"] = difference;
    WriteReport(g.json, report);
  }
  if (!difference.empty()) fmt::print(stderr, "mismatch: D: {}\n", difference);
  return difference.empty() ? 0 : 1;
}

}  // namespace

void AddGemm(CLI::App& app, Action& action) {
  auto args = std::make_shared<GemmArguments>();
  CLI::App* command =
      app.add_subcommand("gemm", "run one product of random tensors and print what it costs");
  const CLI::Range dimension(1, 1 << 20);
  command->add_option("M", args->m, "rows of A and D")->required()->check(dimension);
  command->add_option("K", args->k, "columns of A, rows of B")->required()->check(dimension);
  command->add_option("N", args->n, "columns of B and D")->required()->check(dimension);
  const auto format = [&](const char* name, Format& value, const std::vector<std::string>& names,
                          const char* text) {
    command
        ->add_option_function<std::string>(
            name, [&value](const std::string& of) { value = Formats().at(of); }, text)
        ->check(CLI::IsMember(names))
        ->default_str(names.front());
  };
  format("--a", args->a, {"int4", "log4"}, "format of A");
  format("--b", args->b, {"int4", "uint4"}, "format of B");
  format("--d", args->d, {"int32", "int4", "uint4", "log4"}, "format of D");
  command->add_flag("--a-transposed", args->a_transposed, "A is stored by columns");
  command->add_flag("--b-transposed", args->b_transposed, "B is stored by columns");
  command->add_flag("--d-transposed", args->d_transposed, "D is stored by columns");
  command->add_flag("--mask", args->mask, "with a mask");
  command->add_flag("--mask-transposed", args->mask_transposed, "the mask is stored by columns")
      ->needs("--mask");
  const CLI::Range samples(1, static_cast<int>(kMaxSamples));
  command->add_option("--samples", args->samples, "samples of D")->check(samples);
  command->add_option("--a-samples", args->a_samples, "samples of A, all summed")->check(samples);
  command->add_option("--c", args->c, "addend: none, row (a value a row), col, matrix")
      ->check(CLI::IsMember({"none", "row", "col", "matrix"}))
      ->capture_default_str();
  command->add_flag("--stochastic", args->stochastic, "round INT4 or UINT4 results at random");
  command->add_option("--scale-mul", args->scale_mul, "multiplier m of the scale")
      ->check(CLI::Range(1, 255));
  command->add_option("--scale-shift", args->scale_shift, "shift n of the scale")
      ->check(CLI::Range(kScaleShiftMin, kScaleShiftMax))
      ->default_str("by the expected size of z");
  args->machines.AddLevels(*command);
  args->machines.AddLockstep(*command);
  args->machines.AddShape(*command);
  args->machines.AddStalls(*command);
  command->add_option("--seed", args->machines.seed, "seed of the tensors and of the stalls")
      ->check(WholeNumberFault)
      ->capture_default_str();
  command->add_option("--json", args->json, "write the report to this file");
  command->add_option("--wave", args->wave, "write a waveform (FST) of the RTL to this file");
  command->callback([args, &action] { action = [args] { return RunGemm(*args); }; });
}

}  // namespace tetralog
