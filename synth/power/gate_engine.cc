// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/gate_engine.h"

#include <atomic>
#include <barrier>
#include <bit>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace tetralog {
namespace {

// Words over the copies, from and to one number a copy.
template <typename Value>
void SetPort(GateSim& sim, const std::vector<int>& nets, Value value) {
  std::vector<uint64_t> words(nets.size(), 0);
  for (int copy = 0; copy < GateEngines::kCopies; ++copy)
    for (size_t i = 0; i < nets.size(); ++i) words[i] |= uint64_t{value(copy, i)} << copy;
  for (size_t i = 0; i < nets.size(); ++i) sim.Set(nets[i], words[i]);
}

bool BitOf(const std::vector<uint32_t>& words, size_t i) {
  return i / 32 < words.size() && (words[i / 32] >> (i % 32) & 1) != 0;
}

uint64_t NumberOf(const GateSim& sim, const std::vector<int>& nets, int copy, size_t first = 0,
                  size_t bits = 64) {
  uint64_t number = 0;
  for (size_t i = 0; i < bits && first + i < nets.size(); ++i)
    number |= (sim.Get(nets[first + i]) >> copy & 1) << i;
  return number;
}

}  // namespace

// One engine: its cycles wait until all others have come so far.
class GateEngines::Copy : public Engine {
 public:
  Copy(GateEngines& all, int copy, std::function<void()> meet)
      : all_(all), copy_(static_cast<size_t>(copy)), meet_(std::move(meet)) {}
  const EngineShape& shape() const override { return all_.shape_; }
  void Cycle(const EngineInputs& in, EngineOutputs& out) override {
    all_.in_[copy_] = in;
    meet_();
    out = all_.out_[copy_];
  }
  void Reset() override { throw std::invalid_argument("the engines are reset together"); }
  void Trace(const std::string&) override {
    throw std::invalid_argument("a simulation of 64 engines has no waveform");
  }

 private:
  GateEngines& all_;
  size_t copy_;
  std::function<void()> meet_;
};

GateEngines::GateEngines(const Netlist& netlist, GateSim& sim, const EngineShape& shape)
    : netlist_(netlist), sim_(sim), shape_(shape) {}

void GateEngines::Clock() {
  sim_.Set(netlist_.Input("clk_i")[0], ~uint64_t{0});
  sim_.Settle();
}

