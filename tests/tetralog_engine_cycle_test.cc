// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of the engine in lockstep with the Verilated engine, on five shapes: all outputs
// are equal in every cycle, payloads while their valid is high. Commands are random and legal,
// every stream pauses at random or not at all, and the engine is reset in the middle of commands.
// Beside it runs the model without data, which must be equal in time as long as no |z| reaches
// 2^16. The models' claim that nothing happens is checked wherever they make it. The model's drain
// and epilogue are compared here and nowhere else: between them are wires, and all they do shows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "Vengine_16x16x4.h"
#include "model/cycle/tetralog_engine.h"
#include "model/formats.h"
#include "sim/engine_driver.h"
#include "sim/verilated_engine.h"
#include "tests/engine_testing.h"

namespace tetralog {
namespace {

using testing::MakeRandomGemm;
using testing::RandomGemm;

std::unique_ptr<Engine> MakeRtl(const std::string& shape, uint64_t seed) {
  if (shape != "16x16x4") return testing::MakeTestEngine(shape, seed);
  return std::make_unique<VerilatedEngine<Vengine_16x16x4>>(EngineShape{}, seed);
}

uint32_t Nibble(const std::vector<uint32_t>& words, size_t i) {
  return words[i / 8] >> (4 * (i % 8)) & 15;
}

// The sums that an array makes of its operand beats.
class Sums {
 public:
  explicit Sums(const EngineShape& shape) : shape_(shape), sums_(shape.rows * shape.cols) {}

  // Those of the tile with this beat.
  const int32_t* With(const EngineInputs& in) {
    next_ = first_ ? std::vector<int32_t>(sums_.size()) : sums_;
    const size_t dot = shape_.dot;
    std::vector<int> b(shape_.cols * dot);
    for (size_t i = 0; i < b.size(); ++i)
      b[i] = Decode(static_cast<Format>(in.b_format), static_cast<uint8_t>(Nibble(in.op_b, i)));
    for (size_t r = 0; r < shape_.rows; ++r)
      for (size_t d = 0; d < dot; ++d) {
        const auto code = static_cast<uint8_t>(Nibble(in.op_a, r * dot + d));
        const int a = Decode(static_cast<Format>(in.a_format), code);
        if (a == 0) continue;
        for (size_t c = 0; c < shape_.cols; ++c) next_[r * shape_.cols + c] += a * b[c * dot + d];
      }
    return next_.data();
  }
  // The beat was taken.
  void Take(bool last) {
    first_ = last;
    sums_ = next_;
  }
  void Reset() { first_ = true; }

 private:
  const EngineShape shape_;
  std::vector<int32_t> sums_, next_;
  bool first_ = true;
};

// The model with the pins of the Engine interface.
class Model {
 public:
  Model(const EngineShape& shape, bool data)
      : shape_(shape),
        data_(data),
        engine_({.rows = shape.rows,
                 .cols = shape.cols,
                 .dot = shape.dot,
                 .lanes = shape.lanes,
                 .acc_width = shape.acc_width,
                 .random_bits = shape.random_bits},
                data) {}

  EngineOutputs Outputs(const EngineInputs& in) const {
    EngineOutputs out;
    out.tile_ready = engine_.tile_ready(in.tile_valid, in.op_valid, in.op_last);
    out.op_ready = engine_.op_ready(in.tile_valid, in.op_last);
    out.c_ready = engine_.c_ready(in.c_valid, in.mask_valid, in.d_ready);
    out.mask_ready = engine_.mask_ready(in.c_valid, in.mask_valid, in.d_ready);
    out.addend_wait = engine_.addend_wait(in.c_valid, in.mask_valid);
    out.d_valid = engine_.d_valid();
    if (out.d_valid) {
      out.d_last = engine_.d_last();
      out.d_lane_valid = engine_.d_lane_valid();
      out.d_sample = static_cast<uint8_t>(engine_.d_sample());
      if (data_) out.d_data.assign(engine_.d_data(), engine_.d_data() + shape_.lanes);
    }
    out.stats_valid = engine_.stats_valid();
    const EpilogueStats& stats = engine_.stats();
    if (out.stats_valid && data_) {
      out.max_abs = stats.max_abs;
      out.sum_abs = stats.sum_abs;
      out.sum_squares_lo = static_cast<uint64_t>(stats.sum_squares);
      out.sum_squares_hi = static_cast<uint64_t>(stats.sum_squares >> 64);
      out.wraps = stats.wraps;
      out.zeros.assign(stats.zeros.begin(), stats.zeros.end());
      out.clipped.assign(stats.clipped.begin(), stats.clipped.end());
    }
    return out;
  }

