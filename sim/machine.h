// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A machine: one accelerator core, its memory and its registers, at any level. Software that uses
// this interface cannot tell which level it runs on, but by the time it takes.
//
// Registers and layouts in memory are those of the contract (model/contract.h, docs/interface.md).

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "model/contract.h"
#include "model/machine_shape.h"

namespace tetralog {

// A machine that hangs, or breaks a rule of its bus.
class MachineError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Faults that a memory can be told to answer with, for tests of error handling.
enum class MemoryFault { kNone, kSlaveError, kDecodeError };

class Machine {
 public:
  virtual ~Machine() = default;
  virtual const std::string& level() const = 0;  // "functional", "rtl", ...

  // Memory as the host sees it: byte addresses from 0, memory_size() bytes. Throws
  // std::out_of_range. May be used at any time; the core sees writes at once.
  virtual uint64_t memory_size() const = 0;
  virtual void WriteMemory(uint64_t address, std::span<const uint8_t> bytes) = 0;
  virtual void ReadMemory(uint64_t address, std::span<uint8_t> bytes) const = 0;
  // The bytes themselves where host and core share the memory: the same without a copy. Empty where
  // they do not.
  virtual std::span<uint8_t> SharedMemory(uint64_t /*address*/, uint64_t /*bytes*/) { return {}; }

  // Registers, by byte offset. A write or read that the core refuses (AXI4-Lite SLVERR) throws
  // std::invalid_argument with one line.
  virtual void WriteRegister(uint32_t offset, uint32_t value) = 0;
  virtual uint32_t ReadRegister(uint32_t offset) = 0;

  // From now on every bus transaction of the core that touches one of these bytes (whole words of
  // the bus count as touched) is answered with the fault, and a write changes nothing. kNone: all
  // faults end, whatever the range. Accesses of the host are not concerned. For tests.
  virtual void InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) = 0;

  virtual bool Interrupt() const = 0;  // level of the interrupt wire

  // Lets time pass until the interrupt is high or the core is idle with nothing to do or stopped by
  // an error. Throws MachineError when nothing moves for too long.
  virtual void Wait() = 0;

  // Cycles since construction; 0 for levels without time.
  virtual uint64_t cycles() const = 0;

  // Called now and then with cycles() while time passes; for progress bars.
  virtual void OnProgress(std::function<void(uint64_t)> callback) = 0;

  // Writes a waveform from now on; an empty path ends it. Levels without signals throw
  // std::invalid_argument; std::runtime_error for a path that cannot be written, and at the end for
  // a waveform that is not whole.
  virtual void Trace(const std::string& path) = 0;
};

}  // namespace tetralog
