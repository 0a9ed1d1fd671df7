// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of the engine in lockstep with the Verilated engine, on five shapes: all outputs
// are equal in every cycle, payloads while their valid is high. Commands are random and legal,
// every stream pauses at random or not at all, and the engine is reset in the middle of commands.
// Beside it runs the model without data, which must be equal in time as long as no |z| reaches
// 2^16. The models' claim that nothing happens is checked wherever they make it. The model's drain
// and epilogue are compared here and nowhere else: between them are wires, and all they do shows.
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
#include "tests/unit_lockstep.h"

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

MachineShape ModelShape(const EngineShape& s) {
  return {.rows = s.rows,
          .cols = s.cols,
          .dot = s.dot,
          .lanes = s.lanes,
          .acc_width = s.acc_width,
          .random_bits = s.random_bits};
}

// The pins of the engine as the model's inputs.
class ModelInputs {
 public:
  explicit ModelInputs(size_t lanes) : c_(lanes) {}

  // Good until the next call.
  cycle::TetralogEngine::Inputs Of(const EngineInputs& in, const int32_t* sums) {
    tile_ = {static_cast<Format>(in.d_format),
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
    uint32_t mask = 0;
    for (size_t l = 0; l < c_.size(); ++l) {
      c_[l] = static_cast<int32_t>(in.c_data[l]);
      if (Nibble(in.mask_data, l) != 0) mask |= uint32_t{1} << l;
    }
    return {in.tile_valid, &tile_,        in.op_valid, in.op_last, sums,          in.c_valid,
            c_.data(),     in.mask_valid, mask,        in.d_ready, in.stats_ready};
  }

 private:
  cycle::TetralogEngine::Tile tile_;
  std::vector<int32_t> c_;
};

void Compare(OutputCheck& check, const EngineOutputs& rtl, const cycle::TetralogEngine& model,
             const EngineInputs& in) {
  check("tile_ready", rtl.tile_ready, model.tile_ready(in.tile_valid, in.op_valid, in.op_last));
  check("op_ready", rtl.op_ready, model.op_ready(in.tile_valid, in.op_last));
  check("c_ready", rtl.c_ready, model.c_ready(in.c_valid, in.mask_valid, in.d_ready));
  check("mask_ready", rtl.mask_ready, model.mask_ready(in.c_valid, in.mask_valid, in.d_ready));
  check("addend_wait", rtl.addend_wait, model.addend_wait(in.c_valid, in.mask_valid));
  check("d_valid", rtl.d_valid, model.d_valid());
  if (rtl.d_valid) {
    check("d_last", rtl.d_last, model.d_last());
    check("d_lane_valid", rtl.d_lane_valid, model.d_lane_valid());
    check("d_sample", rtl.d_sample, model.d_sample());
    for (size_t i = 0; i < rtl.d_data.size(); ++i)
      check.Data("d_data", rtl.d_data[i], model.d_data()[i]);
  }
  check("stats_valid", rtl.stats_valid, model.stats_valid());
  if (!rtl.stats_valid) return;
  const EpilogueStats& stats = model.stats();
  check.Data("stats_max_abs", rtl.max_abs, stats.max_abs);
  check.Data("stats_sum_abs", rtl.sum_abs, stats.sum_abs);
  check.Data("stats_sum_squares[63:0]", rtl.sum_squares_lo,
             static_cast<uint64_t>(stats.sum_squares));
  check.Data("stats_sum_squares[95:64]", rtl.sum_squares_hi,
             static_cast<uint64_t>(stats.sum_squares >> 64));
  check.Data("stats_wraps", rtl.wraps, stats.wraps);
  for (size_t s = 0; s < rtl.zeros.size(); ++s) {
    check.Data("stats_zeros", rtl.zeros[s], stats.zeros[s]);
    check.Data("stats_clipped", rtl.clipped[s], stats.clipped[s]);
  }
}

// A Verilated engine and its model behind one interface; throws at the first difference.
class EngineInLockstep : public Engine {
 public:
  EngineInLockstep(const std::string& shape, uint64_t seed)
      : rtl_(MakeRtl(shape, seed)),
        lockstep_(seed, {ModelShape(rtl_->shape()), true},
                  cycle::TetralogEngine(ModelShape(rtl_->shape()), false)),
        inputs_(rtl_->shape().lanes),
        sums_(rtl_->shape()) {}

  const EngineShape& shape() const override { return rtl_->shape(); }
  void Trace(const std::string& path) override { rtl_->Trace(path); }
  void Reset() override {
    rtl_->Reset();
    lockstep_.Reset();
    sums_.Reset();
  }
  void set_with_timing(bool on) { lockstep_.set_with_timing(on); }

  void Cycle(const EngineInputs& in, EngineOutputs& out) override {
    out = {};
    rtl_->Cycle(in, out);
    const cycle::TetralogEngine::Inputs model_in = inputs_.Of(in, sums_.With(in));
    cycle::TetralogEngine::Inputs timing_in = model_in;
    timing_in.sums = timing_in.c_data = nullptr;
    lockstep_.Cycle(model_in, timing_in,
                    [&](OutputCheck& check, const cycle::TetralogEngine& model) {
                      Compare(check, out, model, in);
                    });
    if (lockstep_.differs()) throw EngineError("the model differs");
    if (in.op_valid && out.op_ready) sums_.Take(in.op_last);
  }

 private:
  std::unique_ptr<Engine> rtl_;
  UnitLockstep<cycle::TetralogEngine> lockstep_;
  ModelInputs inputs_;
  Sums sums_;
};

// Thrown in the middle of a run.
struct Interrupt {};

class TetralogEngineCycle : public ::testing::TestWithParam<std::string> {
 protected:
  // Random commands in bursts of 1 to 4 for this many cycles, a third of the bursts cut short by a
  // reset. Some bursts have no pauses.
  void RunRandom(uint64_t seed, uint64_t cycles, const StallConfig& stalls) {
    EngineInLockstep engine(GetParam(), seed);
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
      engine.set_with_timing(!wide);
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
        FAIL() << e.what() << "; seed " << seed << "; last command: " << gemms.back()->Text();
      }
      if (reset || wide) engine.Reset();  // a model without data may be early where z was wide
    }
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
