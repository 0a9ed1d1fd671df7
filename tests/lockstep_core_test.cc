// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The comparison of two cores: a change of any one pin must be found in its cycle and named, and
// what means nothing (payload without valid, bytes without strobe) must not be.

#include "sim/lockstep_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/clocked_machine.h"
#include "tests/copy_core.h"

namespace tetralog {
namespace {

using ::tetralog::testing::CopyCore;
using ::tetralog::testing::kScratch;
using ::tetralog::testing::Misbehaviour;

using Change = std::function<void(CoreOutputs&)>;

// Another core whose outputs are changed from some cycle on.
class ChangedCore : public Core {
 public:
  ChangedCore(std::unique_ptr<Core> core, Change change, uint64_t from)
      : core_(std::move(core)), change_(std::move(change)), from_(from) {}
  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return core_->shape(); }
  void Reset() override { core_->Reset(); }
  void Trace(const std::string& path) override { core_->Trace(path); }
  void Cycle(const CoreInputs& in, CoreOutputs& out) override {
    core_->Cycle(in, out);
    if (cycle_++ >= from_) change_(out);
  }

 private:
  const std::string level_ = "changed";
  std::unique_ptr<Core> core_;
  Change change_;
  uint64_t from_, cycle_ = 0;
};

// Always the same outputs.
class FixedCore : public Core {
 public:
  explicit FixedCore(const CoreOutputs& out, const MachineShape& shape = {})
      : out_(out), shape_(shape) {}
  const std::string& level() const override { return level_; }
  const MachineShape& shape() const override { return shape_; }
  void Reset() override {}
  void Trace(const std::string&) override { throw std::invalid_argument("fixed"); }
  void Cycle(const CoreInputs&, CoreOutputs& out) override { out = out_; }

