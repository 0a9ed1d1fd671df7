// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/result_writer.sv: writes the outputs of one command after the other to memory,
// then its completion record.
//
// Latency, throughput and limits: header of rtl/result_writer.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>

#include "model/axi.h"
#include "model/contract.h"
#include "model/cycle/axi_write.h"
#include "model/cycle/output_buffer.h"
#include "model/cycle/tile_walker.h"
#include "model/epilogue_stats.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class ResultWriter {
 public:
  struct Command {
    uint64_t d_base = 0;                         // bytes
    uint32_t d_stride = 0, d_sample_stride = 0;  // bytes
    bool d_int32 = false, d_transposed = false;
    uint32_t samples = 1;
    uint32_t m = 0, n = 0, block_cols = 0;
    uint32_t index = 0, tag = 0;
    uint64_t start = 0;  // `now` at the fetch of the command
  };
  struct Inputs {
    bool cmd_valid = false;
    const Command* cmd = nullptr;  // read when it is taken
    uint64_t now = 0;              // cycles, 48 bits
    uint64_t record_base = 0;      // read before the record
    uint16_t ring_size = 0;        // read the cycle after a command is taken
    bool d_valid = false;
    uint8_t d_sample = 0;
    const uint32_t* d_data = nullptr;  // Lanes words: INT32 one a lane, codes 4 bits a lane
    bool stats_valid = false;
    const EpilogueStats* stats = nullptr;  // read when the record begins; then stable until taken
    bool halt = false;
    bool aw_ready = false, w_ready = false;
    AxiWriteResponse b;
    bool operator==(const Inputs&) const = default;
  };

  ResultWriter(const MachineShape& shape, bool data);
  void Reset();

  bool cmd_ready() const { return state_ == State::kIdle; }
  bool d_ready() const { return filled_.valid && !full_ && held_ < 2; }
  bool stats_ready(bool w_ready) const { return state_ == State::kAck && write_.data_end(w_ready); }
  bool done() const { return state_ == State::kAck && Finished(); }
  bool error() const { return write_.error(); }
  bool busy() const { return write_.busy(); }
  uint32_t write_bytes(bool w_ready) const { return write_.write_bytes(w_ready); }
  const AxiAddress& aw() const { return write_.aw(); }
  const AxiWriteData& w() const { return write_.w(); }
  bool b_ready() const { return true; }

  bool Clock(const Inputs& in) {
    const uint32_t steering = Steering(in);
    if (steering == waiting_) return false;
    const bool active = Move(in);
    waiting_ = active ? kNotWaiting : steering;
    return active;
  }

 private:
  enum class State : uint8_t { kIdle, kStart, kData, kDrain, kRecord, kAck };
  // A tile on its way to memory, and where in it the next segment begins.
  struct Tile {
    bool half = false, last = false;
    uint32_t lines = 0, length = 0;  // elements of a line
    uint32_t line = 0;
    uint8_t sample = 0;
    uint64_t line_addr = 0, addr = 0;  // of sample 0 of the line, of the sample
  };
  // The tile that is being filled: the walker, as it was.
  struct Filled {
    bool valid = false, last = false;
    uint32_t rows = 0, cols = 0;
    uint64_t addr = 0;  // bytes
  };
  // What the reads of the segment taken last need.
  struct Reading {
    bool half = false, tile_end = false;
    uint8_t sample = 0;
    uint32_t line = 0;
  };

  struct Read {  // asked for by the write port
    bool enable = false;
    int32_t first = 0;
    uint32_t valid = 0;
  };

  // All inputs that can make a waiting unit move; the others only matter when something moves.
  static uint32_t Steering(const Inputs& in) {
    return uint32_t{in.cmd_valid} | uint32_t{in.d_valid} << 1 | uint32_t{in.stats_valid} << 2 |
           uint32_t{in.halt} << 3 | uint32_t{in.aw_ready} << 4 | uint32_t{in.w_ready} << 5 |
           uint32_t{in.b.valid} << 6;
  }
  bool Move(const Inputs& in);
  bool Finished() const { return write_.idle() && !write_.error(); }
  bool FillsLastCol() const { return fill_col_ + lanes_ >= filled_.cols; }
  bool LineReady(bool fill_end) const;
  State NextState(bool last_tile_end, bool seg_moves) const;
  void StartWalk(const Inputs& in);
  void NextFill();
  void TakeTile();
  void NextSegment(bool last_sample);
  void MoveData(const Inputs& in, bool d_moves, const Read& read);
  void PackRecord(const EpilogueStats& stats);

  static constexpr uint64_t kCyclesMask = (uint64_t{1} << 48) - 1;

  const bool data_;
  const uint32_t lanes_, elements_;
  const uint64_t addr_mask_;

  static constexpr uint32_t kNotWaiting = ~uint32_t{0};
  uint32_t waiting_ = kNotWaiting;  // the inputs under which nothing moved and nothing will

  State state_ = State::kIdle;
  Command command_;
  uint64_t cycles_ = 0;  // at first the start, then how many
  uint64_t record_place_ = 0, record_address_ = 0;

  // Filling the buffer. The walker is one tile ahead; it moves in the cycle after its tile is
  // copied.
  TileWalker walker_;
  bool copied_ = false;
  Filled filled_;
  bool fill_half_ = false;
  bool full_ = false;   // the tile is full
  bool taken_ = false;  // its write to memory has begun
  uint32_t held_ = 0;   // tiles before it that are in the buffer
  uint32_t fill_row_ = 0, fill_col_ = 0;

  // Writing it out.
  bool writing_ = false;  // tile_ is there
  Tile tile_;
  Reading reading_;
  OutputBuffer buffer_;
  AxiWrite write_;

  static constexpr size_t kRecordWords = (Completion::kBytes + 16 * kMaxSamples) / 8;
  std::array<uint64_t, kRecordWords> record_{};
  AxiWord record_word_{};  // what was read of it last
};

}  // namespace tetralog::cycle
