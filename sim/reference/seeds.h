// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Seeds of a training run: one 64-bit seed per random tensor, derived by a chain of SplitMix64
// steps.
//
// Adjacent raw seeds give correlated words in many generators, so no seed is made by adding
// numbers:
//   s_0 = mix(run), s_1 = mix(s_0 xor step), s_2 = mix(s_1 xor layer), s_3 = mix(s_2 xor tensor)
// where mix(x) is the output of a SplitMix64 generator of state x (Steele, Lea, Flood: Fast
// splittable pseudorandom number generators, OOPSLA 2014).

#pragma once

#include <cstdint>
#include <initializer_list>

namespace tetralog::reference {

// What a seed of (run, step, layer, tensor) is for: the last link of the chain.
enum SeedTensor : uint64_t {
  kInitialWeights = 0,  // of a layer, step 0
  kBatchOrder = 1,      // order of the training images; step = epoch, layer 0
  kLossGradient = 2,    // LUQ of the loss gradient; layer = number of layers
  kInputGradient = 3,   // LUQ of the input gradient of a layer
  kOutputGradient = 4,  // LUQ of the output gradient of a layer that is in no chain
};

class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t state) : state_(state) {}

  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

// chain: run, step, layer, tensor.
inline uint64_t derive_seed(std::initializer_list<uint64_t> chain) {
  uint64_t seed = 0;
  for (uint64_t link : chain) seed = SplitMix64(seed ^ link).next();
  return seed;
}

}  // namespace tetralog::reference
