// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/operand_path.sv: from memory to the engine, A and B through their buffers, C
// and the mask, and the count of products. It computes the sums of a tile where the array would.
//
// Sets of streams are words in the order A, B, C, mask, A in bit 0. Words are always taken.
//
// Latency, throughput and limits: header of rtl/operand_path.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out, for Countdown() cycles, which Skip() passes.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/cycle/addend_loader.h"
#include "model/cycle/command.h"
#include "model/cycle/feeder.h"
#include "model/cycle/mac_array.h"
#include "model/cycle/mask_loader.h"
#include "model/cycle/operand_buffer.h"
#include "model/cycle/operand_loader.h"
#include "model/cycle/product_counter.h"
#include "model/cycle/stream_reader.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class OperandPath {
 public:
  using Segment = StreamReader::Segment;
  static constexpr uint32_t kStreams = StreamReader::kStreams;

  struct Inputs {
    bool load_start = false;         // only while !load_busy()
    const Command* front = nullptr;  // stable while it loads
    bool back_start = false;         // only while !busy()
    const Command* back = nullptr;   // stable while busy
    uint32_t panel_words = 0;        // of back
    uint32_t seg_ready = 0;          // streams
    uint32_t word_valid = 0;         // no stream or one
    bool word_last = false;
    const AxiWord* word_data = nullptr;
    bool op_ready = false, c_ready = false, mask_ready = false;
  };

  OperandPath(const MachineShape& shape, bool data);
  void Reset();

  bool load_busy() const { return load_a_.busy() || load_b_.busy(); }
  bool busy() const { return feeder_.busy() || addend_.busy() || mask_.busy(); }
  bool a_first() const { return feeder_.a_first(); }
  uint32_t seg_valid() const {
    return (load_a_.seg_valid() ? 1 : 0) | (load_b_.seg_valid() ? 2 : 0) |
           (addend_.seg_valid() ? 4 : 0) | (mask_.seg_valid() ? 8 : 0);
  }
  Segment segment(uint32_t stream) const;  // of seg_valid

  // The operand beat and its tile; sums() are those of the tile whose last beat is offered.
  const Feeder& beat() const { return feeder_; }
  const int32_t* sums() const { return sums_.data(); }
  const AddendLoader& addend() const { return addend_; }
  const MaskLoader& mask() const { return mask_; }
  uint32_t products() const { return products_.products(); }
  uint32_t gated() const { return products_.gated(); }
  bool stall_operand(const Inputs& in) const { return feeder_.stall_operand(FeedInputs(in)); }

  // After the engine has been clocked, which takes the sums of the tile before.
  bool Clock(const Inputs& in);
  uint64_t Countdown() const { return feeder_.Countdown(); }
  void Skip(uint64_t n) { feeder_.Skip(n); }

 private:
  Feeder::Inputs FeedInputs(const Inputs& in) const;
  bool ClockOperands(const Inputs& in, const Feeder::Inputs& feed);
  bool ClockTiles(const Inputs& in);
  OperandLoader::Load LoadA(const Command& c) const;
  OperandLoader::Load LoadB(const Command& c) const;

  const MachineShape shape_;
  const bool data_;
  OperandLoader load_a_, load_b_;
  OperandBuffer buffer_a_, buffer_b_;
  Feeder feeder_;
  ProductCounter products_;
  AddendLoader addend_;
  MaskLoader mask_;

  Feeder::Feed feed_;
  std::vector<int32_t> sums_;
};

}  // namespace tetralog::cycle
