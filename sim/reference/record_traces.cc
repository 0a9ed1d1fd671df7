// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/reference/record_traces.h"

#include <hdf5.h>

#include "sim/reference/training_run.h"

namespace tetralog::reference {
namespace {

// Typed in rather than asked of the package manager, so that the bytes of the file do not depend on
// the machine. A package with other images records other operands, and reference_traces_test fails.
constexpr char kDatasetPackage[] = "Debian dataset-fashion-mnist 0.0~git20200523.55506a9-1";
constexpr uint64_t kSeed = 1;
constexpr size_t kMiddleStep = 200;

}  // namespace

Trace record_trace(const std::string& network, const Dataset& dataset) {
  const bool mlp = network == "mlp";
  RunOptions options;
  options.trainer.network = network;
  options.trainer.seed = kSeed;
  options.trainer.float64 = true;
  options.batch = mlp ? 128 : 16;
  // The MLP run is that of the fidelity table; LeNet has a smaller batch to keep its columns small.
  options.epochs = 6;
  options.rate = mlp ? 0.05 : 0.02;

  Trace trace;
  trace.network = network;
  trace.dataset = kDatasetPackage;
  trace.libraries = "libtorch " + tensor_library_version() + ", HDF5 " + H5_VERS_INFO;
  trace.command = "tetralog_reference traces";
  trace.seed = kSeed;
  TrainingRun run(options, dataset);
  run.next_step(mlp ? &trace.gemms : nullptr);
  while (run.steps_done() < kMiddleStep) run.next_step();
  run.next_step(mlp ? 2 : 1, &trace.gemms);
  return trace;
}

}  // namespace tetralog::reference
