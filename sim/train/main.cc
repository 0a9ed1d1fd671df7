// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tetralog-train: what `tetralog train` starts. A program of its own, as loading the tensor library
// takes longer than most commands of the tool. Exit codes: 0, 130 when a signal stopped the run
// after a step, 2 for errors.

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <new>
#include <optional>
#include <stdexcept>

#include "sim/core_builds.h"
#include "sim/counters.h"
#include "sim/provenance.h"
#include "sim/reference/trainer.h"
#include "sim/shape_text.h"
#include "sim/train/run.h"
#include "sim/train/run_report.h"
#include "sim/train/train_arguments.h"
#include "sim/train/training.h"
#include "sim/whole_file.h"

namespace tetralog::train {
namespace {

constexpr uint64_t kMemory = 256 << 20;

volatile std::sig_atomic_t stop_asked = 0;

// The second signal ends the program at once.
void Stop(int signal) {
  stop_asked = 1;
  std::signal(signal, SIG_DFL);
}

std::unique_ptr<Machine> MakeAnyMachine(const std::string& level, const std::string& shape) {
  if (level == "rtl") return MakeRtlMachine(shape, kMemory);
  return MakeModelMachine(level, shape, RtlBuilds());
}

void WriteRecord(const std::string& path, const Recipe& recipe, std::vector<TraceGemm> gemms) {
  Trace trace;
  trace.network = recipe.network;
  trace.dataset = "Fashion-MNIST";
  trace.libraries = "libtorch " + reference::tensor_library_version();
  trace.command = "tetralog train, recipe " + RecipeJson(recipe).dump();
  trace.seed = recipe.seed;
  trace.gemms = std::move(gemms);
  if (trace.gemms.empty()) {
    throw std::runtime_error(path +
                             ": the run was at its end, so no step was recorded; leave "
                             "--record out or give more steps");
  }
  constexpr unsigned kFast = 1;  // of large networks the smallest file takes minutes
  write_trace(path, trace, kFast);
  fmt::print("recorded {} GEMMs in {}, {:.1f} MB\n", trace.gemms.size(), path,
             static_cast<double>(std::filesystem::file_size(path)) * 1e-6);
}

// A recording is held in memory until the run is done, so it is small even where the disk is not.
uint64_t RecordRoom(const std::string& path) {
  constexpr uint64_t kMost = 1 << 30;
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  return std::min<uint64_t>(kMost, std::filesystem::space(folder).available);
}

// What the machine that trains counted in all its commands, those of tests too.
struct MachineCount {
  Counters counters;
  double utilisation = 0;  // part of the array's products of these cycles that were wanted
};

// Nothing where the machine has no clock.
std::optional<MachineCount> CountOf(const Recipe& recipe, const Training& training) {
  if (training.machines.empty() || training.machines.front()->cycles() == 0) return std::nullopt;
  if (recipe.machine == "reference") return std::nullopt;  // then the first one only checks
  MachineCount count{.counters = ReadCounters(*training.machines.front())};
  const uint64_t cycles = count.counters[kCounterBusy];
  const double most = static_cast<double>(cycles) *
                      static_cast<double>(ParseShape(recipe.shape, RtlBuilds()).macs());
  if (cycles != 0) count.utilisation = static_cast<double>(count.counters[kCounterProducts]) / most;
  return count;
}

nlohmann::ordered_json CountJson(const MachineCount& count) {
  const Counters& c = count.counters;
  return {{"cycles", c[kCounterBusy]},          {"utilisation", count.utilisation},
          {"products", c[kCounterProducts]},    {"gated", c[kCounterGated]},
          {"read_bytes", c[kCounterReadBytes]}, {"write_bytes", c[kCounterWriteBytes]}};
}

std::string CountText(const MachineCount& count) {
  const Counters& c = count.counters;
  const auto products = static_cast<double>(c[kCounterProducts]);
  return fmt::format(
      "{} cycles, {:.1f} % of the MACs busy; {} products, {:.1f} % gated; "
      "{:.1f} MB read, {:.1f} MB written",
      c[kCounterBusy], 100 * count.utilisation, c[kCounterProducts],
      products == 0 ? 0 : 100 * static_cast<double>(c[kCounterGated]) / products,
      static_cast<double>(c[kCounterReadBytes]) * 1e-6,
      static_cast<double>(c[kCounterWriteBytes]) * 1e-6);
}

// Every file is tried; then all errors are one, with a line each.
class Outputs {
 public:
  void Try(const std::string& path, const std::function<void()>& write) {
    if (path.empty()) return;
    try {
      write();
    } catch (const std::exception& e) {
      if (!errors_.empty()) errors_ += "\nerror: ";
      errors_ += e.what();
    }
  }
  void Finish() const {
    if (!errors_.empty()) throw std::runtime_error(errors_);
  }

