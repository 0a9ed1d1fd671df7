// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The sweep of a design space: docs/sweep.md.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <filesystem>
#include <thread>

#include "synth/sweep/sweep.h"

int main(int argc, char** argv) {
  tetralog::SweepArguments args;
  args.point_command =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sweep_point";
  args.launch.jobs = std::max(1u, std::thread::hardware_concurrency());
  CLI::App app{"Area, clock, energy, utilisation and rounding over a design space"};
  app.add_option("--space", args.space, "design space (JSON)")->capture_default_str();
  app.add_option("--lib", args.lib, "Liberty file")->capture_default_str();
  app.add_option("--launcher", args.launch.launcher, "where points run: local or slurm")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->capture_default_str();
  app.add_option("--jobs", args.launch.jobs, "points at the same time")
      ->check(CLI::Range(1, 1000))
      ->default_str("one a processor");
  app.add_option("--sbatch", args.launch.sbatch, "further options of sbatch, in one word");
  app.add_option("--poll", args.launch.poll_seconds, "seconds between looks at Slurm's queue")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--folder", args.folder, "of results (default: build/sweep/NAME)");
  app.add_option("--cache", args.cache,
                 "netlists of units (default: build/synth/netlists/LIBRARY)");
  app.add_option("--report", args.report, "JSON report; CSV, table and plots beside it")
      ->capture_default_str();
  app.add_flag("--no-energy", args.no_energy, "without energy, which takes most of the time");
  app.add_option("--beats", args.beats, "operand beats of each of 64 engines, for energy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--point-command", args.point_command, "what measures a point")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    fmt::print(stderr, "error: {}; see --help\n", e.what());
    return 2;
  }
  try {
    return tetralog::RunSweep(args);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
