// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/case_runner.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "sim/random_commands.h"

namespace tetralog {
namespace {

constexpr uint32_t kEnable = 1u << kControlEnable;
constexpr uint32_t kError = 1u << kStatusError;
constexpr uint32_t kBusy = 1u << kStatusBusy;
constexpr int kPolls = 100'000;  // of a bit that must change soon
constexpr size_t kShown = 8;     // differences of memory

// Bytes 8 .. 15 of a record, wherever the contract puts them.
std::vector<size_t> CyclesBytes() {
  Completion record;
  record.cycles = ~uint64_t{0};
  const auto bytes = record.Pack();
  std::vector<size_t> places;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != 0) places.push_back(i);
  }
  return places;
}

void SoftReset(Machine& machine) {
  machine.WriteRegister(kRegControl, 1u << kControlSoftReset | 1u << kControlClearCounters);
  for (int i = 0; i < kPolls; ++i) {
    if ((machine.ReadRegister(kRegControl) & 1u << kControlSoftReset) == 0) return;
  }
  throw MachineError("the soft reset does not end");
}

void SetUp(const Case& c, Machine& machine) {
  machine.InjectFault(MemoryFault::kNone, 0, 0);
  SoftReset(machine);
  FillMemory(c, machine);
  machine.WriteRegister(kRegIrqEnable, 0);
  machine.WriteRegister(kRegRingBaseLo, static_cast<uint32_t>(c.rings.ring_base));
  machine.WriteRegister(kRegRingBaseHi, static_cast<uint32_t>(c.rings.ring_base >> 32));
  machine.WriteRegister(kRegRecordBaseLo, static_cast<uint32_t>(c.rings.record_base));
  machine.WriteRegister(kRegRecordBaseHi, static_cast<uint32_t>(c.rings.record_base >> 32));
  machine.WriteRegister(kRegRingSize, c.rings.size);
  if (c.fault != MemoryFault::kNone) {
    machine.InjectFault(c.fault, c.fault_address, c.fault_bytes);
  }
  if (!c.enable_late) machine.WriteRegister(kRegControl, kEnable);
}

bool Stopped(Machine& machine) { return (machine.ReadRegister(kRegStatus) & kError) != 0; }

// Until at most `left` of the submitted commands are in flight, or an error.
void WaitForRoom(Machine& machine, uint32_t submitted, uint32_t left) {
  for (int i = 0; submitted - machine.ReadRegister(kRegHead) > left && !Stopped(machine); ++i) {
    if (i == kPolls) throw MachineError("the ring stands still");
    machine.Wait();
  }
}

// The commands from `done` up to the doorbell, and the doorbell.
void Ring(const Case& c, Machine& machine, uint32_t& done, uint32_t doorbell) {
  for (; done < doorbell; ++done) {
    const uint64_t entry = done % c.rings.size;
    machine.WriteMemory(c.rings.ring_base + entry * kCommandBytes, c.commands[done].Pack());
  }
  machine.WriteRegister(kRegTail, doorbell);
  if (c.enable_late) machine.WriteRegister(kRegControl, kEnable);
}

void Submit(const Case& c, Machine& machine) {
  uint32_t done = 0;
  for (const uint32_t doorbell : c.doorbells) {
    WaitForRoom(machine, doorbell, c.rings.size);
    Ring(c, machine, done, doorbell);
  }
  WaitForRoom(machine, done, 0);
  if (c.overrun) machine.WriteRegister(kRegTail, done + c.rings.size + 1);
  machine.Wait();
  for (int i = 0; (machine.ReadRegister(kRegStatus) & kBusy) != 0; ++i) {
    if (i == kPolls) throw MachineError("the core stays busy");
    machine.Wait();
  }
}

uint64_t Counter(Machine& machine, unsigned counter) {
  const uint64_t low = machine.ReadRegister(kRegCounters + 8 * counter);
  return low | uint64_t{machine.ReadRegister(kRegCounters + 8 * counter + 4)} << 32;
}

// What lies at an address, for people.
std::string PlaceText(const Case& c, uint64_t address) {
  const Region byte{address, 1, 1};
  if (byte.Meets(c.rings.commands())) return "the ring";
  if (byte.Meets(c.rings.records())) {
    const uint64_t offset = address - c.rings.record_base;
    return "record " + std::to_string(offset / kRecordBytes) + ", byte " +
           std::to_string(offset % kRecordBytes);
  }
  std::string text;
  for (size_t i = 0; i < c.commands.size(); ++i) {
    if (CheckCommand(c.commands[i], c.shape, c.rings) != Cause::kNone) continue;
    const Region d = RegionD(c.commands[i]);
    if (!byte.Meets(d)) continue;
    uint64_t offset = address - d.base;
    text += text.empty() ? "" : " or ";
    text += "D of command " + std::to_string(i);
    if (d.samples > 1) {
      text += ", sample " + std::to_string(offset / d.sample_stride);
      offset %= d.sample_stride;
    }
    text += ", stored row " + std::to_string(offset / d.stride) + ", byte " +
            std::to_string(offset % d.stride);
  }
  return text.empty() ? "no output" : text;
}

std::string Hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

