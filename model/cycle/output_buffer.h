// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/output_buffer.sv: two tiles of outputs, written by rows and read by rows or
// columns.
//
// The RTL's skewed banks become a plain array here: a read gives neighbours of a line, whichever
// bank they are in. Places that a read leaves out are 0.
//
// Latency, throughput and limits: header of rtl/output_buffer.sv. The accessors show the outputs of
// a cycle, then Clock() takes its inputs, once a cycle. False: as long as the inputs stay so do the
// outputs, and the call may be left out.

#pragma once

#include <cstdint>
#include <vector>

#include "model/axi.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class OutputBuffer {
 public:
  struct Inputs {
    bool wr_en = false, wr_half = false, wr_int32 = false;
    uint8_t wr_sample = 0;
    uint32_t wr_row = 0, wr_col = 0;    // wr_col a multiple of Lanes
    const uint32_t* wr_data = nullptr;  // Lanes words: INT32 one a lane, codes 4 bits a lane

    bool rd_en = false, rd_half = false, rd_transposed = false;
    uint8_t rd_sample = 0;
    uint32_t rd_line = 0;
    int32_t rd_first = 0;   // above -Banks
    uint32_t rd_valid = 0;  // bit i: place i is read
    bool operator==(const Inputs&) const = default;
  };

  // Without data nothing is kept and all reads are 0.
  OutputBuffer(const MachineShape& shape, bool data);
  void Reset();

  // What was read last; a cycle after rd_en.
  const AxiWord& rd_word() const { return word_; }  // as INT32
  uint64_t rd_codes() const { return codes_; }      // 4 bits a place

  bool Clock(const Inputs& in);  // true when it reads or writes

  // Codes of a read: the places of rd_codes() and bits of rd_valid.
  static uint32_t Banks(const MachineShape& shape);

 private:
  uint32_t* Row(bool half, uint32_t row) {
    return &elements_[(half ? half_ : 0) + uint64_t{row} * cols_];
  }
  void Write(const Inputs& in);
  void Read(const Inputs& in);

  const uint32_t cols_, lanes_, half_, word_elements_;
  std::vector<uint32_t> elements_;  // of half 0, then of half 1, by rows; sample s in nibble s
  AxiWord word_{};
  uint64_t codes_ = 0;
};

}  // namespace tetralog::cycle