  bool Clock(const EngineInputs& in, const int32_t* sums) {
    const cycle::TetralogEngine::Tile tile = {static_cast<Format>(in.d_format),
                                              static_cast<Rounding>(in.rounding),
                                              in.scale_mul,
                                              in.scale_shift,
                                              in.c_enable,
                                              in.mask_enable,
                                              in.samples,
                                              in.sample0,
                                              in.seed,
                                              in.rows,
                                              in.cols,
                                              in.row,
                                              in.col,
                                              in.tile_last};
    std::vector<int32_t> c(shape_.lanes);
    uint32_t mask = 0;
    for (size_t l = 0; l < shape_.lanes; ++l) {
      c[l] = static_cast<int32_t>(in.c_data[l]);
      if (Nibble(in.mask_data, l) != 0) mask |= uint32_t{1} << l;
    }
    return engine_.Clock({in.tile_valid, &tile, in.op_valid, in.op_last, data_ ? sums : nullptr,
                          in.c_valid, data_ ? c.data() : nullptr, in.mask_valid, mask, in.d_ready,
                          in.stats_ready});
  }
  void Reset() {
    engine_.Reset();
    quiet_ = false;
  }

  // Clocks, and holds Clock() to its word: after false, the same inputs bring false again and
  // change no output.
  void CheckedClock(const EngineInputs& in, const int32_t* sums) {
    const bool still = quiet_ && in == inputs_;
    if (still && Outputs(in) != outputs_)
      throw EngineError("an output of the model changed after Clock() returned false");
    outputs_ = Outputs(in);
    inputs_ = in;
    quiet_ = !Clock(in, sums);
    if (still && !quiet_) throw EngineError("the model became active by itself");
  }

 private:
  const EngineShape shape_;
  const bool data_;
  cycle::TetralogEngine engine_;
  bool quiet_ = false;  // the last Clock() returned false
  EngineInputs inputs_;
  EngineOutputs outputs_;
};

// A Verilated engine and two models of it behind one interface; throws at the first difference.
class Lockstep : public Engine {
 public:
  Lockstep(const std::string& shape, uint64_t seed)
      : rtl_(MakeRtl(shape, seed)),
        model_(rtl_->shape(), true),
        timing_(rtl_->shape(), false),
        sums_(rtl_->shape()) {}

  const EngineShape& shape() const override { return rtl_->shape(); }
  void Trace(const std::string& path) override { rtl_->Trace(path); }
  void Reset() override {
    rtl_->Reset();
    model_.Reset();
    timing_.Reset();
    sums_.Reset();
  }
  void set_timing(bool on) { with_timing_ = on; }

  void Cycle(const EngineInputs& in, EngineOutputs& out) override {
    out = {};
    rtl_->Cycle(in, out);
    Compare("model", out, model_.Outputs(in), true);
    if (with_timing_) Compare("model without data", out, timing_.Outputs(in), false);
    const int32_t* sums = sums_.With(in);
    model_.CheckedClock(in, sums);
    timing_.CheckedClock(in, sums);
    if (in.op_valid && out.op_ready) sums_.Take(in.op_last);
    ++cycle_;
  }

 private:
  void Compare(const char* who, const EngineOutputs& rtl, const EngineOutputs& model,
               bool data) const {
    const auto equal = [&](const char* signal, const auto& a, const auto& b) {
      if (a != b)
        throw EngineError(fmt::format("cycle {}, {}: {} is {}, RTL {}", cycle_, who, signal, b, a));
    };
    equal("tile_ready", rtl.tile_ready, model.tile_ready);
    equal("op_ready", rtl.op_ready, model.op_ready);
    equal("c_ready", rtl.c_ready, model.c_ready);
    equal("mask_ready", rtl.mask_ready, model.mask_ready);
    equal("addend_wait", rtl.addend_wait, model.addend_wait);
    equal("d_valid", rtl.d_valid, model.d_valid);
    equal("d_last", rtl.d_last, model.d_last);
    equal("d_lane_valid", rtl.d_lane_valid, model.d_lane_valid);
    equal("d_sample", int{rtl.d_sample}, int{model.d_sample});
    equal("stats_valid", rtl.stats_valid, model.stats_valid);
    if (!data) return;
    const auto equal_lists = [&](const char* signal, const auto& a, const auto& b) {
      equal(signal, a.size(), b.size());
      for (size_t i = 0; i < a.size(); ++i)
        equal(fmt::format("{}[{}]", signal, i).c_str(), a[i], b[i]);
    };
    equal_lists("d_data", rtl.d_data, model.d_data);
    equal("stats_max_abs", rtl.max_abs, model.max_abs);
    equal("stats_sum_abs", rtl.sum_abs, model.sum_abs);
    equal("stats_sum_squares[63:0]", rtl.sum_squares_lo, model.sum_squares_lo);
    equal("stats_sum_squares[95:64]", rtl.sum_squares_hi, model.sum_squares_hi);
    equal("stats_wraps", rtl.wraps, model.wraps);
    equal_lists("stats_zeros", rtl.zeros, model.zeros);
    equal_lists("stats_clipped", rtl.clipped, model.clipped);
  }

