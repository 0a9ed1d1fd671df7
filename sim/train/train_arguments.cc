// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/train_arguments.h"

#include <filesystem>
#include <stdexcept>

#include "sim/reference/dataset.h"
#include "sim/train/checkpoint.h"
#include "sim/train/tensor_trainer.h"
#include "sim/whole_file.h"

namespace tetralog::train {
namespace {

void Refuse(bool wrong, const char* line) {
  if (wrong) throw std::invalid_argument(line);
}

}  // namespace

void AddTrainOptions(CLI::App& command, TrainArguments& arguments) {
  TrainArguments* const args = &arguments;
  args->data = reference::kDatasetFolder;
  command.add_option("--config", args->config,
                     "file of recipe keys, JSON or lines key = value; the command line wins");
  for (const RecipeKey& key : RecipeKeys()) {
    command
        .add_option_function<std::string>(
            "--" + key.name,
            [args, name = key.name](const std::string& value) {
              args->values.emplace_back(name, value);
            },
            key.help)
        ->take_last()
        ->group("Recipe");
  }
  const CLI::Range steps(uint64_t{1}, uint64_t{1'000'000'000});
  command.add_option("--data", args->data, "folder of the IDX files of Fashion-MNIST")
      ->capture_default_str();
  command.add_option("--checkpoint", args->checkpoint,
                     "file to go on from, written as the run goes");
  command
      .add_option("--checkpoint-every", args->checkpoint_every,
                  "steps between checkpoints (default: an epoch)")
      ->check(steps);
  command.add_flag("--resume", args->resume, "go on from the checkpoint");
  command
      .add_option("--check-every", args->check_every,
                  "every so many steps, run the step on a second machine too and compare")
      ->check(steps);
  command
      .add_option("--check-machine", args->check_machine,
                  "the second machine (default: reference; for the reference, functional)")
      ->check(CLI::IsMember({"reference", "functional", "cycle", "rtl"}));
  command.add_option("--record", args->record,
                     "trace file (HDF5) of the GEMMs of the last steps, for tetralog replay");
  command.add_option("--record-steps", args->record_steps, "how many steps to record")
      ->check(CLI::Range(1, 1000))
      ->needs("--record")
      ->capture_default_str();
  command
      .add_option("--test-images", args->test_images,
                  "test on the first so many (default: all); 0: no tests")
      ->check(CLI::Range(0, 1'000'000));
  command.add_option("--json", args->json, "write the result to this file");
  command.add_option("--csv", args->csv,
                     "write loss, accuracy and rate of every step to this file");
  command.add_option("--plot", args->plot, "draw the learning curve into this file (SVG)");
  command.add_option("--histogram", args->histogram,
                     "draw how often the gradients of the last epoch have each code (SVG)");
}

Recipe CheckTrainArguments(const TrainArguments& args, size_t train_images) {
  Recipe recipe;
  if (!args.config.empty()) ReadRecipeFile(args.config, &recipe);
  for (const auto& [key, value] : args.values) SetRecipeValue(key, value, "--", &recipe);
  CompleteRecipe(train_images, &recipe);
  Refuse(args.checkpoint.empty() && args.resume, "--resume: of what? give --checkpoint FILE too");
  Refuse(args.checkpoint.empty() && args.checkpoint_every > 0,
         "--checkpoint-every: into which file? give --checkpoint FILE too");
  Refuse(args.check_every == 0 && !args.check_machine.empty(),
         "--check-machine: how often? give --check-every N too");
  // ResNet and vit round their gradients on the host, so their GEMMs are the machine's in any case.
  const bool broken = recipe.variant != "luq" && !IsTensorNetwork(recipe.network);
  Refuse(!args.record.empty() && (recipe.variant == "fp32" || broken || recipe.fnt > 0),
         "--record: steps in FP32 or of broken variants cannot be replayed; leave it out");
  Refuse(!args.histogram.empty() && (recipe.variant == "fp32" || recipe.fnt == recipe.steps),
         "--histogram: gradients in FP32 have no codes; leave it out");
  if (!args.checkpoint.empty()) {
    CheckCheckpointPath(args.checkpoint);
    const bool exists = std::filesystem::exists(args.checkpoint);
    if (exists && !args.resume)
      throw std::runtime_error(args.checkpoint +
                               ": is there already; give --resume to go on from it, or remove it");
    if (!exists && args.resume)
      throw std::runtime_error(args.checkpoint +
                               ": there is no such checkpoint; leave --resume out to start");
  }
  CheckOutputs({args.json, args.csv, args.plot, args.record, args.histogram},
               {args.config, args.checkpoint});
  return recipe;
}

}  // namespace tetralog::train
