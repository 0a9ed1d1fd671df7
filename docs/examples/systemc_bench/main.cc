// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A SystemC bench: the core, a clock, a small memory behind its AXI4 port, and a host that submits
// one product D = A B (INT4 by INT4 to INT32) through the registers and waits for the interrupt.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <systemc>
#include <vector>

#include "model/contract.h"
#include "model/systemc/core_signals.h"
#include "model/systemc/tetralog_core.h"

namespace {

using tetralog::systemc::CoreSignals;
using tetralog::systemc::TetralogCore;
using tetralog::systemc::ToBits;
using tetralog::systemc::ToWord;

constexpr tetralog::MachineShape kShape = {
    .rows = 4, .cols = 4, .dot = 1, .depth_a = 64, .depth_b = 64, .axi_data = 64};

constexpr unsigned kWordBytes = kShape.axi_data / 8;

// One burst at a time each way, a beat a cycle.
class Memory : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk_i{"clk_i"};
  std::vector<uint8_t> bytes = std::vector<uint8_t>(1 << 16);

  Memory(sc_core::sc_module_name name, CoreSignals& wires) : sc_module(name), wires_(wires) {
    SC_HAS_PROCESS(Memory);
    SC_METHOD(Clock);
    sensitive << clk_i.pos();
    dont_initialize();
  }

 private:
  void Clock() {
    Read();
    Write();
  }

  void Read() {
    if (wires_.m_axi_rvalid_i.read() && wires_.m_axi_rready_o.read()) {
      --read_beats_;
      read_address_ += kWordBytes;
    }
    if (wires_.m_axi_arvalid_o.read() && wires_.m_axi_arready_i.read()) {
      read_address_ = wires_.m_axi_araddr_o.read();
      read_beats_ = static_cast<unsigned>(wires_.m_axi_arlen_o.read()) + 1;
      wires_.m_axi_rid_i.write(wires_.m_axi_arid_o.read());
    }
    tetralog::AxiWord word{};
    if (read_beats_ != 0) std::memcpy(word.data(), &bytes.at(read_address_), kWordBytes);
    wires_.m_axi_arready_i.write(read_beats_ == 0);
    wires_.m_axi_rvalid_i.write(read_beats_ != 0);
    wires_.m_axi_rdata_i.write(ToBits(word));
    wires_.m_axi_rlast_i.write(read_beats_ == 1);
    wires_.m_axi_rresp_i.write(tetralog::kAxiOkay);
  }

  void Write() {
    if (wires_.m_axi_bvalid_i.read() && wires_.m_axi_bready_o.read()) answer_ = false;
    if (wires_.m_axi_wvalid_o.read() && wires_.m_axi_wready_i.read()) {
      const tetralog::AxiWord word = ToWord(wires_.m_axi_wdata_o.read());
      for (unsigned i = 0; i < kWordBytes; ++i)
        if (wires_.m_axi_wstrb_o.read()[static_cast<int>(i)])
          bytes.at(write_address_ + i) = static_cast<uint8_t>(word[0] >> 8 * i);
      write_address_ += kWordBytes;
      if (wires_.m_axi_wlast_o.read()) {
        writing_ = false;
        answer_ = true;
      }
    }
    if (wires_.m_axi_awvalid_o.read() && wires_.m_axi_awready_i.read()) {
      write_address_ = wires_.m_axi_awaddr_o.read();
      writing_ = true;
      wires_.m_axi_bid_i.write(wires_.m_axi_awid_o.read());
    }
    wires_.m_axi_awready_i.write(!writing_ && !answer_);
    wires_.m_axi_wready_i.write(writing_);
    wires_.m_axi_bvalid_i.write(answer_);
    wires_.m_axi_bresp_i.write(tetralog::kAxiOkay);
  }

  CoreSignals& wires_;
  uint64_t read_address_ = 0, write_address_ = 0;
  unsigned read_beats_ = 0;
  bool writing_ = false, answer_ = false;
};

