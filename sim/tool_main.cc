// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The command-line tool; see docs/tool.md. Exit codes: 0, 1 when results differ, 2 for errors.

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "sim/provenance.h"
#include "sim/tool.h"
#include "sim/whole_file.h"

namespace tetralog {
namespace {

// What is wrong with a command line, and what to do; the library says only the first of it, and not
// always which word it was.
std::string ParseFault(const CLI::App& app, const CLI::Error& e) {
  const auto used = app.get_subcommands();
  const std::string command = used.empty() ? "" : used.front()->get_name();
  const std::string help =
      fmt::format("see {} {}--help", app.get_name(), command.empty() ? "" : command + " ");
  std::vector<std::string> extras = app.remaining(true);
  std::string what = e.what();
  if (used.empty()) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(sub->get_name());
    what =
        extras.empty() ? "a command is missing" : fmt::format("'{}' is no command", extras.front());
    return fmt::format("error: {}; there are {}; {}\n", what, fmt::join(names, ", "), help);
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&e) && !extras.empty()) {
    const auto option = std::find_if(extras.begin(), extras.end(),
                                     [](const std::string& word) { return word.starts_with('-'); });
    what = option != extras.end()
               ? fmt::format("{} has no option {}", command, *option)
               : fmt::format("{}: '{}' is one word too many", command, extras.front());
  }
  const auto replace = [&](const std::string& part, const std::string& by) {
    if (const size_t at = what.find(part); at != std::string::npos) what = what.substr(0, at) + by;
  };
  replace(": At Most 1 required", " is there more than once; give it once");
  const std::string excludes = " excludes ";
  if (const size_t at = what.find(excludes); at != std::string::npos)
    what =
        what.replace(at, excludes.size(), " and ") + " do not go together; leave one of them out";
  if (what.ends_with(" missing")) replace(": 1 required", " needs a value after it");
  return fmt::format("error: {}; {}\n", what, help);
}

// In --help, where "TEXT" would say nothing.
void NameValues(CLI::App& app) {
  static const std::map<std::string, std::string> kNames = {
      {"--json", "FILE"},      {"--wave", "FILE"},       {"--plot", "FILE"},
      {"--csv", "FILE"},       {"--layers", "FILE"},     {"--table", "FILE"},
      {"--histogram", "FILE"}, {"--record", "FILE"},     {"--config", "FILE"},
      {"traces", "FILE"},      {"--checkpoint", "FILE"}, {"experiment", "FILE"},
      {"--data", "FOLDER"},    {"--folder", "FOLDER"},   {"--shape", "SHAPE"},
      {"--shapes", "SHAPE"},   {"--sweep", "SHAPE"},     {"--gemm", "NAME"},
      {"--network", "NAME"},   {"--machine", "NAME"}};
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    for (CLI::Option* option : command->get_options())
      if (const auto name = kNames.find(option->get_name()); name != kNames.end())
        option->type_name(name->second);
}

}  // namespace

int ToolMain(const std::string& name, int argc, char** argv) {
  CLI::App app{"Tetralog: a 4-bit training accelerator, its model and its RTL", name};
  app.require_subcommand(1);
  app.footer("Exit codes: 0; 1 results differ or a limit is missed; 2 an error; 130 stopped.");
  Action action;
  AddInfo(app, action);
  AddGemm(app, action);
  AddReplay(app, action);
  AddRegress(app, action);
  AddEstimate(app, action);
  AddTrain(app, action, argc, argv);
  AddAccuracy(app, action);
  NameValues(app);
  app.set_version_flag("--version", [&app] {
    return fmt::format("{} {}", app.get_name(),
                       Provenance()["git_revision"].get_ref<const std::string&>());
  });
  app.failure_message([&app](const CLI::App*, const CLI::Error& e) { return ParseFault(app, e); });
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
