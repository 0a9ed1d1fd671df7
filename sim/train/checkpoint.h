// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of a training run: HDF5 behind a user block of 512 bytes that has the length and the
// hash of all that follows, so that no damaged byte reaches the HDF5 library.
//
// A checkpoint is written beside the last one, synced, and put in its place by a rename: whatever
// happens, the file at the path is a whole checkpoint, the old one or the new one.
//
// Every error is a std::runtime_error with one line that names the file and says what to do.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/train/trainer.h"

namespace tetralog::train {

struct Checkpoint {
  uint64_t step = 0;                 // steps done
  uint64_t images = 0;               // hash of what it was trained on
  std::string recipe;                // JSON
  std::vector<NamedValues> state;    // Trainer::Save()
  std::vector<NamedValues> history;  // what the run has measured so far
};

void WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint);
Checkpoint ReadCheckpoint(const std::string& path);

// Before any work: makes the folder, and makes sure that checkpoints can be written to this path,
// without touching one that is there.
void CheckCheckpointPath(const std::string& path);

}  // namespace tetralog::train