 private:
  const std::string level_ = "fixed";
  CoreOutputs out_;
  MachineShape shape_;
};

// The text of the divergence in cycle 3; "none" when there is none in ten cycles.
std::string DivergenceOf(const CoreOutputs& outputs, const Change& change) {
  LockstepCore lockstep(
      std::make_unique<FixedCore>(outputs),
      std::make_unique<ChangedCore>(std::make_unique<FixedCore>(outputs), change, 3));
  CoreOutputs out;
  for (int cycle = 0; cycle < 10; ++cycle) {
    try {
      lockstep.Cycle({}, out);
    } catch (const MachineError& error) {
      EXPECT_EQ(cycle, 3);
      return error.what();
    }
  }
  return "none";
}

CoreOutputs AllValid() {
  CoreOutputs out;
  out.lite.b_valid = out.lite.r_valid = true;
  out.axi.aw.valid = out.axi.ar.valid = out.axi.w.valid = true;
  out.axi.w.strb = 0xffff;
  return out;
}

struct Pin {
  std::string name;
  Change change;
  bool payload;  // of a channel with a valid
};

std::vector<Pin> Pins() {
  std::vector<Pin> pins = {
      {"irq_o", [](CoreOutputs& o) { o.irq ^= 1; }, false},
      {"s_axil_awready_o", [](CoreOutputs& o) { o.lite.aw_ready ^= 1; }, false},
      {"s_axil_wready_o", [](CoreOutputs& o) { o.lite.w_ready ^= 1; }, false},
      {"s_axil_bvalid_o", [](CoreOutputs& o) { o.lite.b_valid ^= 1; }, false},
      {"s_axil_bresp_o", [](CoreOutputs& o) { o.lite.b_resp ^= 2; }, true},
      {"s_axil_arready_o", [](CoreOutputs& o) { o.lite.ar_ready ^= 1; }, false},
      {"s_axil_rvalid_o", [](CoreOutputs& o) { o.lite.r_valid ^= 1; }, false},
      {"s_axil_rresp_o", [](CoreOutputs& o) { o.lite.r_resp ^= 1; }, true},
      {"s_axil_rdata_o", [](CoreOutputs& o) { o.lite.r_data ^= 1u << 31; }, true},
      {"m_axi_wvalid_o", [](CoreOutputs& o) { o.axi.w.valid ^= 1; }, false},
      {"m_axi_wlast_o", [](CoreOutputs& o) { o.axi.w.last ^= 1; }, true},
      {"m_axi_wstrb_o", [](CoreOutputs& o) { o.axi.w.strb ^= 1 << 15; }, true},
      {"m_axi_wdata_o[63:0]", [](CoreOutputs& o) { o.axi.w.data[0] ^= uint64_t{1} << 63; }, true},
      {"m_axi_wdata_o[127:64]", [](CoreOutputs& o) { o.axi.w.data[1] ^= 1; }, true},
      {"m_axi_bready_o", [](CoreOutputs& o) { o.axi.b_ready ^= 1; }, false},
      {"m_axi_rready_o", [](CoreOutputs& o) { o.axi.r_ready ^= 1; }, false}};
  for (const std::string channel : {"aw", "ar"}) {
    const auto add = [&](const std::string& name, bool payload, auto&& change) {
      pins.push_back(
          {"m_axi_" + channel + name + "_o",
           [channel, change](CoreOutputs& o) { change(channel == "aw" ? o.axi.aw : o.axi.ar); },
           payload});
    };
    add("valid", false, [](AxiAddress& a) { a.valid ^= 1; });
    add("id", true, [](AxiAddress& a) { a.id ^= 4; });
    add("addr", true, [](AxiAddress& a) { a.addr ^= uint64_t{1} << 39; });
    add("len", true, [](AxiAddress& a) { a.len ^= 8; });
    add("size", true, [](AxiAddress& a) { a.size ^= 4; });
    add("burst", true, [](AxiAddress& a) { a.burst ^= 2; });
    add("lock", true, [](AxiAddress& a) { a.lock ^= 1; });
    add("cache", true, [](AxiAddress& a) { a.cache ^= 8; });
    add("prot", true, [](AxiAddress& a) { a.prot ^= 4; });
    add("qos", true, [](AxiAddress& a) { a.qos ^= 8; });
  }
  return pins;
}

TEST(LockstepCore, AChangeOfAnyPinIsNamedWithBothValues) {
  EXPECT_EQ(Pins().size(), 36u) << "outputs of the core, WDATA in two halves";
  for (const Pin& pin : Pins()) {
    const std::string text = DivergenceOf(AllValid(), pin.change);
    EXPECT_EQ(text.find("lockstep: " + pin.name + " differs in cycle 3: fixed 0x"), 0u) << text;
    EXPECT_NE(text.find(", changed 0x"), std::string::npos) << text;
  }
}

TEST(LockstepCore, PayloadCountsOnlyUnderItsValid) {
  for (const Pin& pin : Pins()) {
    const std::string text = DivergenceOf({}, pin.change);
    EXPECT_EQ(text == "none", pin.payload) << pin.name << ": " << text;
  }
}

TEST(LockstepCore, BytesOfWriteDataCountOnlyUnderTheirStrobe) {
  for (unsigned byte = 0; byte < 16; ++byte) {
    const Change change = [&](CoreOutputs& o) {
      o.axi.w.data[byte / 8] ^= uint64_t{0x81} << byte % 8 * 8;
    };
    CoreOutputs out = AllValid();
    out.axi.w.strb = static_cast<uint16_t>(1u << byte);
    EXPECT_NE(DivergenceOf(out, change), "none") << "byte " << byte;
    out.axi.w.strb = static_cast<uint16_t>(~out.axi.w.strb);
    EXPECT_EQ(DivergenceOf(out, change), "none") << "byte " << byte;
  }
}

TEST(LockstepCore, AllPinsThatDifferAreNamed) {
  const std::string text = DivergenceOf(AllValid(), [](CoreOutputs& o) {
    o.axi.ar.addr = 0x40;
    o.axi.ar.len = 3;
  });
  EXPECT_NE(text.find("m_axi_araddr_o differs in cycle 3: fixed 0x0, changed 0x40; "
                      "m_axi_arlen_o 0x0, 0x3"),
            std::string::npos)
      << text;
}

TEST(LockstepCore, OneShapeIsNeeded) {
  MachineShape other;
  other.lanes = 8;
  EXPECT_THROW(LockstepCore(std::make_unique<FixedCore>(CoreOutputs{}),
                            std::make_unique<FixedCore>(CoreOutputs{}, other)),
               std::invalid_argument);
}

// Two copies in their machine; the second is changed from a cycle on.
std::unique_ptr<ClockedMachine> MakeMachine(const Change& change, uint64_t from) {
  auto lockstep = std::make_unique<LockstepCore>(
      std::make_unique<CopyCore>(Misbehaviour::kNone),
      std::make_unique<ChangedCore>(std::make_unique<CopyCore>(Misbehaviour::kNone), change, from));
  return std::make_unique<ClockedMachine>(std::move(lockstep), 1 << 16,
                                          ClockedMachineOptions{.seed = 3, .stall_percent = 30});
}

TEST(LockstepCore, EqualCoresRunAsOne) {
  const auto machine = MakeMachine([](CoreOutputs&) {}, 0);
  EXPECT_EQ(machine->level(), "lockstep");
  machine->WriteMemory(0, std::vector<uint8_t>{77});
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 1);
  machine->Wait();
  EXPECT_EQ(machine->ReadRegister(kRegHead), 1u);
  std::vector<uint8_t> byte(1);
  machine->ReadMemory(128, byte);
  EXPECT_EQ(byte[0], 77);
  machine->WriteRegister(kScratch, 5);
  EXPECT_THROW(machine->Trace("w.fst"), std::invalid_argument) << "the first core's answer";
}

TEST(LockstepCore, ADivergenceTellsTheCommandsInFlightAndTheHandshakesBefore) {
  const auto machine = MakeMachine([](CoreOutputs& o) { o.axi.aw.addr += 16; }, 0);
  machine->WriteRegister(kRegRecordBaseLo, 0x80);
  machine->WriteRegister(kRegRingSize, 4);
  machine->WriteRegister(kRegControl, 1);
  machine->WriteRegister(kRegTail, 5);
  try {
    machine->Wait();
    FAIL();
  } catch (const MachineError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find("lockstep: m_axi_awaddr_o differs in cycle "), 0u) << text;
    EXPECT_NE(text.find("copy 0x80, changed 0x90"), std::string::npos) << text;
    EXPECT_NE(text.find("5 commands submitted, 2 fetched, 0 records begun; before:\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find(": R id 0 response 0 last"), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 9) << "eight cycles: " << text;
  }
}

}  // namespace
}  // namespace tetralog
