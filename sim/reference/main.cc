// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tetralog_reference: the LUQ training that every other level is compared with.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>

#include "sim/reference/fidelity.h"
#include "sim/reference/record_traces.h"

namespace tetralog::reference {
namespace {

void write_traces(const std::string& folder, const Dataset& dataset) {
  std::filesystem::create_directories(folder);
  for (const char* network : {"mlp", "lenet"}) {
    const std::string path = folder + "/" + network + ".h5";
    const Trace trace = record_trace(network, dataset);
    write_trace(path, trace);
    fmt::print("{}: {} GEMMs, {} bytes\n", path, trace.gemms.size(),
               std::filesystem::file_size(path));
  }
}

int main(int argc, char** argv) {
  CLI::App app(
      "LUQ training in float64 libtorch: the truth that the other levels are compared with");
  app.require_subcommand(1);
  std::string data = kDatasetFolder;
  app.add_option("--data", data, "folder of the Fashion-MNIST files")->capture_default_str();

  CLI::App* traces = app.add_subcommand("traces", "record the committed traces");
  std::string folder = "tests/data";
  traces->add_option("--out", folder, "folder of the traces")->capture_default_str();

  CLI::App* fidelity =
      app.add_subcommand("fidelity", "accuracy of LUQ against FP32 and broken variants");
  FidelityOptions options;
  options.report = "build/report/fidelity.json";
  fidelity->add_option("--network", options.networks, "mlp, lenet or both")
      ->check(CLI::IsMember({"mlp", "lenet"}));
  fidelity->add_option("--epochs", options.epochs, "epochs (default: mlp 6, lenet 3)")
      ->check(CLI::Range(1, 1000));
  fidelity
      ->add_option("--rate", options.rate,
                   "learning rate of the first step (default: the network's own)")
      ->check(CLI::PositiveNumber);
  fidelity->add_option("--seeds", options.seeds, "number of seeds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  std::map<std::string, Variant> names;
  for (Variant variant : kVariants) names[variant_name(variant)] = variant;
  fidelity->add_option("--variant", options.variants, "variants to train (default: all)")
      ->transform(CLI::Transformer(names));
  fidelity->add_option("--report", options.report, "JSON file to write")->capture_default_str();
  fidelity->add_option("--revision", options.revision, "revision of the sources, for the report");
  fidelity->add_flag("!--current-scales", options.hindsight,
                     "scales from the current tensors, not from earlier steps");
  fidelity->add_option("--samples", options.samples, "samples of each gradient (SMP)")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  fidelity->add_option("--batch", options.batch, "batch size (default: the network's own)")
      ->check(CLI::Range(1, 1000));
  fidelity->add_flag("--quick", options.quick, "one seed, one epoch, checked against floors");
  CLI11_PARSE(app, argc, argv);

  try {
    prepare_process();
    const Dataset dataset = load_dataset(data);
    if (traces->parsed()) write_traces(folder, dataset);
    if (fidelity->parsed()) {
      if (options.quick) options.seeds = options.epochs = 1;
      return run_fidelity(options, dataset) ? 0 : 1;
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace tetralog::reference

int main(int argc, char** argv) { return tetralog::reference::main(argc, argv); }
