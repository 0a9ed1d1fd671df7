// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The cycle model of axi_write against axi_write.sv with buses and groups of three kinds, every
// output in every cycle: random segments and gaps, stalls of the three channels, bursts up to the
// limit, halts, error responses and resets at any cycle. A segment is any of 1 to 48 elements at
// any offset of a window of bus words, so some thousands meet every kind of first, middle and last
// beat.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "Vaxi_write_b128_g4.h"
#include "Vaxi_write_b64_g2.h"
#include "Vaxi_write_b64_g8.h"
#include "model/cycle/axi_write.h"
#include "tests/axi_write_testing.h"
#include "tests/write_cycle_testing.h"

namespace tetralog {
namespace {

template <typename Unit, int kAxi, int kGroup>
class AxiWriteTwin {
 public:
  using Rtl = Unit;
  using Model = cycle::AxiWrite;

  static Model Make(bool data) {
    MachineShape shape;
    shape.axi_data = kAxi;
    return Model(shape, kGroup, data);
  }

  const Model::Inputs& In(const Rtl& rtl) {
    word_ = PortAxiWord(rtl.word_i);
    in_ = {rtl.seg_valid_i != 0,
           rtl.seg_int32_i != 0,
           rtl.seg_count_i,
           rtl.seg_addr_i,
           &word_,
           rtl.codes_i,
           rtl.halt_i != 0,
           rtl.m_axi_awready_i != 0,
           rtl.m_axi_wready_i != 0,
           WriteResponse(rtl)};
    return in_;
  }

  void Compare(OutputCheck& check, const Rtl& rtl, const Model& model,
               const Model::Inputs& in) const {
    check("seg_ready", rtl.seg_ready_o, model.seg_ready(in.halt, in.aw_ready, in.w_ready));
    check("rd_en", rtl.rd_en_o, model.rd_en(in.w_ready));
    if (rtl.rd_en_o) {
      constexpr int kSignBit = 1 << 6;  // of rd_first_o
      check("rd_first", static_cast<uint64_t>((int{rtl.rd_first_o} ^ kSignBit) - kSignBit),
            static_cast<uint64_t>(model.rd_first()));
      check("rd_valid", rtl.rd_valid_o, model.rd_valid());
      check("rd_end", rtl.rd_end_o, model.rd_end());
    }
    check("data_end", rtl.data_end_o, model.data_end(in.w_ready));
    check("error", rtl.error_o, model.error());
    check("busy", rtl.busy_o, model.busy());
    check("idle", rtl.idle_o, model.idle());
    check("write_bytes", rtl.write_bytes_o, model.write_bytes(in.w_ready));
    CompareWritePort(check, rtl, model);
  }

 private:
  AxiWord word_;
  Model::Inputs in_;
};

template <typename Unit, int kAxi, int kGroup>
using Bench = AxiWriteBench<UnitInLockstep<AxiWriteTwin<Unit, kAxi, kGroup>>, kAxi, kGroup>;

template <typename Bench>
class AxiWriteCycle : public ::testing::Test {
 protected:
  // A segment anywhere in the lower half of the memory.
  static void AddRandom(Bench& bench) {
    auto& random = bench.random();
    const bool int32 = random() % 2 != 0;
    const auto count = static_cast<int>(1 + random() % (random() % 2 != 0 ? kMaxCount : 6));
    bench.Add(random() % 0x8000 & (int32 ? ~3U : ~0U), count, int32);
  }
};

struct KindName {
  template <typename T>
  static std::string GetName(int) {
    return "Bus" + std::to_string(8 * T::kWordBytes) + "Group" + std::to_string(T::kCodesOfGroup);
  }
};
using Kinds = ::testing::Types<Bench<Vaxi_write_b128_g4, 128, 4>, Bench<Vaxi_write_b64_g2, 64, 2>,
                               Bench<Vaxi_write_b64_g8, 64, 8>>;
TYPED_TEST_SUITE(AxiWriteCycle, Kinds, KindName);

TYPED_TEST(AxiWriteCycle, IsTheRtlInEveryCycleOfRandomSegments) {
  struct Stalls {
    int segments, memory, b_latency, b_jitter;
  };
  constexpr Stalls kStalls[] = {
      {0, 0, 20, 0}, {0, 0, 1000, 0}, {70, 0, 1, 0}, {0, 60, 0, 90}, {40, 40, 3, 30}};
  for (const Stalls& stalls : kStalls) {
    SCOPED_TRACE("stalls of segments " + std::to_string(stalls.segments) + " %, of the memory " +
                 std::to_string(stalls.memory) + " %");
    TypeParam bench(1);
    bench.unit().lockstep().set_seed(1);
    bench.set_segment_stalls(stalls.segments);
    bench.slave().set_options({stalls.memory, stalls.b_latency, stalls.b_jitter});
    for (int i = 0; i < 1500; ++i) this->AddRandom(bench);
    bench.Run();
    if (this->HasFailure()) return;
  }
}

TYPED_TEST(AxiWriteCycle, IsTheRtlThroughHaltsErrorsAndResets) {
  constexpr uint64_t kSeed = 2;
  TypeParam bench(kSeed);
  bench.unit().lockstep().set_seed(kSeed);
  auto& random = bench.random();
  while (bench.unit().lockstep().cycle() < 60000 && !this->HasFailure()) {
    const int error = bench.slave().bursts() + static_cast<int>(random() % 40);
    bench.set_segment_stalls(static_cast<int>(random() % 2 * 40));
    bench.slave().set_options({static_cast<int>(random() % 3 * 30), static_cast<int>(random() % 20),
                               static_cast<int>(random() % 20), random() % 2 != 0 ? error : -1});
    for (int i = 0; i < 60; ++i) this->AddRandom(bench);
    for (auto i = random() % 400; i > 0; --i) {
      bench.unit().halt_i = random() % 16 == 0 ? !bench.unit().halt_i : bench.unit().halt_i;
      bench.Cycle();
    }
    bench.Reset();
  }
}

}  // namespace
}  // namespace tetralog