// Bytes that may differ become equal.
void Forgive(const Case& c, const CaseOutcome& expected, std::vector<uint8_t>& memory) {
  const auto forgive = [&](uint64_t address) {
    if (address < memory.size()) memory[address] = expected.memory[address];
  };
  static const std::vector<size_t> cycles = CyclesBytes();
  for (uint64_t entry = 0; entry < c.rings.size; ++entry) {
    for (const size_t place : cycles) {
      forgive(c.rings.record_base + entry * kRecordBytes + place);
    }
  }
  if (!expected.stopped_by_bus() || expected.error_index >= c.commands.size()) return;
  const Command& failed = c.commands[expected.error_index];
  if (CheckCommand(failed, c.shape, c.rings) != Cause::kNone) return;
  const Region d = RegionD(failed);
  for (uint64_t i = 0; i < d.extent(); ++i) forgive(d.base + i);
}

std::string MemoryDifferences(const Case& c, const CaseOutcome& expected, const CaseOutcome& got) {
  if (expected.memory.size() != got.memory.size()) {
    return "the memories have different sizes: build both machines with as much\n";
  }
  std::vector<uint8_t> memory = got.memory;
  Forgive(c, expected, memory);
  std::string text;
  size_t count = 0;
  auto at = std::mismatch(memory.begin(), memory.end(), expected.memory.begin());
  for (; at.first != memory.end(); ++count) {
    const auto address = static_cast<uint64_t>(at.first - memory.begin());
    if (count < kShown) {
      text += "memory " + Hex(address) + " expected " + Hex(*at.second) + ", got " +
              Hex(*at.first) + ": " + PlaceText(c, address) + "\n";
    }
    at = std::mismatch(at.first + 1, memory.end(), at.second + 1);
  }
  if (count > kShown) text += std::to_string(count) + " bytes differ in all\n";
  return text;
}

}  // namespace

bool CaseOutcome::stopped_by_bus() const {
  return cause == static_cast<uint32_t>(Cause::kRead) ||
         cause == static_cast<uint32_t>(Cause::kWrite);
}

CaseOutcome RunCase(const Case& c, Machine& machine) {
  CaseOutcome outcome;
  try {
    SetUp(c, machine);
    Submit(c, machine);
    outcome.head = machine.ReadRegister(kRegHead);
    outcome.tail = machine.ReadRegister(kRegTail);
    outcome.status = machine.ReadRegister(kRegStatus);
    outcome.cause = machine.ReadRegister(kRegErrorCause);
    outcome.error_index = machine.ReadRegister(kRegErrorIndex);
    outcome.irq_status = machine.ReadRegister(kRegIrqStatus);
    outcome.products = Counter(machine, kCounterProducts);
    outcome.gated = Counter(machine, kCounterGated);
  } catch (const std::exception& e) {
    outcome.exception = e.what();
  }
  outcome.memory.resize(machine.memory_size());
  machine.ReadMemory(0, outcome.memory);
  return outcome;
}

void AbandonCase(const Case& c, Machine& machine, uint64_t cycles) {
  SetUp(c, machine);
  uint32_t done = 0;
  Ring(c, machine, done, c.doorbells.front());
  const uint64_t end = machine.cycles() + cycles;
  for (uint64_t reads = 0; reads < cycles && machine.cycles() < end; ++reads)
    machine.ReadRegister(kRegHead);
}

std::string Differences(const Case& c, const CaseOutcome& expected, const CaseOutcome& got) {
  std::string text;
  const auto compare = [&](const char* name, uint64_t a, uint64_t b) {
    if (a == b) return;
    text +=
        std::string(name) + " expected " + std::to_string(a) + ", got " + std::to_string(b) + "\n";
  };
  if (expected.exception != got.exception) {
    text += "exception expected '" + expected.exception + "', got '" + got.exception + "'\n";
  }
  compare("HEAD", expected.head, got.head);
  compare("TAIL", expected.tail, got.tail);
  compare("STATUS", expected.status, got.status);
  compare("ERROR_CAUSE", expected.cause, got.cause);
  compare("ERROR_INDEX", expected.error_index, got.error_index);
  compare("IRQ_STATUS", expected.irq_status, got.irq_status);
  if (!expected.stopped_by_bus()) {
    compare("products", expected.products, got.products);
    compare("gated products", expected.gated, got.gated);
  }
  return text + MemoryDifferences(c, expected, got);
}

std::string CompareCase(const Case& c, Machine& expected, Machine& got) {
  const CaseOutcome first = RunCase(c, expected);
  return Differences(c, first, RunCase(c, got));
}

Case ShrinkCase(const Case& failing, const std::function<bool(const Case&)>& fails, int attempts) {
  Case best = failing;
  // The commands that are left, and those of their dimensions that may still shrink.
  const Case whole = RandomCase(best.seed, best.number, best.shape, best.options);
  const auto attempt = [&](const std::string& edit) {
    if (attempts-- <= 0) return false;
    const std::string edits = best.edits.empty() ? edit : best.edits + "," + edit;
    Case smaller = RandomCase(best.seed, best.number, best.shape, best.options, edits);
    if (smaller.commands == best.commands || smaller.commands.empty() || !fails(smaller)) {
      return false;
    }
    best = smaller;
    return true;
  };
  std::vector<bool> dropped(whole.commands.size());
  for (bool progress = true; progress && attempts > 0;) {
    progress = false;
    for (size_t i = whole.commands.size(); i-- > 0;) {
      const std::string number = std::to_string(i);
      if (dropped[i]) continue;
      dropped[i] = attempt("d" + number);
      progress |= dropped[i];
      for (const char dim : {'m', 'n', 'k'}) {
        while (!dropped[i] && attempt(dim + number)) progress = true;
      }
    }
  }
  return best;
}

}  // namespace tetralog
