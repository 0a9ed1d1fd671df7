// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// How often every LOG4 code stands in the gradients of a run, by tensor: the operands dY that the
// products of the backward pass read.
//
// No tensor library here, so that C++17 and C++20 sources may include it.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tetralog::train {

class CodeHistogram {
 public:
  struct Tensor {
    std::string name;
    std::array<uint64_t, 16> counts{};  // by code

    uint64_t total() const;
    uint64_t zeros() const { return counts[0] + counts[8]; }
  };

  // Codes, one a byte, of one more step of a tensor.
  void Add(const std::string& name, const uint8_t* codes, size_t size);
  // In the order of the layers: backward passes begin at the last one, so what is new comes first.
  const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<Tensor> tensors_;
};

// Bars of the levels that are not zero, as shares of these, and the share of zeros in words.
std::string CodeHistogramSvg(const std::string& title, const CodeHistogram& histogram);

}  // namespace tetralog::train
