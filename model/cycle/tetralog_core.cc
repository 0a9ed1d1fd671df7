// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "model/cycle/tetralog_core.h"

#include <algorithm>
#include <stdexcept>

namespace tetralog::cycle {
namespace {

constexpr uint32_t kBurstsUnderWay = 32;  // of a stream

const MachineShape& Checked(const MachineShape& s) {
  CheckShape(s);
  return s;
}

}  // namespace

TetralogCore::TetralogCore(const MachineShape& shape, bool data)
    : shape_(Checked(shape)),
      data_(data),
      registers_(shape),
      read_(shape),
      reader_(shape, kBurstsUnderWay, data),
      front_(shape),
      load_a_(shape, Operand::kA),
      load_b_(shape, Operand::kB),
      buffer_a_(shape, Operand::kA, data),
      buffer_b_(shape, Operand::kB, data),
      feeder_(shape, data),
      addend_(shape, data),
      mask_(shape, data),
      engine_(shape, data),
      writer_(shape, data),
      sums_(data ? size_t{shape.rows} * shape.cols : 0) {
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
  reader_.Reset();
  front_.Reset();
  load_a_.Reset();
  load_b_.Reset();
  buffer_a_.Reset();
  buffer_b_.Reset();
  feeder_.Reset();
  products_.Reset();
  addend_.Reset();
  mask_.Reset();
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

OperandLoader::Load TetralogCore::LoadA() const {
  const Command& c = front_.cmd();
  const bool resident = c.a_resident != 0;
  return {.base = c.a_base,
          .stride = c.a_stride,
          .sample_stride = c.a_sample_stride,
          .samples = c.a_samples,
          .across = c.a_transposed != 0,
          .rows = c.m & kSizeMask,
          .k = c.k & kSizeMask,
          .repeat_extent = resident ? 1 : c.n & kSizeMask,
          .repeat_step = resident ? 1 : BlockCols(c, shape_)};
}

OperandLoader::Load TetralogCore::LoadB() const {
  const Command& c = front_.cmd();
  return {.base = c.b_base,
          .stride = c.b_stride,
          .across = c.b_transposed == 0,
          .rows = c.n & kSizeMask,
          .k = c.k & kSizeMask};
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
  back_.feed = {.m = c.m & kSizeMask,
                .n = c.n & kSizeMask,
                .k = c.k & kSizeMask,
                .block_cols = BlockCols(c, shape_),
                .a_samples = c.a_samples,
                .a_resident = c.a_resident != 0,
                .panel_words = front_.panel_words()};
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
  const bool load_busy = load_a_.busy() || load_b_.busy();
  w.load_start = front_.load_start(slot_busy_, load_busy);
  w.hand_over = front_.back_valid(slot_busy_) && !back_.busy;
  w.writer_takes = writer_.cmd_ready() && back_.busy && !back_.written;
  w.back_ends =
      !back_.start && back_.written && !feeder_.busy() && !addend_.busy() && !mask_.busy();
  w.done = writer_.done();

  // Read port: at most one request is granted and one beat handed out. All takers of words are
  // always ready.
  w.requests = (front_.req_valid() ? kRing : 0) | reader_.req_valid() << 1;
  if (w.requests != 0) {
    w.urgent = kC | kMask | (feeder_.a_first() ? kA : kB);
    w.granted = read_.req_ready(w.requests, w.urgent, w.halt, axi.ar_ready);
  }
  w.beat = read_.beat_valid(w.halt);
  if (w.beat != 0) w.beat_data = read_.beat_data();
  w.words = reader_.word_valid() << 1;
  if (w.words != 0) {
    w.word_last = reader_.word_last();
    if (data_) w.word = reader_.word_data();
  }

  w.front = {.enable = registers_.enable(),
             .halt = w.halt,
             .req_ready = (w.granted & kRing) != 0,
             .beat_valid = (w.beat & kRing) != 0,
             .load_busy = load_busy,
             .back_ready = !back_.busy,
             .slot_busy = slot_busy_,
             .ring_size = registers_.ring_size(),
             .tail = registers_.tail(),
             .head = w.head,
             .ring_base = registers_.ring_base(),
             .record_base = registers_.record_base(),
             .beat_data = &w.beat_data,
             .slot_first = slot_first_,
             .slot_last = slot_last_};
  w.fetched = front_.fetched();

  w.op_valid = feeder_.op_valid();
  w.op_ready = engine_.op_ready(w.op_valid, feeder_.op_last());
  const uint32_t taken = reader_.seg_ready(w.granted >> 1) &
                         ((load_a_.seg_valid() ? 1U : 0U) | (load_b_.seg_valid() ? 2U : 0U));
  w.feed = {.start = back_.start,
            .feed = &back_.feed,
            .a_asked = (taken & 1) != 0 ? load_a_.asked_next() : load_a_.asked(),
            .b_asked = (taken & 2) != 0 ? load_b_.asked_next() : load_b_.asked(),
            .a_loaded = load_a_.loaded(),
            .b_loaded = load_b_.loaded(),
            .op_ready = w.op_ready};
  w.fire = feeder_.fire(w.feed);
  w.a_release = feeder_.a_release();
  w.b_release = feeder_.b_release();
  w.b_panel_words = feeder_.b_panel_words();
  w.c_valid = addend_.c_valid();
  w.mask_valid = mask_.mask_valid();
  w.d_ready = writer_.d_ready();
  w.c_ready = engine_.c_ready(w.c_valid, w.mask_valid, w.d_ready);
  w.mask_ready = engine_.mask_ready(w.c_valid, w.mask_valid, w.d_ready);
}

bool TetralogCore::Clock(const CoreInputs& in) {
  const bool in_reset = !control_.core_rst_n();
  Wires w;
  Look(in.axi, w);
  // What a unit shows is read before it is clocked: the registers, which see much, come first, and
  // users before those they use.
  bool active = ClockControl(in, w);
  active |= ClockResults(in.axi, w);
  active |= ClockOperands(w);
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
                   .count_active = w.op_valid && w.op_ready,
                   .count_stall_operand = feeder_.stall_operand(w.feed),
                   .count_stall_drain = w.op_valid && !w.op_ready,
                   .count_stall_addend = engine_.addend_wait(w.c_valid, w.mask_valid),
                   .count_stall_write = d_valid && !w.d_ready,
                   .count_read = read_.beat(in.axi.r.valid),
                   .count_write_bytes = writer_.write_bytes(in.axi.w_ready),
                   .count_products = products_.products(),
                   .count_gated = products_.gated()};
  const bool failed = front_.failed();
  const CoreControl::Inputs control = {.soft_reset = registers_.soft_reset(),
                                       .done = w.done,
                                       .front_index = front_.index(),
                                       .front_failed = failed,
                                       .front_cause = failed ? front_.cause() : uint8_t{0},
                                       .front_read_error = (read_.error() & (kRing | kA | kB)) != 0,
                                       .front_checking = front_.checking(),
                                       .back_index = back_.index,
                                       .back_read_error = (read_.error() & (kC | kMask)) != 0,
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
  if (feeder_.op_last()) {
    TetralogEngine::Tile& tile = back_.tile;
    tile.rows = feeder_.tile_rows();
    tile.cols = feeder_.tile_cols();
    tile.row = back_.cmd.row0 + feeder_.tile_m0();
    tile.col = back_.cmd.col0 + feeder_.tile_n0();
    tile.last = feeder_.tile_last();
  }
  active |= engine_.Clock({.tile_valid = w.op_valid,
                           .tile = &back_.tile,
                           .op_valid = w.op_valid,
                           .op_last = feeder_.op_last(),
                           .sums = sums_.data(),
                           .c_valid = w.c_valid,
                           .c_data = addend_.c_data(),
                           .mask_valid = w.mask_valid,
                           .mask_data = w.mask_valid ? mask_.mask_data() : 0,
                           .d_ready = w.d_ready,
                           .stats_ready = stats_ready});
  return active;
}

bool TetralogCore::ClockOperands(const Wires& w) {
  if (data_ && feeder_.tile_done(w.fire))
    TileSums(buffer_a_, buffer_b_, feeder_.tile_operands(), sums_.data());
  ProductCounter::Inputs products = {.beat = w.op_valid && w.op_ready,
                                     .k_valid = feeder_.op_k_valid(),
                                     .rows = feeder_.tile_rows(),
                                     .cols = feeder_.tile_cols()};
  if (data_) {
    const size_t place = size_t{feeder_.beat()} * shape_.dot;
    products.a_nonzero = buffer_a_.nonzero() + place;
    products.b_nonzero = buffer_b_.nonzero() + place;
  }
  bool active = products_.Clock(products);

  const bool rd_en = feeder_.rd_en(w.fire);
  const Command& front = front_.cmd();
  const bool a_word = (w.words & kA) != 0, b_word = (w.words & kB) != 0;
  active |= buffer_a_.Clock({.wr_valid = a_word,
                             .wr_across = load_a_.wr_across(),
                             .wr_bank = load_a_.wr_bank(),
                             .wr_addr = load_a_.wr_addr(),
                             .wr_nibble = load_a_.wr_nibble(),
                             .wr_data = &w.word,
                             .wr_format = static_cast<Format>(front.a_format),
                             .rd_en = rd_en,
                             .rd_addr = feeder_.a_addr(),
                             .rd_group = feeder_.a_group(),
                             .rd_rows = feeder_.rd_rows()});
  active |= buffer_b_.Clock({.wr_valid = b_word,
                             .wr_across = load_b_.wr_across(),
                             .wr_bank = load_b_.wr_bank(),
                             .wr_addr = load_b_.wr_addr(),
                             .wr_nibble = load_b_.wr_nibble(),
                             .wr_data = &w.word,
                             .wr_format = static_cast<Format>(front.b_format),
                             .rd_en = rd_en,
                             .rd_addr = feeder_.b_addr(),
                             .rd_group = feeder_.b_group(),
                             .rd_rows = feeder_.rd_cols()});
  active |= feeder_.Clock(w.feed);
  return active;
}

// The reader, who asks it, and the read port.
bool TetralogCore::ClockReads(const AxiSlave& axi, const Wires& w) {
  // Most cycles read nothing.
  if ((w.requests | w.words) == 0 && read_.at_rest() && !w.halt && !w.load_start && !w.a_release &&
      !w.b_release && !back_.start && !axi.r.valid && !load_a_.seg_valid() &&
      !load_b_.seg_valid() && !addend_.busy() && !mask_.busy() && reader_.beat_ready())
    return false;
  StreamReader::Inputs in;
  in.req_ready = w.granted >> 1;
  in.beat_valid = w.beat >> 1;
  in.beat_last = read_.beat_last();
  in.beat_data = &w.beat_data;
  // Whether the segment that the user asks for is taken.
  const uint32_t seg_ready = reader_.seg_ready(in.req_ready);
  const auto taken = [&](Reader r, const auto& user) {
    if (!user.seg_valid()) return false;
    in.seg_valid |= 1U << r;
    if ((seg_ready >> r & 1) == 0) return false;
    in.segment[r] = {.addr = user.seg_addr(), .bytes = user.seg_bytes()};
    return true;
  };
  const bool a_taken = taken(kReaderA, load_a_), b_taken = taken(kReaderB, load_b_);
  const bool c_taken = taken(kReaderC, addend_), mask_taken = taken(kReaderMask, mask_);

  AxiRead::Inputs read;
  read.req_valid = w.requests;
  if ((w.requests & kRing) != 0) {
    read.req_addr[0] = front_.req_addr();
    read.req_len[0] = front_.req_len();
  }
  read.beat_ready = front_.beat_ready() ? kRing : 0;
  if (reader_.beat_ready()) read.beat_ready |= kA | kB | kC | kMask;
  for (uint32_t r = 0; r < kReaders; ++r) {
    if ((w.requests & kA << r) == 0) continue;
    read.req_addr[r + 1] = reader_.req_addr(r);
    read.req_len[r + 1] = reader_.req_len(r);
  }
  read.urgent = w.urgent;
  read.halt = w.halt;
  read.ar_ready = axi.ar_ready;
  read.r = &axi.r;
  const AxiRead::Next next = read_.next(read.beat_ready, w.halt, axi.r);
  in.next = next.stream >> 1;
  in.next_last = next.last;

  OperandLoader::Inputs loads[2];
  OperandLoader::Load load[2];
  if (w.load_start) {
    load[0] = LoadA();
    load[1] = LoadB();
  }
  for (uint32_t r : {kReaderA, kReaderB}) {
    loads[r].start = w.load_start;
    loads[r].load = &load[r];
    loads[r].word_valid = (w.words & kA << r) != 0;
    loads[r].word_last = w.word_last;
  }
  loads[0].release = w.a_release;
  loads[0].release_words = back_.feed.panel_words;
  loads[0].seg_ready = a_taken;
  loads[1].release = w.b_release;
  loads[1].release_words = w.b_panel_words;
  loads[1].seg_ready = b_taken;
  bool active = load_a_.Clock(loads[0]);
  active |= load_b_.Clock(loads[1]);

  const Command& back = back_.cmd;
  active |= addend_.Clock({.start = back_.start && back_.tile.c_enable,
                           .base = back.c_base,
                           .row_stride = back.c_row_stride,
                           .col_stride = back.c_col_stride,
                           .m = back_.feed.m,
                           .n = back_.feed.n,
                           .block_cols = back_.feed.block_cols,
                           .seg_ready = c_taken,
                           .word_valid = (w.words & kC) != 0,
                           .word_last = w.word_last,
                           .word_data = &w.word,
                           .c_ready = w.c_ready});
  active |= mask_.Clock({.start = back_.start && back_.tile.mask_enable,
                         .base = back.mask_base,
                         .stride = back.mask_stride,
                         .transposed = back.mask_transposed != 0,
                         .m = back_.feed.m,
                         .n = back_.feed.n,
                         .block_cols = back_.feed.block_cols,
                         .seg_ready = mask_taken,
                         .word_valid = (w.words & kMask) != 0,
                         .word_last = w.word_last,
                         .word_data = &w.word,
                         .mask_ready = w.mask_ready});
  active |= reader_.Clock(in);
  active |= read_.Clock(read);
  return active;
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

uint64_t TetralogCore::Countdown() const {
  return std::min(feeder_.Countdown(), front_.Countdown());
}

void TetralogCore::Skip(uint64_t n) {
  registers_.Skip(n, registers_in_);
  feeder_.Skip(n);
  front_.Skip(n);
  now_ += n;
}

}  // namespace tetralog::cycle
