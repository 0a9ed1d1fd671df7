// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/epilogue.sv, with all its parts as one unit.
//
// What a beat becomes is worked out by the functional model when the beat enters the pipeline, and
// counted at once: statistics are seen only when every beat of their command has left.
//
// Latency, throughput and limits: header of rtl/epilogue.sv. The accessors show the outputs of a
// cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>

#include "model/epilogue_lane.h"
#include "model/epilogue_stats.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

// What the tiles of a command share.
struct EpilogueSettings {
  EpilogueConfig config;  // its random_bits are those of the shape, whatever stands here
  uint32_t samples = 1;   // 1..8
  uint8_t sample0 = 0;
  uint64_t seed = 0;
};

class Epilogue {
 public:
  static constexpr uint32_t kMaxLanes = 16;

  struct Inputs {
    bool acc_valid = false;
    const int32_t* acc_data = nullptr;  // a sum a lane
    uint32_t acc_lane_valid = 0;        // a bit a lane
    uint32_t acc_row = 0, acc_col = 0;
    bool acc_last = false;  // last beat of the command
    bool c_valid = false;
    const int32_t* c_data = nullptr;  // a word a lane
    bool mask_valid = false;
    uint32_t mask_data = 0;  // a bit a lane: the code is not 0
    bool d_ready = false;
    bool stats_ready = false;
  };

  Epilogue(const MachineShape& shape, bool data);
  void Reset();

  // The settings of the beats of acc; they change only while no beat of the command before is left.
  void Configure(const EpilogueSettings& settings);

  bool acc_ready(bool c_valid, bool mask_valid, bool d_ready) const {
    return !hold_ && last_sample() && Addends(c_valid, mask_valid) && Accepts(d_ready);
  }
  bool c_ready(bool acc_valid, bool c_valid, bool mask_valid, bool d_ready) const {
    return settings_.config.c_enable && acc_valid && acc_ready(c_valid, mask_valid, d_ready);
  }
  bool mask_ready(bool acc_valid, bool c_valid, bool mask_valid, bool d_ready) const {
    return settings_.config.mask_enable && acc_valid && acc_ready(c_valid, mask_valid, d_ready);
  }
  bool addend_wait(bool acc_valid, bool c_valid, bool mask_valid) const {
    return acc_valid && !hold_ && !Addends(c_valid, mask_valid);
  }

  bool d_valid() const { return valid_[3]; }
  const uint32_t* d_data() const { return stage(3).data.data(); }  // Lanes words
  uint32_t d_lane_valid() const { return stage(3).lanes; }
  uint32_t d_sample() const { return stage(3).sample; }
  bool d_last() const { return stage(3).last; }

  bool stats_valid() const { return state_ == State::kPublish; }
  const EpilogueStats& stats() const { return stats_; }  // while stats_valid()

  bool Clock(const Inputs& in);

 private:
  // Of the statistics.
  enum class State : uint8_t { kClear, kCount, kDrain1, kDrain2, kDrain3, kPublish };

  struct Beat {
    std::array<uint32_t, kMaxLanes> data{};
    uint32_t lanes = 0;
    uint32_t sample = 0;
    bool last = false;
    bool wide = false;  // some |z| >= 2^16: four cycles in the multipliers of the statistics
  };

  const Beat& stage(size_t i) const { return beats_[stage_[i]]; }
  bool last_sample() const { return sample_ + 1 == settings_.samples; }
  bool Addends(bool c_valid, bool mask_valid) const {
    return (c_valid || !settings_.config.c_enable) && (mask_valid || !settings_.config.mask_enable);
  }
  bool Advances(bool d_ready) const { return !valid_[3] || d_ready; }
  // The squares hold stages 1 and 2.
  bool Squaring() const { return valid_[1] && stage(1).wide && phase_ != kPhases - 1; }
  bool Accepts(bool d_ready) const { return Advances(d_ready) && !Squaring(); }

  void Enter(const Inputs& in, Beat& beat);
  bool ComputeZ(const Inputs& in);  // whether some |z| >= 2^16
  void Emit(const Inputs& in, Beat& beat);
  const uint16_t* RandomWords(const Inputs& in);  // of the beat's lanes and sample

  static constexpr uint32_t kPhases = 4;  // of a wide beat

  const uint32_t lanes_;
  const int random_bits_;
  const bool data_;
  EpilogueSettings settings_;
  bool stochastic_ = false;  // outputs take random words

  uint32_t sample_ = 0;  // of the beat at the input
  bool hold_ = false;    // from the last beat of a command until its statistics are taken
  std::array<int32_t, kMaxLanes> z_{};  // of the beat at the input, from its first sample on
  std::array<bool, 4> valid_{};         // of stages 1 to 4
  std::array<uint8_t, 4> stage_{};      // where their beats are in beats_
  std::array<Beat, 4> beats_{};
  uint32_t phase_ = 0;
  State state_ = State::kClear;
  EpilogueStats stats_;

  // The random words of the group of columns that was met last, for the samples in the set.
  struct RandomGroup {
    uint32_t row = 0, group = 0;
    uint32_t samples = 0;
    std::array<std::array<uint16_t, kRandomGroup>, kMaxSamples> words{};
  };
  RandomGroup random_;
};

}  // namespace tetralog::cycle
