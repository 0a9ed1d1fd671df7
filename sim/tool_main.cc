// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command-line tool; see docs/tool.md. Exit codes: 0, 1 when results differ, 2 for errors.

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "sim/tool.h"
#include "sim/whole_file.h"

namespace tetralog {

int ToolMain(const std::string& name, int argc, char** argv) {
  CLI::App app{"Tetralog: a 4-bit training accelerator, its model and its RTL", name};
  app.require_subcommand(1);
  Action action;
  AddInfo(app, action);
  AddGemm(app, action);
  AddReplay(app, action);
  AddRegress(app, action);
  AddEstimate(app, action);
  AddTrain(app, action, argc, argv);
  AddAccuracy(app, action);
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return fmt::format("error: {}; see --help\n", e.what());
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (app.exit(e) != 0) return 2;
    action = [] { return 0; };  // --help, which is printed
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a file that is too large is an error of write()
  try {
    const int status = action();
    FlushStandardOutput();
    return status;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: memory is full: give smaller dimensions\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
  }
  return 2;
}

}  // namespace tetralog
