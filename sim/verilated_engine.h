// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The Verilated engine behind the Engine interface. V is a class that Verilator made from
// rtl/tetralog_engine.sv with the parameters of `shape`.

#pragma once

#include <verilated.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "sim/engine.h"
#include "sim/verilated_wave.h"

namespace tetralog {

// Verilator's ports are plain integers up to 64 bits and VlWide beyond.
template <typename Port>
void SetBits(Port& port, std::span<const uint32_t> words) {
  if constexpr (std::is_integral_v<Port>) {
    uint64_t value = words.empty() ? 0 : words[0];
    if (words.size() > 1) value |= uint64_t{words[1]} << 32;
    port = static_cast<Port>(value);
  } else {
    for (size_t i = 0; i < words.size(); ++i) port[i] = words[i];
  }
}

template <typename Port>
uint32_t GetWord(const Port& port, size_t i) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<uint32_t>(static_cast<uint64_t>(port) >> (32 * i));
  } else {
    return port[i];
  }
}

template <typename V>
class VerilatedEngine : public Engine {
 public:
  // `seed` fills what reset leaves undefined.
  VerilatedEngine(const EngineShape& shape, uint64_t seed)
      : shape_(shape), context_(std::make_unique<VerilatedContext>()) {
    context_->randReset(2);
    context_->randSeed(static_cast<int>(seed & 0x7fffffff) + 1);
    context_->traceEverOn(true);
    top_ = std::make_unique<V>(context_.get());
    Reset();
  }
  ~VerilatedEngine() override {
    wave_.Abandon();
    top_->final();
    // The runtime takes the model out of the thread's current context, which may be another
    // engine's.
    Verilated::threadContextp(context_.get());
    top_.reset();
    Verilated::threadContextp(Verilated::defaultContextp());
  }

  const EngineShape& shape() const override { return shape_; }

  void Reset() override {
    top_->rst_ni = 0;
    EngineInputs in;
    in.op_a.resize((shape_.rows * shape_.dot * 4 + 31) / 32);
    in.op_b.resize((shape_.cols * shape_.dot * 4 + 31) / 32);
    in.c_data.resize(shape_.lanes);
    in.mask_data.resize((shape_.lanes * 4 + 31) / 32);
    EngineOutputs out;
    for (int i = 0; i < 4; ++i) Cycle(in, out);
    top_->rst_ni = 1;
  }

  void Trace(const std::string& path) override {
    wave_.Close();
    if (path.empty()) return;
    if constexpr (requires(VerilatedFstC * fst) { top_->trace(fst, 99); }) {
      wave_.Open(*top_, path);
    } else {
      throw std::invalid_argument("this engine was built without waveforms; trace the RTL");
    }
  }

  void Cycle(const EngineInputs& in, EngineOutputs& out) override {
    top_->tile_valid_i = in.tile_valid;
    top_->tile_a_format_i = in.a_format;
    top_->tile_b_format_i = in.b_format;
    top_->tile_d_format_i = in.d_format;
    top_->tile_rounding_i = in.rounding;
    top_->tile_scale_mul_i = in.scale_mul;
    top_->tile_scale_shift_i = static_cast<uint8_t>(in.scale_shift) & 0x7f;
    top_->tile_c_enable_i = in.c_enable;
    top_->tile_mask_enable_i = in.mask_enable;
    top_->tile_samples_i = in.samples;
    top_->tile_sample0_i = in.sample0;
    top_->tile_seed_i = in.seed;
    top_->tile_rows_i = static_cast<std::remove_reference_t<decltype(top_->tile_rows_i)>>(in.rows);
    top_->tile_cols_i = static_cast<std::remove_reference_t<decltype(top_->tile_cols_i)>>(in.cols);
    top_->tile_row_i = in.row;
    top_->tile_col_i = in.col;
    top_->tile_last_i = in.tile_last;
    top_->op_valid_i = in.op_valid;
    top_->op_last_i = in.op_last;
    SetBits(top_->op_a_i, in.op_a);
    SetBits(top_->op_b_i, in.op_b);
    top_->c_valid_i = in.c_valid;
    SetBits(top_->c_data_i, in.c_data);
    top_->mask_valid_i = in.mask_valid;
    SetBits(top_->mask_data_i, in.mask_data);
    top_->d_ready_i = in.d_ready;
    top_->stats_ready_i = in.stats_ready;

    top_->clk_i = 0;
    top_->eval();
    if (wave_.IsOpen()) wave_.Dump(context_->time());
    context_->timeInc(1);

    out.tile_ready = top_->tile_ready_o;
    out.op_ready = top_->op_ready_o;
    out.c_ready = top_->c_ready_o;
    out.mask_ready = top_->mask_ready_o;
    out.addend_wait = top_->addend_wait_o;
    out.d_valid = top_->d_valid_o;
    if (out.d_valid) {
      out.d_last = top_->d_last_o;
      out.d_data.resize(shape_.lanes);
      for (uint32_t i = 0; i < shape_.lanes; ++i) out.d_data[i] = GetWord(top_->d_data_o, i);
      out.d_lane_valid = top_->d_lane_valid_o;
      out.d_sample = top_->d_sample_o;
    }
    out.stats_valid = top_->stats_valid_o;
    if (out.stats_valid) {
      out.max_abs = top_->stats_max_abs_o;
      out.sum_abs = top_->stats_sum_abs_o;
      out.sum_squares_lo = Word64(top_->stats_sum_squares_o, 0);
      out.sum_squares_hi = GetWord(top_->stats_sum_squares_o, 2);
      out.wraps = top_->stats_wraps_o;
      out.zeros.resize(8);
      out.clipped.resize(8);
      for (size_t s = 0; s < 8; ++s) {
        out.zeros[s] = Word64(top_->stats_zeros_o, 2 * s);
        out.clipped[s] = Word64(top_->stats_clipped_o, 2 * s);
      }
    }

    top_->clk_i = 1;
    top_->eval();
    if (wave_.IsOpen()) wave_.Dump(context_->time());
    context_->timeInc(1);
  }

 private:
  template <typename Port>
  static uint64_t Word64(const Port& port, size_t word) {
    return GetWord(port, word) | uint64_t{GetWord(port, word + 1)} << 32;
  }

  EngineShape shape_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<V> top_;
  VerilatedWave wave_;
};

}  // namespace tetralog
