// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A training run around a Trainer: batches, schedule, progress, metrics, tests, checkpoints.
//
// A run that goes on from a checkpoint ends as if it had never been interrupted: the same weights,
// the same history.

#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/reference/dataset.h"
#include "sim/trace_file.h"
#include "sim/train/recipe.h"
#include "sim/train/trainer.h"

namespace tetralog::train {

struct TestPoint {
  uint64_t step = 0;  // steps done
  double accuracy = 0;
  uint64_t images = 0;  // tested on; 0: not known, of an older checkpoint
};

// What was measured; accuracies are 0 to 1.
struct RunHistory {
  std::vector<double> loss, accuracy;  // of every step's batch, before its update
  std::vector<TestPoint> tests;        // at the end of every epoch and of the run
};

struct RunOptions {
  std::string checkpoint;         // file; empty: none
  uint64_t checkpoint_every = 0;  // steps; 0: at the end of every epoch
  bool resume = false;            // go on from the checkpoint
  std::string csv;                // metrics of every step; empty: none
  size_t test_images = SIZE_MAX;  // the first so many; 0: no tests
  bool quiet = false;             // print nothing
  // Set, by a signal: stop after this step, with a checkpoint.
  const volatile std::sig_atomic_t* stop = nullptr;
  // The last steps once more, on a trainer that records their GEMMs; null: no recording.
  Trainer* recorder = nullptr;
  uint64_t record_steps = 1;
  uint64_t record_room = UINT64_MAX;  // bytes that their GEMMs may take before compression
  // Counts the gradient codes of the last epoch's number of steps before those in FP32; null: none.
  CodeHistogram* histogram = nullptr;
};

struct RunResult {
  RunHistory history;
  uint64_t steps = 0;       // done, of all runs together
  uint64_t first_step = 0;  // of this run: that of the checkpoint
  uint64_t weights_hash = 0;
  double train_loss = 0, train_accuracy = 0;  // mean of the last epoch's number of steps,
  uint64_t loss_steps = 0;                    // or of all where these are fewer
  std::optional<double> test_accuracy;        // of the state at the end
  double seconds = 0;                         // of this run
  std::vector<TraceGemm> record;
  uint64_t histogram_steps = 0;  // that were counted, of this run
};

// The recipe is complete (CompleteRecipe) and the trainer new. Throws std::runtime_error with one
// line: checkpoint, CSV, a recording that would be too large (found before the first step), or one
// that differs from what the trainer computed.
RunResult RunTraining(const Recipe& recipe, const RunOptions& options,
                      const reference::Dataset& dataset, Trainer& trainer);

// Whether the last of so many steps is one in FP32 (FNT); a test after it is then in FP32 too.
bool InFp32(const Recipe& recipe, uint64_t done);

// Learning rate of a step.
double RateAt(const Recipe& recipe, uint64_t steps_per_epoch, uint64_t step);

// Hash of the images and labels of a run.
uint64_t ImagesHash(const reference::Images& images);

}  // namespace tetralog::train
