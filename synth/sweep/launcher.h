// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Where the points of a sweep run: here, several at once, or on a Slurm cluster, as tasks of one
// array job. The command line of a point is the same.

#pragma once

#include <string>
#include <vector>

#include "sim/run_programs.h"

namespace tetralog {

struct LaunchOptions {
  std::string launcher = "local";  // or "slurm"
  size_t jobs = 1;                 // points at once
  std::string folder;              // for what Slurm has to be told
  std::string sbatch;              // further options of sbatch
  double poll_seconds = 5;         // between looks at Slurm's queue
};

// Runs all programs; events.failed is for those that fail, the others go on. False: a signal
// stopped it, and what it had started. Throws std::runtime_error with one line when nothing can be
// started.
bool Launch(const std::vector<Program>& programs, const LaunchOptions& options,
            const ProgramEvents& events);

// The second launcher. A task is over when it has left the queue; its exit code is the last line of
// <log>.exit.
bool RunSlurm(const std::vector<Program>& programs, const LaunchOptions& options,
              const ProgramEvents& events);

}  // namespace tetralog
