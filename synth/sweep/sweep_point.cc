// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Measures one point of a design space. The sweep starts it for every point that it has no result
// of, here or through Slurm; by hand it does the same.

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <filesystem>
#include <string>

#include "sim/provenance.h"
#include "sim/shape_text.h"
#include "synth/sweep/point.h"
#include "synth/text_file.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

// A signal that ends this process ends the tools that it has started too.
void EndTools(int signal) {
  std::signal(signal, SIG_DFL);
  kill(0, signal);
}

void TakeToolsAlong() {
  // Started by the sweep it has a group of its own; with a terminal, the shell's job is one.
  if (isatty(STDERR_FILENO) == 0 && getpgrp() != getpid() && setpgid(0, 0) != 0) return;
  if (getpgrp() != getpid()) return;
  std::signal(SIGTERM, EndTools);
  std::signal(SIGINT, EndTools);
}

int Measure(PointArguments args, const std::string& shape, const std::string& inputs,
            const std::string& out) {
  args.shape = ParseShape(shape);
  TakeToolsAlong();
  const std::string program = fs::read_symlink("/proc/self/exe");
  const auto check = [&](const std::string& hash) {
    if (!inputs.empty() && inputs != hash)
      throw std::runtime_error(
          "the sources have changed since the sweep was started; start it again");
    return hash;
  };
  const std::string hash = check(InputsOf(args, program));
  nlohmann::ordered_json result = {{"inputs", hash}};
  result.update(MeasurePoint(args));
  if (InputsOf(args, program) != hash)
    throw std::runtime_error("the sources have changed while they were measured; start again");
  result["git_revision"] = Provenance().at("git_revision");
  WriteTextFile(out, result.dump(2) + "\n");
  return 0;
}

}  // namespace
}  // namespace tetralog

int main(int argc, char** argv) {
  tetralog::PointArguments args;
  std::string shape, inputs, out;
  CLI::App app{"Area, clock, utilisation, energy and rounding of one point of a design space"};
  app.add_option("--shape", shape, "ROWSxCOLSxDOT, then :parameter=value")->required();
  app.add_option("--networks", args.workload.networks, "bundled networks, with commas")
      ->delimiter(',')
      ->required();
  app.add_option("--batch", args.workload.batch, "times the sizes of the networks' tables")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--samples", args.workload.samples, "samples of every gradient")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  app.add_flag("--training", args.workload.training, "the gradients of every layer too");
  app.add_flag("--energy", args.energy, "energy per MAC too, on recorded training steps");
  app.add_option("--beats", args.beats, "operand beats of each of 64 engines, for energy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--lib", args.lib, "Liberty file")->capture_default_str();
  app.add_option("--cache", args.cache, "netlists of units, shared by all points")
      ->capture_default_str();
  app.add_option("--inputs", inputs, "end when the sources are not those of this mark");
  app.add_option("--out", out, "write the result to this file (JSON)")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    fmt::print(stderr, "error: {}; see --help\n", e.what());
    return 2;
  }
  try {
    return tetralog::Measure(args, shape, inputs, out);
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 2;
  }
}