  std::unique_ptr<Engine> rtl_;
  Model model_, timing_;
  Sums sums_;
  bool with_timing_ = true;
  uint64_t cycle_ = 0;
};

// Thrown in the middle of a run.
struct Interrupt {};

class TetralogEngineCycle : public ::testing::TestWithParam<std::string> {
 protected:
  // Random commands in bursts of 1 to 4 for this many cycles, a third of the bursts cut short by a
  // reset. Some bursts have no pauses.
  void RunRandom(uint64_t seed, uint64_t cycles, const StallConfig& stalls) {
    Lockstep engine(GetParam(), seed);
    engine.Reset();
    std::mt19937_64 rng(seed);
    for (uint64_t done = 0; done < cycles;) {
      std::vector<std::unique_ptr<RandomGemm>> gemms;
      std::vector<GemmCommand> commands;
      const bool spread = rng() % 3 == 0;           // C of all magnitudes
      const size_t size = rng() % 4 == 0 ? 2 : 40;  // small ones: many ends of commands
      bool wide = false;
      for (uint64_t burst = 1 + rng() % 4; burst > 0; --burst) {
        gemms.push_back(MakeRandomGemm(engine.shape(), {size, size, 40}, rng));
        commands.push_back(gemms.back()->command);
        if (spread)
          for (int32_t& c : gemms.back()->c) c = static_cast<int32_t>(rng()) >> rng() % 20;
        wide |= Gemm(commands.back()).stats.max_abs >= 1U << 16;
      }
      engine.set_timing(!wide);
      StallConfig config = stalls;
      config.seed = rng();
      EngineDriver driver(engine, config);
      const uint64_t end = rng() % 3 == 0 ? rng() % 500 : ~uint64_t{0};
      driver.OnCycle([&](uint64_t cycle) {
        ++done;
        if (cycle == end) throw Interrupt();
      });
      bool reset = false;
      try {
        driver.Run(commands);
      } catch (const Interrupt&) {
        reset = true;
      } catch (const EngineError& e) {
        FAIL() << e.what() << "\nseed " << seed << "; again: tetralog_engine_cycle_test"
               << " --gtest_filter=" << Name() << "\nlast command: " << gemms.back()->Text();
      }
      if (reset || wide) engine.Reset();  // a model without data may be early where z was wide
    }
  }

 private:
  static std::string Name() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    return fmt::format("{}.{}", info->test_suite_name(), info->name());
  }
};

TEST_P(TetralogEngineCycle, EqualsTheRtlInEveryCycleWithoutPauses) {
  RunRandom(1, 20000, StallConfig::None());
}

TEST_P(TetralogEngineCycle, EqualsTheRtlInEveryCycleWhenTheInputsPause) {
  RunRandom(2, 20000, {.op = 60, .tile = 40, .c = 60, .mask = 60});
}

TEST_P(TetralogEngineCycle, EqualsTheRtlInEveryCycleWhenTheOutputsPause) {
  RunRandom(3, 20000, {.d = 60, .stats = 90});
}

TEST_P(TetralogEngineCycle, EqualsTheRtlInEveryCycleWhenEveryStreamPauses) {
  RunRandom(4, 20000, StallConfig::All(50, 4));
}

TEST_P(TetralogEngineCycle, EqualsTheRtlInEveryCycleWhenCAndMaskAreRare) {
  RunRandom(5, 20000, {.c = 95, .mask = 95});
}

std::string ShapeName(const ::testing::TestParamInfo<std::string>& info) {
  return "Engine" + info.param;
}
std::vector<std::string> Shapes() {
  std::vector<std::string> shapes = testing::EngineShapes();
  shapes.push_back("16x16x4");
  return shapes;
}
INSTANTIATE_TEST_SUITE_P(Shapes, TetralogEngineCycle, ::testing::ValuesIn(Shapes()), ShapeName);

}  // namespace
}  // namespace tetralog
