// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The waveform of a Verilated model, in a file that is checked before and after.

#pragma once

#include <verilated_fst_c.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/wave_file.h"

namespace tetralog {

class VerilatedWave {
 public:
  bool IsOpen() const { return fst_ != nullptr; }

  template <typename V>
  void Open(V& top, const std::string& path) {
    file_ = std::make_unique<WaveFile>(path);
    fst_ = std::make_unique<VerilatedFstC>();
    top.trace(fst_.get(), 99);
    fst_->open(file_->path().c_str());
    if (fst_->isOpen()) return;
    Abandon();
    throw std::runtime_error("cannot write " + path + "; give a path that can be written");
  }

  void Dump(uint64_t time) {
    fst_->dump(time);
    end_ = time;
  }

  // Throws std::runtime_error when not all of it is in the file.
  void Close() {
    if (!IsOpen()) return;
    fst_->close();
    fst_.reset();
    const std::unique_ptr<WaveFile> file = std::move(file_);
    file->Check(end_);
  }

  // Without a look at what is in the file: when there is an error already.
  void Abandon() {
    if (IsOpen()) fst_->close();
    fst_.reset();
    file_.reset();
  }

 private:
  std::unique_ptr<WaveFile> file_;
  std::unique_ptr<VerilatedFstC> fst_;
  uint64_t end_ = 0;
};

}  // namespace tetralog