void GateEngines::Step() {
  const auto flag = [&](const char* port, auto member) {
    SetPort(sim_, netlist_.Input(port), [&](int copy, size_t i) {
      return (static_cast<uint64_t>(in_[static_cast<size_t>(copy)].*member) >> i & 1) != 0;
    });
  };
  const auto words = [&](const char* port, std::vector<uint32_t> EngineInputs::*member) {
    SetPort(sim_, netlist_.Input(port),
            [&](int copy, size_t i) { return BitOf(in_[static_cast<size_t>(copy)].*member, i); });
  };
  flag("tile_valid_i", &EngineInputs::tile_valid);
  flag("tile_a_format_i", &EngineInputs::a_format);
  flag("tile_b_format_i", &EngineInputs::b_format);
  flag("tile_d_format_i", &EngineInputs::d_format);
  flag("tile_rounding_i", &EngineInputs::rounding);
  flag("tile_scale_mul_i", &EngineInputs::scale_mul);
  flag("tile_scale_shift_i", &EngineInputs::scale_shift);
  flag("tile_c_enable_i", &EngineInputs::c_enable);
  flag("tile_mask_enable_i", &EngineInputs::mask_enable);
  flag("tile_samples_i", &EngineInputs::samples);
  flag("tile_sample0_i", &EngineInputs::sample0);
  flag("tile_seed_i", &EngineInputs::seed);
  flag("tile_rows_i", &EngineInputs::rows);
  flag("tile_cols_i", &EngineInputs::cols);
  flag("tile_row_i", &EngineInputs::row);
  flag("tile_col_i", &EngineInputs::col);
  flag("tile_last_i", &EngineInputs::tile_last);
  flag("op_valid_i", &EngineInputs::op_valid);
  flag("op_last_i", &EngineInputs::op_last);
  words("op_a_i", &EngineInputs::op_a);
  words("op_b_i", &EngineInputs::op_b);
  flag("c_valid_i", &EngineInputs::c_valid);
  words("c_data_i", &EngineInputs::c_data);
  flag("mask_valid_i", &EngineInputs::mask_valid);
  words("mask_data_i", &EngineInputs::mask_data);
  flag("d_ready_i", &EngineInputs::d_ready);
  flag("stats_ready_i", &EngineInputs::stats_ready);

  sim_.Count(running_);
  sim_.Set(netlist_.Input("clk_i")[0], 0);
  sim_.Settle();
  const auto out = [&](const char* port) -> const std::vector<int>& {
    return netlist_.Output(port);
  };
  const uint64_t beats = sim_.Get(netlist_.Input("op_valid_i")[0]) & sim_.Get(out("op_ready_o")[0]);
  for (int copy = 0; copy < kCopies; ++copy) {
    if ((running_ >> copy & 1) == 0) continue;
    EngineOutputs& o = out_[static_cast<size_t>(copy)];
    const auto get = [&](const char* port) { return NumberOf(sim_, out(port), copy); };
    o.tile_ready = get("tile_ready_o") != 0;
    o.op_ready = get("op_ready_o") != 0;
    o.c_ready = get("c_ready_o") != 0;
    o.mask_ready = get("mask_ready_o") != 0;
    o.addend_wait = get("addend_wait_o") != 0;
    o.d_valid = get("d_valid_o") != 0;
    if (o.d_valid) {
      o.d_last = get("d_last_o") != 0;
      o.d_data.resize(shape_.lanes);
      for (size_t l = 0; l < shape_.lanes; ++l)
        o.d_data[l] = static_cast<uint32_t>(NumberOf(sim_, out("d_data_o"), copy, 32 * l, 32));
      o.d_lane_valid = static_cast<uint32_t>(get("d_lane_valid_o"));
      o.d_sample = static_cast<uint8_t>(get("d_sample_o"));
    }
    o.stats_valid = get("stats_valid_o") != 0;
    if (o.stats_valid) {
      o.max_abs = static_cast<uint32_t>(get("stats_max_abs_o"));
      o.sum_abs = get("stats_sum_abs_o");
      o.sum_squares_lo = get("stats_sum_squares_o");
      o.sum_squares_hi = NumberOf(sim_, out("stats_sum_squares_o"), copy, 64, 32);
      o.wraps = get("stats_wraps_o");
      o.zeros.resize(8);
      o.clipped.resize(8);
      for (size_t s = 0; s < 8; ++s) {
        o.zeros[s] = NumberOf(sim_, out("stats_zeros_o"), copy, 64 * s);
        o.clipped[s] = NumberOf(sim_, out("stats_clipped_o"), copy, 64 * s);
      }
    }
  }
  cycles_ += static_cast<uint64_t>(std::popcount(running_));
  beats_ += static_cast<uint64_t>(std::popcount(running_ & beats));
  Clock();
}

void GateEngines::Run(int copies, const std::function<void(Engine&, int)>& work) {
  in_.fill({});
  running_ = 0;
  sim_.Set(netlist_.Input("rst_ni")[0], 0);
  for (int i = 0; i < 4; ++i) Step();
  sim_.Set(netlist_.Input("rst_ni")[0], ~uint64_t{0});
  running_ = copies == kCopies ? ~uint64_t{0} : (uint64_t{1} << copies) - 1;

  std::mutex mutex;
  std::exception_ptr error;
  std::atomic<uint64_t> finished = 0;
  const auto step = [&]() noexcept {
    running_ &= ~finished.load();
    if (running_ == 0) return;
    try {
      Step();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  std::barrier barrier(copies, step);
  std::vector<std::jthread> threads;
  for (int copy = 0; copy < copies; ++copy) {
    threads.emplace_back([&, copy] {
      Copy engine(*this, copy, [&] {
        barrier.arrive_and_wait();
        const std::lock_guard<std::mutex> lock(mutex);
        if (error) throw std::runtime_error("another engine failed");
      });
      try {
        work(engine, copy);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!error) error = std::current_exception();
      }
      finished |= uint64_t{1} << copy;
      in_[static_cast<size_t>(copy)] = {};
      barrier.arrive_and_drop();
    });
  }
  threads.clear();  // joins
  if (error) std::rethrow_exception(error);
}

}  // namespace tetralog