// The program of the host.
class Host : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk_i{"clk_i"};
  bool passed = false;

  Host(sc_core::sc_module_name name, CoreSignals& wires, Memory& memory)
      : sc_module(name), wires_(wires), memory_(memory) {
    SC_HAS_PROCESS(Host);
    SC_THREAD(Run);
    sensitive << clk_i.pos();
  }

 private:
  static constexpr uint32_t kM = 4, kN = 6, kK = 10;
  static constexpr uint64_t kRing = 0x0000, kRecords = 0x0400;
  static constexpr uint64_t kA = 0x1000, kB = 0x2000, kD = 0x3000;
  static constexpr uint32_t kStride = 64;  // bytes from one stored row to the next

  static int ValueA(uint32_t m, uint32_t k) { return static_cast<int>((3 * m + k) % 15) - 7; }
  static int ValueB(uint32_t k, uint32_t n) { return static_cast<int>((k + 5 * n) % 15) - 7; }

  void Run() {
    wires_.rst_ni.write(false);
    for (int i = 0; i < 4; ++i) wait();
    wires_.rst_ni.write(true);
    for (int i = 0; i < 4; ++i) wait();
    if (ReadRegister(tetralog::kRegId) != tetralog::kIdentity) return Stop("this is no Tetralog");

    StoreOperands();
    const auto entry = ProductCommand().Pack();
    std::memcpy(&memory_.bytes.at(kRing), entry.data(), entry.size());
    WriteRegister(tetralog::kRegRingBaseLo, kRing);
    WriteRegister(tetralog::kRegRecordBaseLo, kRecords);
    WriteRegister(tetralog::kRegRingSize, 4);
    WriteRegister(tetralog::kRegIrqEnable,
                  1 << tetralog::kIrqCompletion | 1 << tetralog::kIrqError);
    WriteRegister(tetralog::kRegControl, 1 << tetralog::kControlEnable);
    const sc_core::sc_time start = sc_core::sc_time_stamp();
    WriteRegister(tetralog::kRegTail, 1);  // the doorbell
    while (!wires_.irq_o.read()) wait();
    if (ReadRegister(tetralog::kRegHead) != 1) return Stop("the command did not complete");
    std::printf("the product took %s from doorbell to interrupt\n",
                (sc_core::sc_time_stamp() - start).to_string().c_str());
    Stop(Compare());
  }

  void Stop(const char* error) {
    passed = error == nullptr;
    std::printf("%s\n", passed ? "D is right" : error);
    sc_core::sc_stop();
  }

  // Two codes a byte, the first in the low half. A is stored by rows, B by columns.
  void StoreCode(uint64_t row, uint32_t index, int value) {
    uint8_t& byte = memory_.bytes.at(row + index / 2);
    byte = static_cast<uint8_t>(byte | (value & 15) << 4 * (index % 2));
  }
  void StoreOperands() {
    for (uint32_t k = 0; k < kK; ++k) {
      for (uint32_t m = 0; m < kM; ++m) StoreCode(kA + m * kStride, k, ValueA(m, k));
      for (uint32_t n = 0; n < kN; ++n) StoreCode(kB + n * kStride, k, ValueB(k, n));
    }
  }

  static tetralog::Command ProductCommand() {
    tetralog::Command c;
    c.op = static_cast<uint8_t>(tetralog::Operation::kGemm);
    c.a_format = c.b_format = static_cast<uint8_t>(tetralog::Format::kInt4);
    c.d_format = static_cast<uint8_t>(tetralog::Format::kInt32);
    c.irq = 1;
    c.b_transposed = 1;
    c.samples = c.a_samples = 1;
    c.scale_mul = 1;
    c.m = kM;
    c.n = kN;
    c.k = kK;
    c.block = 1;
    c.a_base = kA;
    c.b_base = kB;
    c.d_base = kD;
    c.a_stride = c.b_stride = c.d_stride = kStride;
    return c;
  }

  // What is wrong with D; nothing, hopefully.
  const char* Compare() const {
    for (uint32_t m = 0; m < kM; ++m) {
      for (uint32_t n = 0; n < kN; ++n) {
        int expected = 0, value = 0;
        for (uint32_t k = 0; k < kK; ++k) expected += ValueA(m, k) * ValueB(k, n);
        std::memcpy(&value, &memory_.bytes.at(kD + m * kStride + n * 4), 4);
        if (value != expected) return "D is wrong";
      }
    }
    return nullptr;
  }

  void WriteRegister(uint32_t offset, uint32_t value) {
    wires_.s_axil_awaddr_i.write(offset);
    wires_.s_axil_wdata_i.write(value);
    wires_.s_axil_wstrb_i.write(15);
    wires_.s_axil_awvalid_i.write(true);
    wires_.s_axil_wvalid_i.write(true);
    wires_.s_axil_bready_i.write(true);
    do wait();  // the core takes address and data together
    while (!wires_.s_axil_awready_o.read());
    wires_.s_axil_awvalid_i.write(false);
    wires_.s_axil_wvalid_i.write(false);
    do wait();
    while (!wires_.s_axil_bvalid_o.read());
  }

  uint32_t ReadRegister(uint32_t offset) {
    wires_.s_axil_araddr_i.write(offset);
    wires_.s_axil_arvalid_i.write(true);
    wires_.s_axil_rready_i.write(true);
    do wait();
    while (!wires_.s_axil_arready_o.read());
    wires_.s_axil_arvalid_i.write(false);
    do wait();
    while (!wires_.s_axil_rvalid_o.read());
    return static_cast<uint32_t>(wires_.s_axil_rdata_o.read());
  }

  CoreSignals& wires_;
  Memory& memory_;
};

}  // namespace

int sc_main(int, char*[]) {
  sc_core::sc_clock clock("clock", 1, sc_core::SC_NS);
  CoreSignals wires;
  TetralogCore core("core", kShape);
  Memory memory("memory", wires);
  Host host("host", wires, memory);
  core.clk_i(clock);
  memory.clk_i(clock);
  host.clk_i(clock);
  wires.Bind(core);
  sc_core::sc_start(1, sc_core::SC_MS);
  return host.passed ? 0 : 1;
}