 private:
  std::string errors_;
};

void WriteResult(const TrainArguments& args, const Recipe& recipe,
                 const reference::Dataset& dataset, const Training& training, RunResult& result,
                 const CodeHistogram& histogram) {
  Outputs outputs;
  outputs.Try(args.json, [&] {
    nlohmann::ordered_json report = RunJson(recipe, result);
    report["data_hash"] = {{"train", HashText(ImagesHash(dataset.train))},
                           {"test", HashText(ImagesHash(dataset.test))}};
    report["check_every"] = args.check_every;
    if (training.checker != nullptr) {
      report["check_machine"] = training.check_machine;
      report["checked_steps"] = training.checker->checked();
    }
    if (const auto count = CountOf(recipe, training)) report["counters"] = CountJson(*count);
    if (!args.histogram.empty()) {
      report["gradient_codes"] = GradientCodesJson(histogram, result.histogram_steps);
    }
    report.update(Provenance());
    report["tools"]["libtorch"] = reference::tensor_library_version();
    WriteReport(args.json, report);
  });
  outputs.Try(args.plot, [&] { WriteOutput(args.plot, LearningCurveSvg(recipe, result)); });
  outputs.Try(args.histogram, [&] {
    WriteOutput(args.histogram, GradientCodesSvg(recipe, histogram, result.histogram_steps));
  });
  outputs.Try(args.record, [&] { WriteRecord(args.record, recipe, std::move(result.record)); });
  outputs.Finish();
}

std::string TestText(const RunResult& result) {
  return result.test_accuracy ? fmt::format("test accuracy {:.2f} %", 100 * *result.test_accuracy)
                              : "not tested";
}

void PrintResult(const TrainArguments& args, const Recipe& recipe, const Training& training,
                 const RunResult& result) {
  fmt::print("{} on {}: {} steps, mean loss {:.4f} of the last {}, {}, weights {}\n",
             recipe.network, recipe.machine, result.steps, result.train_loss, result.loss_steps,
             TestText(result), HashText(result.weights_hash));
  if (const auto count = CountOf(recipe, training)) fmt::print("{}\n", CountText(*count));
  if (training.checker != nullptr) {
    const uint64_t checked = training.checker->checked();
    fmt::print("{}\n", checked == 0
                           ? fmt::format("no step was checked against {}: none of this run was one "
                                         "of every {}",
                                         training.check_machine, args.check_every)
                           : fmt::format("{} steps checked against {}: equal", checked,
                                         training.check_machine));
  }
  std::fflush(stdout);
}

int Train(const TrainArguments& args) {
  const reference::Dataset dataset = reference::load_dataset(args.data);
  const Recipe recipe = CheckTrainArguments(args, dataset.train.size());
  Training training = MakeTraining(recipe, {args.check_every, args.check_machine},
                                   !args.record.empty(), dataset.train, MakeAnyMachine);
  RunOptions options;
  options.checkpoint = args.checkpoint;
  options.checkpoint_every = args.checkpoint_every;
  options.resume = args.resume;
  options.csv = args.csv;
  if (args.test_images.value_or(0) > dataset.test.size())
    throw std::invalid_argument(
        fmt::format("--test-images: {} are more than the {} there are; give less",
                    *args.test_images, dataset.test.size()));
  options.test_images = args.test_images.value_or(dataset.test.size());
  options.stop = &stop_asked;
  options.recorder = training.recorder.get();
  options.record_steps = args.record_steps;
  if (!args.record.empty()) options.record_room = RecordRoom(args.record);
  CodeHistogram histogram;
  if (!args.histogram.empty()) options.histogram = &histogram;
  std::signal(SIGINT, Stop);
  std::signal(SIGTERM, Stop);
  if (std::signal(SIGHUP, Stop) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // under nohup
  RunResult result = RunTraining(recipe, options, dataset, *training.trainer);
  if (result.steps < recipe.steps) {
    fmt::print(stderr, "stopped after step {} of {}{}\n", result.steps, recipe.steps,
               args.checkpoint.empty() ? "" : "; give --resume to go on");
    return 130;
  }
  PrintResult(args, recipe, training, result);
  WriteResult(args, recipe, dataset, training, result, histogram);
  FlushStandardOutput();
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{"Train a network with every GEMM on a machine", "tetralog train"};
  TrainArguments args;
  AddTrainOptions(app, args);
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("error: {}; see --help\n", e.what());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  try {
    reference::prepare_process();
    std::signal(SIGXFSZ, SIG_IGN);  // a file that is too large is an error of write()
    return Train(args);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: memory is full: give a smaller batch\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
  }
  return 2;
}

}  // namespace
}  // namespace tetralog::train

int main(int argc, char** argv) { return tetralog::train::Main(argc, argv); }
