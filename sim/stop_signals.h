// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM as a question, for loops that stop what they have started before they end.

#pragma once

#include <csignal>

namespace tetralog {

// As long as one is alive, the signals are noted and do nothing else; at most one at a time.
class StopSignals {
 public:
  StopSignals() {
    seen_ = 0;
    for (int i = 0; i < kCount; ++i) {
      before_[i] = std::signal(kSignals[i], Note);
      if (kSignals[i] == SIGHUP && before_[i] == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
    }
  }
  ~StopSignals() {
    for (int i = 0; i < kCount; ++i) std::signal(kSignals[i], before_[i]);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static bool Seen() { return seen_ != 0; }

 private:
  static constexpr int kCount = 3;
  static constexpr int kSignals[kCount] = {SIGINT, SIGTERM, SIGHUP};
  static void Note(int) { seen_ = 1; }

  static inline volatile std::sig_atomic_t seen_ = 0;
  void (*before_[kCount])(int);
};

}  // namespace tetralog
