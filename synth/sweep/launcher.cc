// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/sweep/launcher.h"

namespace tetralog {

bool Launch(const std::vector<Program>& programs, const LaunchOptions& options,
            const ProgramEvents& events) {
  if (programs.empty()) return true;
  if (options.launcher == "slurm") return RunSlurm(programs, options, events);
  return RunPrograms(programs, options.jobs, events);
}

}  // namespace tetralog
