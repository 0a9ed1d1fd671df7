// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// `tetralog accuracy`: trains every recipe of an experiment on every seed and compares the test
// accuracies. Every run is a process of its own and leaves its result in a folder: what is finished
// is not repeated, what was stopped goes on from its checkpoint. Exit codes: 0, 1 when a limit is
// missed, 130 when a signal stopped it, 2 for errors.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>

#include "sim/progress.h"
#include "sim/provenance.h"
#include "sim/reference/dataset.h"
#include "sim/run_programs.h"
#include "sim/tool.h"
#include "sim/train/experiment.h"
#include "sim/train/run.h"
#include "sim/train/run_report.h"
#include "sim/whole_file.h"
#include "sim/whole_number.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

struct AccuracyArguments {
  std::string file, folder, json, table, data = reference::kDatasetFolder;
  std::vector<uint64_t> seeds;
  size_t jobs = 1;
};

// What results of runs must agree with.
struct Images {
  size_t train = 0;
  Json hash;
};

struct PlannedRun {
  const train::NamedRecipe* recipe;
  uint64_t seed;
  std::string path;  // of its files, without ending

  std::string Name() const { return fmt::format("{} seed {}", recipe->name, seed); }
  std::string Result() const { return path + ".json"; }
};

// At most one command works in a folder; the lock ends with the process.
void Lock(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const int file = open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (file < 0)
    throw std::runtime_error(folder.string() + ": cannot be written; give another --folder");
  if (flock(file, LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error(folder.string() +
                             ": another command trains here; wait for it or give another --folder");
}

std::vector<PlannedRun> Plan(const train::Experiment& experiment, const fs::path& folder) {
  std::vector<PlannedRun> runs;
  for (const uint64_t seed : experiment.seeds)
    for (const train::NamedRecipe& recipe : experiment.recipes)
      runs.push_back({&recipe, seed, folder / fmt::format("{}_{}", recipe.name, seed)});
  return runs;
}

// The result of a run, null if there is none yet; refuses that of another recipe.
Json ReadResult(const PlannedRun& run, const Images& images) {
  std::ifstream in(run.Result());
  if (!in) return nullptr;
  const Json json = Json::parse(in, nullptr, false);
  const auto refuse = [&](const std::string& what) {
    throw std::runtime_error(
        fmt::format("{}: {}; remove it, or give another --folder", run.Result(), what));
  };
  if (!json.is_object()) refuse("is no result of a run");
  for (const char* key : {"recipe", "steps", "data_hash", "test_accuracy"})
    if (!json.contains(key)) refuse(fmt::format("is no result of a run: it has no {}", key));
  if (const std::string fault = train::RecipeFault(json["recipe"]); !fault.empty())
    refuse("its recipe " + fault);
  const train::Recipe now = run.recipe->Of(run.seed, images.train);
  const train::Recipe before = train::RecipeFromJson(json["recipe"], run.Result() + ": ");
  const auto change = train::RecipeDifference(before, now);
  std::string other = change ? change->Text() : "";
  if (other.empty() && before.machine != now.machine) other = "machine is " + now.machine;
  if (other.empty() && json["steps"] != now.steps) other = fmt::format("steps are {}", now.steps);
  if (!other.empty()) refuse("is of another recipe: " + other);
  if (json["data_hash"] != images.hash) refuse("was trained on other images");
  if (!json["test_accuracy"].is_number()) refuse("has no test accuracy");
  return json;
}

Program ProgramOf(const PlannedRun& run, const AccuracyArguments& args) {
  const std::string checkpoint = run.path + ".h5";
  Program program{run.Name(), {}, run.path + ".log"};
  program.words = {fs::read_symlink("/proc/self/exe").parent_path() / "tetralog-train"};
  for (const auto& [key, value] : run.recipe->keys)
    program.words.insert(program.words.end(), {"--" + key, value});
  program.words.insert(program.words.end(),
                       {"--seed", std::to_string(run.seed), "--data", args.data, "--json",
                        run.Result(), "--checkpoint", checkpoint, "--checkpoint-every", "200"});
  if (fs::exists(checkpoint)) program.words.emplace_back("--resume");
  return program;
}

std::string PercentOf(const Json& result) {
  return fmt::format("{:.2f} %", 100 * result["test_accuracy"].get<double>());
}

bool TrainMissing(const std::vector<PlannedRun>& runs, const AccuracyArguments& args,
                  const Images& images) {
  std::vector<Program> programs;
  std::vector<const PlannedRun*> missing;
  std::string kept;
  for (const PlannedRun& run : runs) {
    const Json result = ReadResult(run, images);
    if (!result.is_null()) {
      kept += fmt::format("{}: {}, kept\n", run.Name(), PercentOf(result));
      continue;
    }
    programs.push_back(ProgramOf(run, args));
    missing.push_back(&run);
  }
  fmt::print("{}", kept);
  std::fflush(stdout);
  Progress progress;
  size_t done = runs.size() - programs.size();
  ProgramEvents events;
  events.done = [&](const Program& program, double seconds) {
    progress.Clear();
    const PlannedRun& run = *missing[static_cast<size_t>(&program - programs.data())];
    const Json result = ReadResult(run, images);
    if (result.is_null()) throw std::runtime_error(program.log + ": the run left no result");
    fmt::print("{}: {} ({:.0f} s)\n", run.Name(), PercentOf(result), seconds);
    std::fflush(stdout);
    ++done;
  };
  events.wait = [&](const std::vector<std::string>& running, double seconds) {
    progress.Show(fmt::format("{} of {} runs, {:.0f} s, training {}", done, runs.size(), seconds,
                              fmt::join(running, ", ")));
  };
  return RunPrograms(programs, args.jobs, events);
}

int RunAccuracy(AccuracyArguments args) {
  train::Experiment experiment = train::ReadExperiment(args.file);
  if (!args.seeds.empty()) experiment.seeds = args.seeds;
  if (std::set(experiment.seeds.begin(), experiment.seeds.end()).size() != experiment.seeds.size())
    throw std::invalid_argument("seeds: one is there twice; give each once");
  const fs::path folder = args.folder.empty() ? "build/accuracy/" + experiment.name : args.folder;
  if (args.json.empty()) args.json = fmt::format("build/report/accuracy_{}.json", experiment.name);
  if (args.table.empty()) args.table = fs::path(args.json).replace_extension(".md");
  const reference::Dataset dataset = reference::load_dataset(args.data);
  const Images images{dataset.train.size(),
                      {{"train", train::HashText(train::ImagesHash(dataset.train))},
                       {"test", train::HashText(train::ImagesHash(dataset.test))}}};
  for (const train::NamedRecipe& recipe : experiment.recipes) recipe.Of(0, images.train);
  CheckOutputs({args.json, args.table}, {args.file});
  Lock(folder);
  const std::vector<PlannedRun> runs = Plan(experiment, folder);
  if (!TrainMissing(runs, args, images)) {
    fmt::print(stderr, "stopped; the same command goes on\n");
    return 130;
  }

  std::vector<train::Accuracies> results(experiment.recipes.size());
  Json report = {
      {"experiment", experiment.name}, {"seeds", experiment.seeds}, {"runs", Json::array()}};
  std::set<std::string> revisions;
  for (const PlannedRun& run : runs) {
    Json result = ReadResult(run, images);
    results[static_cast<size_t>(run.recipe - experiment.recipes.data())].values.push_back(
        100 * result["test_accuracy"].get<double>());
    revisions.insert(result["git_revision"].dump());
    result["name"] = run.recipe->name;
    report["runs"].push_back(std::move(result));
  }
  report.update(train::AccuracyJson(experiment, results));
  report.update(Provenance());
  const std::string table = train::AccuracyTable(experiment, results);
  fmt::print("\n{}", table);
  if (revisions.size() > 1)
    fmt::print("the runs are of {} revisions: {}\n", revisions.size(), fmt::join(revisions, ", "));
  std::fflush(stdout);
  WriteOutput(args.table, table);
  WriteReport(args.json, report);
  return report["passed"].get<bool>() ? 0 : 1;
}

}  // namespace

void AddAccuracy(CLI::App& app, Action& action) {
  auto args = std::make_shared<AccuracyArguments>();
  CLI::App* command = app.add_subcommand(
      "accuracy", "train the recipes of an experiment on several seeds, compare test accuracies");
  command->add_option("experiment", args->file, "JSON file, as those in sim/train/accuracy/")
      ->required();
  command->add_option("--jobs", args->jobs, "runs at the same time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_option("--seeds", args->seeds, "other seeds than the experiment's, with commas")
      ->check(WholeNumberFault)
      ->delimiter(',');
  command->add_option("--folder", args->folder, "of the runs (default: build/accuracy/NAME)");
  command->add_option("--data", args->data, "folder of the IDX files of Fashion-MNIST")
      ->capture_default_str();
  command->add_option("--json", args->json,
                      "write the report to this file (default: build/report/accuracy_NAME.json)");
  command->add_option("--table", args->table, "and the table (default: the same with .md)");
  command->callback([args, &action] { action = [args] { return RunAccuracy(*args); }; });
}

}  // namespace tetralog
