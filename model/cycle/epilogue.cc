// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/epilogue.h"

#include <utility>

#include "model/random_source.h"

namespace tetralog::cycle {

Epilogue::Epilogue(const MachineShape& shape, bool data)
    : lanes_(shape.lanes), random_bits_(static_cast<int>(shape.random_bits)), data_(data) {
  Reset();
}

void Epilogue::Reset() {
  sample_ = 0;
  hold_ = false;
  valid_ = {};
  stage_ = {0, 1, 2, 3};
  phase_ = 0;
  state_ = State::kClear;
  stats_ = {};
}

void Epilogue::Configure(const EpilogueSettings& settings) {
  settings_ = settings;
  settings_.config.random_bits = random_bits_;
  stochastic_ = settings.config.d_format == Format::kLog4 ||
                (settings.config.d_format != Format::kInt32 &&
                 settings.config.rounding == Rounding::kStochastic);
  random_.samples = 0;
}

bool Epilogue::Clock(const Inputs& in) {
  const bool advance = Advances(in.d_ready);
  const bool squaring = Squaring();
  const bool accept = advance && !squaring;
  const bool enter = in.acc_valid && !hold_ && accept && Addends(in.c_valid, in.mask_valid);
  const bool last_out = valid_[3] && in.d_ready && stage(3).last;
  bool active = enter || (advance && (valid_[0] || valid_[1] || valid_[2] || valid_[3]));

  switch (state_) {
    case State::kClear:
      state_ = State::kCount;
      active = true;
      break;
    case State::kCount:
      if (last_out) state_ = State::kDrain1;
      break;
    case State::kDrain1:
    case State::kDrain2:
    case State::kDrain3:
      state_ = static_cast<State>(static_cast<uint8_t>(state_) + 1);
      active = true;
      break;
    case State::kPublish:
      if (in.stats_ready) {
        state_ = State::kClear;
        hold_ = false;
        stats_ = {};
        active = true;
      }
      break;
  }

  if (advance) phase_ = squaring ? phase_ + 1 : 0;
  if (accept) {  // the place of stage 4 becomes that of stage 1
    stage_ = {stage_[3], stage_[0], stage_[1], stage_[2]};
    valid_ = {enter, valid_[0], valid_[1], valid_[2]};
  } else if (advance) {
    std::swap(stage_[2], stage_[3]);
    valid_ = {valid_[0], true, false, valid_[2]};
  }
  if (enter) Enter(in, beats_[stage_[0]]);
  return active;
}

void Epilogue::Enter(const Inputs& in, Beat& beat) {
  const bool last_sample = this->last_sample();
  beat.wide = false;
  if (data_) {
    if (sample_ == 0) beat.wide = ComputeZ(in);
    Emit(in, beat);
  }
  beat.lanes = in.acc_lane_valid;
  beat.sample = sample_;
  beat.last = in.acc_last && last_sample;
  if (beat.last) hold_ = true;
  sample_ = last_sample ? 0 : sample_ + 1;
}

bool Epilogue::ComputeZ(const Inputs& in) {
  const EpilogueConfig& config = settings_.config;
  uint32_t ones = 0;  // of all |z|
  for (uint32_t lane = 0; lane < lanes_; ++lane) {
    z_[lane] = 0;
    if ((in.acc_lane_valid >> lane & 1) == 0) continue;
    z_[lane] = AccumulatorToZ(config, in.acc_data[lane], config.c_enable ? in.c_data[lane] : 0,
                              in.mask_data >> lane & 1, stats_);
    const auto bits = static_cast<uint32_t>(z_[lane]);
    ones |= z_[lane] < 0 ? 0 - bits : bits;
  }
  return ones >> 16 != 0;
}

void Epilogue::Emit(const Inputs& in, Beat& beat) {
  const EpilogueConfig& config = settings_.config;
  const auto sample = static_cast<int>(sample_);
  if (config.d_format == Format::kInt32) {
    for (uint32_t lane = 0; lane < lanes_; ++lane) {
      beat.data[lane] = static_cast<uint32_t>(z_[lane]);
      if ((in.acc_lane_valid >> lane & 1) != 0) stats_.AddOutput(sample, z_[lane] == 0, false);
    }
    return;
  }
  const uint16_t* words = stochastic_ ? RandomWords(in) : nullptr;
  uint64_t codes = 0;
  for (uint32_t lane = 0; lane < lanes_; ++lane) {
    if ((in.acc_lane_valid >> lane & 1) == 0) continue;  // 0
    const uint16_t word = words != nullptr ? words[lane] : 0;
    codes |= uint64_t{EmitSample(config, z_[lane], word, sample, stats_)} << (kCodeWidth * lane);
  }
  beat.data = {static_cast<uint32_t>(codes), static_cast<uint32_t>(codes >> 32)};
}

const uint16_t* Epilogue::RandomWords(const Inputs& in) {
  const uint32_t group = in.acc_col / kRandomGroup;
  if (random_.row != in.acc_row || random_.group != group) {
    random_.row = in.acc_row;
    random_.group = group;
    random_.samples = 0;
  }
  if ((random_.samples >> sample_ & 1) == 0) {
    random_.samples |= uint32_t{1} << sample_;
    const auto number = static_cast<uint8_t>(settings_.sample0 + sample_);
    random_.words[sample_] = LaneWords(MixedState(settings_.seed, number, in.acc_row, group));
  }
  return &random_.words[sample_][in.acc_col % kRandomGroup];
}

}  // namespace tetralog::cycle
