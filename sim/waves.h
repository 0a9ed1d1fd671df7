// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Values of signals from a waveform (FST), such as Machine::Trace() writes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tetralog {

class Waves {
 public:
  // Reads these signals, by full name ("TOP.tetralog_core.done"), of at most 64 bits. Throws
  // std::runtime_error for a file that is none and for a signal that is not there.
  Waves(const std::string& path, const std::vector<std::string>& signals);

  // The value at this time: that of the last change until then, 0 before the first. Throws
  // std::out_of_range for a signal that was not asked for.
  uint64_t At(const std::string& signal, uint64_t time) const;

  uint64_t begin() const { return begin_; }
  uint64_t end() const { return end_; }  // the last time in the file

 private:
  using Changes = std::vector<std::pair<uint64_t, uint64_t>>;  // time, value
  std::map<std::string, Changes> changes_;
  uint64_t begin_ = 0, end_ = 0;
};

}  // namespace tetralog
