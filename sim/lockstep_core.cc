// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/lockstep_core.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "model/contract.h"
#include "sim/machine.h"

namespace tetralog {
namespace {

// The bits of the bytes that a strobe names, of eight.
uint64_t ByteMask(uint32_t strobe) {
  // Each bit to the lowest of its byte, then over the byte.
  const uint64_t bits = ((strobe & 0x7f) * 0x0002040810204081) & 0x0101010101010101;
  return (bits | uint64_t{strobe >> 7 & 1} << 56) * 0xff;
}

template <typename Visit>
void ForEachAddressPin(const AxiAddress& a, const AxiAddress& b,
                       const std::array<const char*, 10>& names, Visit&& visit) {
  visit(names[0], a.valid, b.valid);
  if (!a.valid) return;
  visit(names[1], a.id, b.id);
  visit(names[2], a.addr, b.addr);
  visit(names[3], a.len, b.len);
  visit(names[4], a.size, b.size);
  visit(names[5], a.burst, b.burst);
  visit(names[6], a.lock, b.lock);
  visit(names[7], a.cache, b.cache);
  visit(names[8], a.prot, b.prot);
  visit(names[9], a.qos, b.qos);
}

constexpr std::array<const char*, 10> kAwNames = {
    "m_axi_awvalid_o", "m_axi_awid_o",   "m_axi_awaddr_o",  "m_axi_awlen_o",  "m_axi_awsize_o",
    "m_axi_awburst_o", "m_axi_awlock_o", "m_axi_awcache_o", "m_axi_awprot_o", "m_axi_awqos_o"};
constexpr std::array<const char*, 10> kArNames = {
    "m_axi_arvalid_o", "m_axi_arid_o",   "m_axi_araddr_o",  "m_axi_arlen_o",  "m_axi_arsize_o",
    "m_axi_arburst_o", "m_axi_arlock_o", "m_axi_arcache_o", "m_axi_arprot_o", "m_axi_arqos_o"};

// visit(name, value of a, value of b) for every pin that means something in this cycle.
template <typename Visit>
void ForEachPin(const CoreOutputs& a, const CoreOutputs& b, Visit&& visit) {
  visit("irq_o", a.irq, b.irq);
  visit("s_axil_awready_o", a.lite.aw_ready, b.lite.aw_ready);
  visit("s_axil_wready_o", a.lite.w_ready, b.lite.w_ready);
  visit("s_axil_bvalid_o", a.lite.b_valid, b.lite.b_valid);
  if (a.lite.b_valid) visit("s_axil_bresp_o", a.lite.b_resp, b.lite.b_resp);
  visit("s_axil_arready_o", a.lite.ar_ready, b.lite.ar_ready);
  visit("s_axil_rvalid_o", a.lite.r_valid, b.lite.r_valid);
  if (a.lite.r_valid) {
    visit("s_axil_rresp_o", a.lite.r_resp, b.lite.r_resp);
    visit("s_axil_rdata_o", a.lite.r_data, b.lite.r_data);
  }
  ForEachAddressPin(a.axi.aw, b.axi.aw, kAwNames, visit);
  ForEachAddressPin(a.axi.ar, b.axi.ar, kArNames, visit);
  const AxiWriteData &w = a.axi.w, &v = b.axi.w;
  visit("m_axi_wvalid_o", w.valid, v.valid);
  if (w.valid) {
    visit("m_axi_wlast_o", w.last, v.last);
    visit("m_axi_wstrb_o", w.strb, v.strb);
    const uint64_t low = ByteMask(w.strb & 0xff), high = ByteMask(w.strb >> 8);
    visit("m_axi_wdata_o[63:0]", w.data[0] & low, v.data[0] & low);
    visit("m_axi_wdata_o[127:64]", w.data[1] & high, v.data[1] & high);
  }
  visit("m_axi_bready_o", a.axi.b_ready, b.axi.b_ready);
  visit("m_axi_rready_o", a.axi.r_ready, b.axi.r_ready);
}

bool Equal(const CoreOutputs& a, const CoreOutputs& b) {
  uint64_t difference = 0;
  ForEachPin(a, b, [&](const char*, uint64_t x, uint64_t y) { difference |= x ^ y; });
  return difference == 0;
}

// What is worth remembering: not the polling of registers.
struct Handshakes {
  bool lite_aw, lite_w, aw, w, b, ar, r;
  bool any() const { return lite_aw | lite_w | aw | w | b | ar | r; }
};

Handshakes HandshakesOf(const CoreInputs& in, const CoreOutputs& out) {
  return {.lite_aw = in.lite.aw_valid && out.lite.aw_ready,
          .lite_w = in.lite.w_valid && out.lite.w_ready,
          .aw = in.axi.aw_ready && out.axi.aw.valid,
          .w = in.axi.w_ready && out.axi.w.valid,
          .b = in.axi.b.valid && out.axi.b_ready,
          .ar = in.axi.ar_ready && out.axi.ar.valid,
          .r = in.axi.r.valid && out.axi.r_ready};
}

std::string EventText(const CoreInputs& in, const CoreOutputs& out) {
  const Handshakes done = HandshakesOf(in, out);
  std::string text;
  const auto note = [&](bool happened, const std::string& what) {
    if (happened) text += "; " + what;
  };
  note(done.lite_aw, fmt::format("register write to {:#05x}", in.lite.aw_addr));
  note(done.lite_w, fmt::format("of {:#x}", in.lite.w_data));
  const auto address = [](const char* channel, const AxiAddress& a) {
    return fmt::format("{} id {} at {:#x}, {} beats", channel, a.id, a.addr, a.len + 1);
  };
  note(done.aw, address("AW", out.axi.aw));
  note(done.w, fmt::format("W strobe {:#x}{}", out.axi.w.strb, out.axi.w.last ? " last" : ""));
  note(done.b, fmt::format("B response {}", in.axi.b.resp));
  note(done.ar, address("AR", out.axi.ar));
  note(done.r, fmt::format("R id {} response {}{}", in.axi.r.id, in.axi.r.resp,
                           in.axi.r.last ? " last" : ""));
  return text.substr(2);
}

}  // namespace

LockstepCore::LockstepCore(std::unique_ptr<Core> first, std::unique_ptr<Core> second)
    : first_(std::move(first)), second_(std::move(second)) {
  if (!(first_->shape() == second_->shape()))
    throw std::invalid_argument("the cores of a lockstep have different shapes; give one");
}

void LockstepCore::Reset() {
  first_->Reset();
  second_->Reset();
  ring_ = {};
}

void LockstepCore::Cycle(const CoreInputs& in, CoreOutputs& out) {
  first_->Cycle(in, out);
  second_->Cycle(in, other_);
  if (!Equal(out, other_)) [[unlikely]]
    Diverge(out, other_);
  Watch(in, out);
  ++cycle_;
}

void LockstepCore::Watch(const CoreInputs& in, const CoreOutputs& out) {
  const Handshakes done = HandshakesOf(in, out);
  if (!done.any()) return;
  events_[next_event_] = {cycle_, in, out};
  next_event_ = (next_event_ + 1) % events_.size();

  const auto reg = [this](uint32_t offset) -> uint32_t& {
    return ring_.registers[offset / 4 % ring_.registers.size()];
  };
  if (done.lite_aw) ring_.write_address = in.lite.aw_addr, ring_.have_address = true;
  if (done.lite_w) ring_.write_data = in.lite.w_data, ring_.have_data = true;
  if (ring_.have_address && ring_.have_data) {
    reg(ring_.write_address) = ring_.write_data;
    ring_.have_address = ring_.have_data = false;
    if (ring_.write_address == kRegControl && (ring_.write_data >> kControlSoftReset & 1) != 0)
      reg(kRegTail) = 0, ring_.fetched = ring_.records = 0;
  }
  if (done.ar && out.axi.ar.id == 0) ++ring_.fetched;
  const uint64_t base = reg(kRegRecordBaseLo) | uint64_t{reg(kRegRecordBaseHi)} << 32;
  if (done.aw && out.axi.aw.addr - base < uint64_t{reg(kRegRingSize)} * kRecordBytes &&
      (out.axi.aw.addr - base) % kRecordBytes == 0)
    ++ring_.records;
}

void LockstepCore::Diverge(const CoreOutputs& first, const CoreOutputs& second) const {
  std::string text;
  ForEachPin(first, second, [&](const char* name, uint64_t x, uint64_t y) {
    if (x == y) return;
    text += text.empty() ? fmt::format("{}{} differs in cycle {}: {} {:#x}, {} {:#x}", kDivergence,
                                       name, cycle_, first_->level(), x, second_->level(), y)
                         : fmt::format("; {} {:#x}, {:#x}", name, x, y);
  });
  text += fmt::format("\n  {} commands submitted, {} fetched, {} records begun; before:",
                      ring_.registers[kRegTail / 4], ring_.fetched, ring_.records);
  for (size_t i = 0; i < events_.size(); ++i) {
    const Event& e = events_[(next_event_ + i) % events_.size()];
    if (HandshakesOf(e.in, e.out).any())
      text += fmt::format("\n  cycle {}: {}", e.cycle, EventText(e.in, e.out));
  }
  throw MachineError(text);
}

}  // namespace tetralog
