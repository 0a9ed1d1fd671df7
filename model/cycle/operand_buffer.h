// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/operand_buffer.sv: buffer of one operand, a bank for each row of a panel. It
// keeps codes as the numbers they stand for. What the array computes is taken from here a tile at a
// time (mac_array.h); a read gives only what the product counter needs of a word.
//
// Latency, throughput and limits: header of rtl/operand_buffer.sv. The accessors show the outputs
// of a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do
// the outputs, and the call may be left out.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/contract.h"
#include "model/cycle/operand.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class OperandBuffer {
 public:
  struct Inputs {
    bool wr_valid = false, wr_across = false;
    uint32_t wr_bank = 0;              // across: the first of word_codes banks
    uint32_t wr_addr = 0;              // word
    uint32_t wr_nibble = 0;            // across: the nibble that every bank gets
    const AxiWord* wr_data = nullptr;  // used with wr_valid
    Format wr_format = Format::kInt4;  // of the command that is loaded
    bool rd_en = false;
    uint32_t rd_addr = 0;
    uint32_t rd_group = 0;  // tile row of the panel
    uint32_t rd_rows = 0;   // rows of the tile that exist
    bool operator==(const Inputs&) const = default;
  };

  // Without data nothing is kept and the unit is never active.
  OperandBuffer(const MachineShape& shape, Operand operand, bool data);
  void Reset() {}  // memory has none

  // Codes that are not zero, for each k of the word last read, in the rows that existed: word_codes
  // counts, those of a beat at beat * dot.
  // They belong to the beat offered in this cycle: clock the product counter before the buffers.
  const uint16_t* nonzero() const { return nonzero_.data(); }

  // Numbers of a row of a tile row at word `addr`; the bank's next words follow it to the end of
  // the bank.
  const int16_t* row(uint32_t group, uint32_t row, uint32_t addr) const {
    return &banks_[(uint64_t{group} * shape_.rows + row) * pitch_ + addr * shape_.word_codes];
  }
  uint32_t pitch() const { return pitch_; }  // numbers from a row to the next
  const OperandShape& shape() const { return shape_; }

  bool Clock(const Inputs& in) {
    if (!data_ || !(in.wr_valid || in.rd_en)) return false;
    if (in.rd_en) Read(in);
    if (in.wr_valid) Write(in);
    return true;
  }

 private:
  void Write(const Inputs& in);
  void Read(const Inputs& in);

  using Pair = std::array<int16_t, 2>;  // what the two codes of a byte stand for
  using Pairs = std::array<Pair, 256>;

  const OperandShape shape_;
  const bool data_;
  std::array<Pairs, 4> pairs_{};  // by format
  const uint32_t pitch_;  // a bank and a cache line, lest all banks fall into the same cache sets
  std::vector<int16_t> banks_;
  std::vector<uint16_t> nonzero_;
};

}  // namespace tetralog::cycle
