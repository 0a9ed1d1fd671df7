// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/operand_loader.sv: fetches the panels of one operand, A or B, into its
// circular operand buffer.
//
// Latency, throughput and limits: header of rtl/operand_loader.sv. The accessors show the outputs
// of a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do
// the outputs, and the call may be left out.

#pragma once

#include <cstdint>

#include "model/cycle/operand.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class OperandLoader {
 public:
  // What is loaded; the loader keeps its own copy.
  struct Load {
    uint64_t base = 0;  // bytes
    uint32_t stride = 0, sample_stride = 0;
    uint32_t samples = 1;
    bool across = false;
    uint32_t rows = 0, k = 0;  // M or N, K
    uint32_t repeat_extent = 1, repeat_step = 1;
  };
  struct Inputs {
    bool start = false;          // only while !busy()
    const Load* load = nullptr;  // used with start
    bool release = false;        // frees the oldest panel
    uint32_t release_words = 0;  // its words in a bank
    bool seg_ready = false;
    bool word_valid = false, word_last = false;  // always taken
    bool operator==(const Inputs&) const = default;
  };

  OperandLoader(const MachineShape& shape, Operand operand);
  void Reset();

  bool seg_valid() const { return seg_valid_; }
  uint64_t seg_addr() const { return addr_; }
  uint32_t seg_bytes() const;

  // Where the word that comes now goes, at once; wr_valid is word_valid.
  bool wr_across() const { return load_.across; }
  uint32_t wr_bank() const { return load_.across ? across_bank_ : row_ & (shape_.panel - 1); }
  uint32_t wr_addr() const { return ptr_; }
  uint32_t wr_nibble() const { return k_ & (shape_.word_codes - 1); }

  uint32_t asked() const { return asked_; }  // tile rows before the segment now asked for
  uint32_t asked_next() const { return asked_ + ask_tiles_; }
  uint32_t loaded() const { return loaded_; }  // tile rows written since reset
  bool busy() const { return active_ || pending_ != 0; }

  bool Clock(const Inputs& in) {
    if (!in.start && !in.release && !in.word_valid && !(seg_valid_ && in.seg_ready)) return false;
    Edge(in);
    return true;
  }

 private:
  void Edge(const Inputs& in);
  void Start(const Load& load);
  void AskSegment();
  void PlaceWord(bool last);
  // The first segment of a sample of a panel takes the words of all.
  bool TakesWords() const { return ask_k_ == 0 && (ask_row_ & (shape_.panel - 1)) == 0; }
  uint32_t PanelRows(uint32_t row) const;  // of the panel that begins at a row
  uint32_t NextRow(uint32_t row) const;    // across: the first of the next panel
  uint32_t TilesDone(uint32_t row) const;  // tile rows that are complete with this row, or panel

  static constexpr uint32_t kMaxPending = 127;

  const OperandShape shape_;
  const uint64_t addr_mask_;

  Load load_;
  uint32_t words_ = 1;  // of a sample of a panel
  uint32_t rows_last_ = 0, k_last_ = 0;

  // Address side.
  bool active_ = false, seg_valid_ = false;
  uint64_t addr_ = 0, sample_addr_ = 0, row_addr_ = 0;
  uint32_t ask_row_ = 0, ask_sample_ = 0, ask_k_ = 0;
  int32_t repeat_left_ = 0;
  uint32_t pending_ = 0;  // segments under way
  uint32_t free_ = 0;     // words
  uint32_t asked_ = 0, ask_tiles_ = 0;

  // Data side.
  uint32_t row_ = 0, sample_ = 0, k_ = 0;
  uint32_t ptr_ = 0, panel_ptr_ = 0;
  uint32_t across_bank_ = 0;
  uint32_t loaded_ = 0;
};

}  // namespace tetralog::cycle
