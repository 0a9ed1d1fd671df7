// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// One network in training, whatever computes its GEMMs. All that a run is lies in Save(): a trainer
// of the same options that loads it goes on to the same bits.
//
// No tensor library here, so that C++17 and C++20 sources may include it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tetralog {
struct TraceGemm;
}

namespace tetralog::train {

class CodeHistogram;

struct Batch {
  const uint8_t* pixels = nullptr;  // [size, 28, 28]
  const uint8_t* labels = nullptr;  // [size]
  size_t size = 0;
};

struct StepOptions {
  double rate = 0.05;    // learning rate
  uint32_t samples = 1;  // independent samples of each gradient (SMP)
  bool fp32 = false;     // this step in FP32 on the host (FNT)
  // Gets the GEMMs of this step. The reference and the tensor networks record; the trainer of
  // chains on machines ignores it, as its tensors stay on the machine.
  std::vector<TraceGemm>* record = nullptr;
  // Counts the codes of this step's gradients, if they have any.
  CodeHistogram* histogram = nullptr;
};

struct StepResult {
  double loss = 0;     // mean of the batch
  size_t correct = 0;  // images classified right before the update
};

// A value of the state by name: master weights, velocities, hindsight averages, running means.
struct NamedValues {
  std::string name;
  std::vector<double> values;
};

class Trainer {
 public:
  virtual ~Trainer() = default;
  virtual StepResult Step(const Batch& batch, const StepOptions& options) = 0;
  // Images that the network as it is classifies right, in 4 bits or as after a step in FP32.
  virtual size_t CountCorrect(const Batch& batch, bool fp32) = 0;

  virtual uint64_t steps() const = 0;  // done
  // Everything but the options, in a fixed order; the step counter is the caller's to keep.
  virtual std::vector<NamedValues> Save() const = 0;
  // Throws std::invalid_argument with one line when the state is not one of this network.
  virtual void Load(const std::vector<NamedValues>& state, uint64_t steps) = 0;
  // Master weights and biases alone, for the hash.
  virtual std::vector<NamedValues> Weights() const = 0;
};

}  // namespace tetralog::train
