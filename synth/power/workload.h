// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Commands for a measurement of energy: parts of recorded GEMMs, and the same with other operands.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model/gemm.h"
#include "sim/engine.h"
#include "sim/trace_file.h"

namespace tetralog {

enum class Operands {
  kRecorded,
  kNoZeros,  // every zero code of A and B replaced by one drawn from the tensor's other codes
  kRandom,   // every code equally likely
};

class Workload {
 public:
  // Of every recorded GEMM of the kind, parts of as many rows as the array has and at most
  // `size.cols` columns and `size.k` products; evenly spread over all of them until every one of
  // `copies` engines has about `beats` operand beats. The traces must outlive the object.
  struct PartSize {
    size_t cols = 64, k = 256;
  };
  Workload(const std::vector<Trace>& traces, const std::string& kind, const EngineShape& shape,
           int copies, uint64_t beats, Operands operands, uint64_t seed, PartSize size);

  const std::vector<GemmCommand>& commands(int copy) const {
    return commands_[static_cast<size_t>(copy)];
  }
  uint64_t macs() const { return macs_; }    // of all commands
  uint64_t zeros() const { return zeros_; }  // of these, with a zero operand

 private:
  void Replace(GemmCommand& command, Operands operands, uint64_t seed);
  void CountZeros(const GemmCommand& command);

  std::vector<std::vector<GemmCommand>> commands_;
  std::deque<std::vector<uint8_t>> tensors_;  // replaced operands
  uint64_t macs_ = 0, zeros_ = 0;
};

}  // namespace tetralog
