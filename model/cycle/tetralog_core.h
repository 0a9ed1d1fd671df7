// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Cycle model of rtl/tetralog_core.sv, the accelerator core: the same pins in every cycle, for any
// shape. Its units are classes by the names of the RTL; values come from the functional model.
// Latency, throughput and limits: header of rtl/tetralog_core.sv, CheckShape.
//
// All outputs of the core are registers, so Outputs() needs no inputs. Payloads are those of the
// RTL while their valid is high.

#pragma once

#include <array>
#include <cstdint>

#include "model/core_pins.h"
#include "model/cycle/command.h"
#include "model/cycle/command_front.h"
#include "model/cycle/control_registers.h"
#include "model/cycle/core_control.h"
#include "model/cycle/operand_path.h"
#include "model/cycle/read_port.h"
#include "model/cycle/result_writer.h"
#include "model/cycle/tetralog_engine.h"
#include "model/machine_shape.h"

namespace tetralog::cycle {

class TetralogCore {
 public:
  // Without data the model tells time only: it reads nothing but the ring, and what it writes has
  // no meaning. Throws std::invalid_argument for a shape that the RTL refuses.
  explicit TetralogCore(const MachineShape& shape, bool data = true);

  const MachineShape& shape() const { return shape_; }

  // The hard reset.
  void Reset();

  // The pins before the rising edge.
  void Outputs(CoreOutputs& out) const;

  // The rising edge. False: the cycle was uneventful, and so are the next Countdown() cycles while
  // the inputs stay as they are.
  bool Clock(const CoreInputs& in);
  uint64_t Countdown() const;
  // The same as n calls of Clock() with the inputs of the last one, n <= Countdown().
  void Skip(uint64_t n);

 private:
  // The command that computes.
  struct Back {
    bool busy = false, start = false;  // start: the first cycle
    bool written = false;              // the writer has taken over its D
    uint32_t index = 0;
    Command cmd;
    uint64_t start_time = 0;
    uint32_t panel_words = 0;   // words of a bank that a panel of A takes
    TetralogEngine::Tile tile;  // but for what changes with every tile
  };

  // What crosses between units in a cycle, before the edge.
  struct Wires {
    bool halt, waiting, fetched, load_start, hand_over, writer_takes, back_ends, done;
    uint32_t head;
    CommandFront::Inputs front;
    ReadPort::Granted granted;
    AxiWord ring_beat, word;  // with ring_beat_valid, word_valid of path
    OperandPath::Inputs path;
    bool op_valid, c_valid, mask_valid, d_ready;
  };

  void ResetUnits();
  void Look(const AxiSlave& axi, Wires& w) const;
  bool ClockControl(const CoreInputs& in, const Wires& w);
  bool ClockResults(const AxiSlave& axi, const Wires& w);
  bool ClockReads(const AxiSlave& axi, const Wires& w);
  bool ClockCommands(const Wires& w);
  void HandOver();
  ResultWriter::Command WriterCommand() const;

  const MachineShape shape_;
  const bool data_;

  ControlRegisters registers_;
  CoreControl control_;
  ReadPort read_;
  CommandFront front_;
  OperandPath path_;
  TetralogEngine engine_;
  ResultWriter writer_;

  uint64_t now_ = 0;          // cycles since the hard reset
  uint64_t front_start_ = 0;  // when the command in front was fetched
  bool record_irq_ = false;
  Back back_;
  // Commands in flight behind the front, by the lowest bit of their index, and what they write.
  uint8_t slot_busy_ = 0;
  std::array<uint64_t, 2> slot_first_{}, slot_last_{};

  ControlRegisters::Inputs registers_in_;
};

}  // namespace tetralog::cycle
