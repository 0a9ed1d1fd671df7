// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tetralog_core.h"

#include <algorithm>
#include <stdexcept>

namespace tetralog::cycle {
namespace {

const MachineShape& Checked(const MachineShape& s) {
  CheckShape(s);
  return s;
}

}  // namespace

TetralogCore::TetralogCore(const MachineShape& shape, bool data)
    : shape_(Checked(shape)),
      data_(data),
      registers_(shape),
      read_(shape, data),
      front_(shape),
      path_(shape, data),
      engine_(shape, data),
      writer_(shape, data) {
  Reset();
}

void TetralogCore::Reset() {
  registers_.Reset();
  control_.Reset();
  now_ = 0;
  ResetUnits();
}

// All but the registers and the control.
void TetralogCore::ResetUnits() {
  read_.Reset();
  front_.Reset();
  path_.Reset();
  engine_.Reset();
  writer_.Reset();
  back_.busy = back_.start = back_.written = false;
  back_.index = 0;
  slot_busy_ = 0;
}

void TetralogCore::Outputs(CoreOutputs& out) const {
  out.lite = registers_.lite();
  out.irq = registers_.irq();
  out.axi.ar = read_.ar();
  out.axi.r_ready = read_.r_ready();
  out.axi.aw = writer_.aw();
  out.axi.w = writer_.w();
  out.axi.b_ready = writer_.b_ready();
}

ResultWriter::Command TetralogCore::WriterCommand() const {
  const Command& c = back_.cmd;
  return {.d_base = c.d_base,
          .d_stride = c.d_stride,
          .d_sample_stride = c.d_sample_stride,
          .d_int32 = back_.tile.d_format == Format::kInt32,
          .d_transposed = c.d_transposed != 0,
          .samples = c.samples,
          .m = c.m & kSizeMask,
          .n = c.n & kSizeMask,
          .block_cols = BlockCols(c, shape_),
          .index = back_.index,
          .tag = c.tag,
          .start = back_.start_time};
}

// The command in front becomes the one that computes.
void TetralogCore::HandOver() {
  const Command& c = front_.cmd();
  back_.busy = true;
  back_.written = false;
  back_.index = front_.index();
  back_.cmd = c;
  back_.start_time = front_start_;
  back_.panel_words = front_.panel_words();
  back_.tile = {.d_format = static_cast<Format>(c.d_format),
                .rounding = static_cast<Rounding>(c.rounding),
                .scale_mul = c.scale_mul,
                .scale_shift = static_cast<int8_t>(ScaleShift(c)),
                .c_enable = c.c_enable != 0,
                .mask_enable = c.mask_enable != 0,
                .samples = c.samples,
                .sample0 = c.sample0,
                .seed = c.seed};
  const uint32_t slot = back_.index & 1;
  slot_busy_ |= static_cast<uint8_t>(1 << slot);
  slot_first_[slot] = front_.d_first();
  slot_last_[slot] = front_.d_last();
}

void TetralogCore::Look(const AxiSlave& axi, Wires& w) const {
  w.halt = control_.halt();
  w.head = control_.head();
  w.waiting =
      ((registers_.enable() && registers_.tail() != w.head) || front_.busy() || slot_busy_ != 0) &&
      !control_.error() && !registers_.soft_reset();
  const bool load_busy = path_.load_busy();
  w.load_start = front_.load_start(slot_busy_, load_busy);
  w.hand_over = front_.back_valid(slot_busy_) && !back_.busy;
  w.writer_takes = writer_.cmd_ready() && back_.busy && !back_.written;
  w.back_ends = !back_.start && back_.written && !path_.busy();
  w.done = writer_.done();

  w.granted = read_.granted(front_.req_valid(), path_.a_first(), w.halt, axi.ar_ready);
  const bool ring_beat = read_.ring_beat_valid(w.halt);
  if (ring_beat) w.ring_beat = read_.ring_beat_data();
  const uint32_t words = read_.word_valid();
  if (words != 0 && data_) w.word = read_.word_data();

  w.front = {.enable = registers_.enable(),
             .halt = w.halt,
             .req_ready = w.granted.ring,
             .beat_valid = ring_beat,
             .load_busy = load_busy,
             .back_ready = !back_.busy,
             .slot_busy = slot_busy_,
             .ring_size = registers_.ring_size(),
             .tail = registers_.tail(),
             .head = w.head,
             .ring_base = registers_.ring_base(),
             .record_base = registers_.record_base(),
             .beat_data = &w.ring_beat,
             .slot_first = slot_first_,
             .slot_last = slot_last_};
  w.fetched = front_.fetched();

  const Feeder& beat = path_.beat();
  w.op_valid = beat.op_valid();
  w.c_valid = path_.addend().c_valid();
  w.mask_valid = path_.mask().mask_valid();
  w.d_ready = writer_.d_ready();
  w.path = {.load_start = w.load_start,
            .front = &front_.cmd(),
            .back_start = back_.start,
            .back = &back_.cmd,
            .panel_words = back_.panel_words,
            .seg_ready = w.granted.seg_ready,
            .word_valid = words,
            .word_last = words != 0 && read_.word_last(),
            .word_data = &w.word,
            .op_ready = engine_.op_ready(w.op_valid, beat.op_last()),
            .c_ready = engine_.c_ready(w.c_valid, w.mask_valid, w.d_ready),
            .mask_ready = engine_.mask_ready(w.c_valid, w.mask_valid, w.d_ready)};
}

bool TetralogCore::Clock(const CoreInputs& in) {
  const bool in_reset = !control_.core_rst_n();
  Wires w;
  Look(in.axi, w);
  // What a unit shows is read before it is clocked: the registers, which see much, come first, and
  // users before those they use.
  bool active = ClockControl(in, w);
  active |= ClockResults(in.axi, w);
  active |= ClockReads(in.axi, w);
  active |= ClockCommands(w);
  ++now_;
  if (in_reset || !control_.core_rst_n()) {
    ResetUnits();
    active = true;
  }
  return active;
}

bool TetralogCore::ClockControl(const CoreInputs& in, const Wires& w) {
  const bool axi_busy = read_.busy() || writer_.busy();
  const bool d_valid = engine_.d_valid();
  registers_in_ = {.lite = in.lite,
                   .soft_reset_done = control_.soft_reset_done(),
                   .busy = w.waiting || axi_busy,
                   .error = control_.error(),
                   .error_cause = control_.cause(),
                   .completion = w.done && record_irq_,
                   .head = w.head,
                   .error_index = control_.index(),
                   .count_busy = w.waiting,
                   .count_active = w.op_valid && w.path.op_ready,
                   .count_stall_operand = path_.stall_operand(w.path),
                   .count_stall_drain = w.op_valid && !w.path.op_ready,
                   .count_stall_addend = engine_.addend_wait(w.c_valid, w.mask_valid),
                   .count_stall_write = d_valid && !w.d_ready,
                   .count_read = read_.beat(in.axi.r.valid),
                   .count_write_bytes = writer_.write_bytes(in.axi.w_ready),
                   .count_products = path_.products(),
                   .count_gated = path_.gated()};
  const bool failed = front_.failed();
  const CoreControl::Inputs control = {.soft_reset = registers_.soft_reset(),
                                       .done = w.done,
                                       .front_index = front_.index(),
                                       .front_failed = failed,
                                       .front_cause = failed ? front_.cause() : uint8_t{0},
                                       .front_read_error = read_.front_error(),
                                       .front_checking = front_.checking(),
                                       .back_index = back_.index,
                                       .back_read_error = read_.back_error(),
                                       .write_error = writer_.error(),
                                       .axi_busy = axi_busy};
  const bool active = registers_.Clock(registers_in_);
  return control_.Clock(control) || active;
}

bool TetralogCore::ClockResults(const AxiSlave& axi, const Wires& w) {
  ResultWriter::Command command;
  if (w.writer_takes) {
    command = WriterCommand();
    record_irq_ = back_.cmd.irq != 0;
  }
  const bool stats_ready = writer_.stats_ready(axi.w_ready);
  bool active = writer_.Clock({.cmd_valid = w.writer_takes,
                               .cmd = &command,
                               .now = now_,
                               .record_base = registers_.record_base(),
                               .ring_size = registers_.ring_size(),
                               .d_valid = engine_.d_valid(),
                               .d_sample = static_cast<uint8_t>(engine_.d_sample()),
                               .d_data = engine_.d_data(),
                               .stats_valid = engine_.stats_valid(),
                               .stats = &engine_.stats(),
                               .halt = w.halt,
                               .aw_ready = axi.aw_ready,
                               .w_ready = axi.w_ready,
                               .b = axi.b});
  const Feeder& beat = path_.beat();
  if (beat.op_last()) {
    TetralogEngine::Tile& tile = back_.tile;
    tile.rows = beat.tile_rows();
    tile.cols = beat.tile_cols();
    tile.row = back_.cmd.row0 + beat.tile_m0();
    tile.col = back_.cmd.col0 + beat.tile_n0();
    tile.last = beat.tile_last();
  }
  active |= engine_.Clock({.tile_valid = w.op_valid,
                           .tile = &back_.tile,
                           .op_valid = w.op_valid,
                           .op_last = beat.op_last(),
                           .sums = path_.sums(),
                           .c_valid = w.c_valid,
                           .c_data = path_.addend().c_data(),
                           .mask_valid = w.mask_valid,
                           .mask_data = w.mask_valid ? path_.mask().mask_data() : 0,
                           .d_ready = w.d_ready,
                           .stats_ready = stats_ready});
  return active;
}

// What is read: the path to the engine, then the port that it asks.
bool TetralogCore::ClockReads(const AxiSlave& axi, const Wires& w) {
  const bool ring = front_.req_valid();
  const uint32_t seg_valid = path_.seg_valid();
  // Most cycles read nothing.
  if (!ring && seg_valid == 0 && read_.at_rest() && !w.halt && !axi.r.valid)
    return path_.Clock(w.path);
  ReadPort::Inputs read = {.halt = w.halt,
                           .a_first = path_.a_first(),
                           .ring_req_valid = ring,
                           .ring_beat_ready = front_.beat_ready(),
                           .seg_valid = seg_valid,
                           .ar_ready = axi.ar_ready,
                           .r = &axi.r};
  if (ring) {
    read.ring_req_addr = front_.req_addr();
    read.ring_req_len = front_.req_len();
  }
  for (uint32_t s = 0; s < ReadPort::kStreams; ++s)
    if ((seg_valid & w.granted.seg_ready & 1U << s) != 0) read.segment[s] = path_.segment(s);
  const bool active = path_.Clock(w.path);
  return read_.Clock(read) || active;
}

// The front end, and which commands are in flight.
bool TetralogCore::ClockCommands(const Wires& w) {
  if (w.fetched) front_start_ = now_;
  if (w.done) slot_busy_ &= static_cast<uint8_t>(~(1 << (w.head & 1)));
  back_.start = w.hand_over;
  if (w.hand_over) {
    HandOver();
  } else {
    if (w.writer_takes) back_.written = true;
    if (w.back_ends) back_.busy = false;
  }
  const bool active = front_.Clock(w.front);
  return active || back_.start || w.writer_takes || w.back_ends || w.done;
}

uint64_t TetralogCore::Countdown() const { return std::min(path_.Countdown(), front_.Countdown()); }

void TetralogCore::Skip(uint64_t n) {
  registers_.Skip(n, registers_in_);
  path_.Skip(n);
  front_.Skip(n);
  now_ += n;
}

}  // namespace tetralog::cycle
