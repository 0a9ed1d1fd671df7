// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/driver.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "sim/command_rules.h"

namespace tetralog {
namespace {

constexpr uint32_t kEnable = 1u << kControlEnable;
constexpr uint32_t kSoftReset = 1u << kControlSoftReset;
constexpr uint32_t kIrqs = 1u << kIrqCompletion | 1u << kIrqError;
constexpr int kPolls = 1'000'000;
constexpr uint64_t kRowAlignment = 16;  // the widest word of the bus

uint64_t AlignUp(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

MachineShape ReadShape(Machine& machine) {
  if (machine.ReadRegister(kRegId) != kIdentity || machine.ReadRegister(kRegVersion) != kVersion) {
    throw MachineError("this is no Tetralog core of version 1.0: check the register address");
  }
  MachineShape shape;
  const uint32_t array = machine.ReadRegister(kRegArray);
  const uint32_t units = machine.ReadRegister(kRegUnits);
  const uint32_t buffers = machine.ReadRegister(kRegBuffers);
  const uint32_t bus = machine.ReadRegister(kRegBus);
  shape.rows = array & 0xffff;
  shape.cols = array >> 16;
  shape.dot = units & 0xff;
  shape.lanes = units >> 8 & 0xff;
  shape.acc_width = units >> 16 & 0xff;
  shape.random_bits = units >> 24;
  shape.depth_a = buffers & 0xffff;
  shape.depth_b = buffers >> 16;
  shape.axi_data = bus & 0xffff;
  shape.axi_addr = bus >> 16;
  return shape;
}

std::string StopText(Cause cause, uint32_t index) {
  return "command " + std::to_string(index) +
         " since the reset stopped the ring: " + CauseText(cause);
}

}  // namespace

DriverError::DriverError(Cause cause, uint32_t index)
    : std::runtime_error(StopText(cause, index)), cause_(cause), index_(index) {}

unsigned __int128 CommandResult::sum_squares() const {
  return record.sum_squares[0] | static_cast<unsigned __int128>(record.sum_squares[1]) << 32 |
         static_cast<unsigned __int128>(record.sum_squares[2]) << 64;
}

uint64_t Arena::Allocate(uint64_t bytes, uint64_t alignment) {
  const uint64_t address = AlignUp(next_, alignment);
  if (address > end_ || bytes > end_ - address) throw std::bad_alloc();
  next_ = address + bytes;
  return address;
}

// --- Set-up ---

Driver::Driver(Machine& machine, uint32_t ring_size)
    : machine_(machine), shape_(ReadShape(machine)), ring_size_(ring_size) {
  if (ring_size < 2 || ring_size > kMaxRing || (ring_size & (ring_size - 1)) != 0) {
    throw std::invalid_argument("a ring of " + std::to_string(ring_size) +
                                " entries: give a power of two, 2 to 32768");
  }
  record_base_ = AlignUp(ring_base_ + uint64_t{ring_size} * kCommandBytes, kRecordBytes);
  const uint64_t begin = record_base_ + uint64_t{ring_size} * kRecordBytes;
  const uint64_t end = std::min(machine.memory_size(), uint64_t{1} << shape_.axi_addr);
  if (begin > end) throw std::bad_alloc();
  arena_ = Arena(begin, end);
  Recover();
}

void Driver::Recover() {
  machine_.WriteRegister(kRegControl, kSoftReset);
  for (int i = 0; (machine_.ReadRegister(kRegControl) & kSoftReset) != 0; ++i) {
    if (i == kPolls) throw MachineError("the soft reset does not end");
  }
  completed_ = submitted_ = origin_ = written_;  // numbers of lost commands do not come again
  samples_.clear();
  machine_.WriteRegister(kRegRingBaseLo, static_cast<uint32_t>(ring_base_));
  machine_.WriteRegister(kRegRingBaseHi, static_cast<uint32_t>(ring_base_ >> 32));
  machine_.WriteRegister(kRegRecordBaseLo, static_cast<uint32_t>(record_base_));
  machine_.WriteRegister(kRegRecordBaseHi, static_cast<uint32_t>(record_base_ >> 32));
  machine_.WriteRegister(kRegRingSize, ring_size_);
  machine_.WriteRegister(kRegIrqEnable, kIrqs);
  machine_.WriteRegister(kRegControl, kEnable);
}

// --- Tensors ---

Tensor Driver::NewTensor(uint32_t rows, uint32_t cols, Format format, uint32_t samples) {
  Tensor tensor;
  tensor.rows = rows;
  tensor.cols = cols;
  tensor.format = format;
  tensor.samples = samples;
  tensor.stride = static_cast<uint32_t>(AlignUp(tensor.row_bytes(), kRowAlignment));
  tensor.sample_stride = static_cast<uint32_t>(tensor.sample_bytes());
  if (tensor.sample_stride != tensor.sample_bytes()) {
    throw std::invalid_argument("a sample of " + std::to_string(rows) + " x " +
                                std::to_string(cols) + " is longer than 2^32 bytes: split it");
  }
  tensor.address = arena_.Allocate(tensor.sample_bytes() * samples);
  return tensor;
}

void Driver::CheckSize(const Tensor& tensor, size_t elements, bool int32) const {
  if ((tensor.format == Format::kInt32) != int32) {
    throw std::invalid_argument("INT32 tensors and tensors of codes are moved by different calls");
  }
  if (elements != size_t{tensor.rows} * tensor.cols) {
    throw std::invalid_argument(std::to_string(elements) + " elements for a tensor of " +
                                std::to_string(tensor.rows) + " x " + std::to_string(tensor.cols));
  }
}

void Driver::Upload(const Tensor& tensor, std::span<const uint8_t> codes, uint32_t sample) {
  CheckSize(tensor, codes.size(), false);
  machine_.WriteMemory(tensor.address + uint64_t{sample} * tensor.sample_stride,
                       PackMatrix(codes, tensor.rows, tensor.cols, tensor.stride));
}

void Driver::UploadInt32(const Tensor& tensor, std::span<const int32_t> values) {
  CheckSize(tensor, values.size(), true);
  std::vector<uint8_t> row(tensor.row_bytes());
  for (uint64_t r = 0; r < tensor.rows; ++r) {
    std::memcpy(row.data(), values.data() + r * tensor.cols, row.size());
    machine_.WriteMemory(tensor.address + r * tensor.stride, row);
  }
}

std::vector<uint8_t> Driver::Download(const Tensor& tensor, uint32_t sample) {
  CheckSize(tensor, size_t{tensor.rows} * tensor.cols, false);
  WaitAll();
  std::vector<uint8_t> bytes(tensor.sample_bytes());
  machine_.ReadMemory(tensor.address + uint64_t{sample} * tensor.sample_stride, bytes);
  return UnpackMatrix(bytes, tensor.rows, tensor.cols, tensor.stride);
}

std::vector<int32_t> Driver::DownloadInt32(const Tensor& tensor) {
  CheckSize(tensor, size_t{tensor.rows} * tensor.cols, true);
  WaitAll();
  std::vector<int32_t> values(size_t{tensor.rows} * tensor.cols);
  std::vector<uint8_t> row(tensor.row_bytes());
  for (uint64_t r = 0; r < tensor.rows; ++r) {
    machine_.ReadMemory(tensor.address + r * tensor.stride, row);
    std::memcpy(values.data() + r * tensor.cols, row.data(), row.size());
  }
  return values;
}

// --- Ring ---

uint64_t Driver::EntryAddress(uint64_t number) const {
  return ring_base_ + (number - origin_) % ring_size_ * kCommandBytes;
}

uint64_t Driver::RecordAddress(uint64_t number) const {
  return record_base_ + (number - origin_) % ring_size_ * kRecordBytes;
}

void Driver::WriteEntry(uint64_t number, const Command& command) {
  machine_.WriteMemory(EntryAddress(number), command.Pack());
}

Handle Driver::Submit(const Command& command) {
  const uint64_t number = written_;
  if (number - completed_ == ring_size_) {
    Flush();
    WaitUntil(completed_ + 1);
  }
  last_ = command;
  last_.irq = (number - origin_) % (ring_size_ / 2) == 0;  // room in time
  const uint8_t none[1] = {0};
  machine_.WriteMemory(RecordAddress(number), none);  // its status
  WriteEntry(number, last_);
  samples_[number] = command.samples;
  ++written_;
  return {number, 1};
}

Handle Driver::Gemm(const GemmRequest& request) {
  const uint64_t bytes = PlanScratchBytes(shape_, request);
  const uint64_t scratch = bytes == 0 ? 0 : arena_.Allocate(bytes);
  const std::vector<Command> commands = PlanGemm(shape_, request, scratch);
  Handle handle{written_, commands.size()};
  for (const Command& command : commands) Submit(command);
  return handle;
}

void Driver::Flush() {
  if (submitted_ == written_) return;
  if (!last_.irq) {  // the wait for the last command ends with an interrupt
    last_.irq = 1;
    WriteEntry(written_ - 1, last_);
  }
  submitted_ = written_;
  machine_.WriteRegister(kRegTail, static_cast<uint32_t>(submitted_ - origin_));
}

bool Driver::Collect() {
  const auto head = machine_.ReadRegister(kRegHead);
  const uint32_t fresh = head - static_cast<uint32_t>(completed_ - origin_);
  if (fresh > submitted_ - completed_) {
    throw MachineError("HEAD is " + std::to_string(head) + ", but only " +
                       std::to_string(submitted_ - origin_) + " commands were submitted");
  }
  for (uint32_t i = 0; i < fresh; ++i) ReadRecord(completed_++);
  return fresh != 0;
}

void Driver::ReadRecord(uint64_t number) {
  const auto found = samples_.find(number);
  const size_t samples = found->second;
  samples_.erase(found);
  std::vector<uint8_t> bytes(Completion::kBytes + 16 * samples);
  machine_.ReadMemory(RecordAddress(number), bytes);
  CommandResult result;
  result.record = Completion::Unpack(bytes);
  if (result.record.status != 1 || result.record.index != static_cast<uint32_t>(number - origin_)) {
    throw MachineError("command " + std::to_string(number - origin_) +
                       " is completed, but its record is not there");
  }
  for (size_t s = 0; s < samples; ++s) {
    uint64_t counts[2];
    std::memcpy(counts, &bytes[Completion::kBytes + 16 * s], sizeof counts);
    result.zeros.push_back(counts[0]);
    result.clipped.push_back(counts[1]);
  }
  result.cycles = result.record.cycles;
  result.wraps = result.record.wraps;
  results_[number] = std::move(result);
}

// Clears the interrupt before it looks, so that none is lost, and looks before it waits.
void Driver::WaitUntil(uint64_t completed) {
  int idle = 0;  // waits that ended with nothing new
  while (completed_ < completed) {
    machine_.WriteRegister(kRegIrqStatus, kIrqs);
    const uint32_t status = machine_.ReadRegister(kRegStatus);
    if (Collect()) {
      idle = 0;
      continue;
    }
    if ((status & 1u << kStatusError) != 0) {
      const auto cause = static_cast<Cause>(machine_.ReadRegister(kRegErrorCause));
      throw DriverError(cause, machine_.ReadRegister(kRegErrorIndex));
    }
    if (++idle > kPolls) {
      throw MachineError("command " + std::to_string(completed_ - origin_) +
                         " does not complete and gives no error");
    }
    machine_.Wait();
  }
}

CommandResult Driver::Wait(const Handle& handle) {
  if (handle.count == 0 || handle.first + handle.count > written_) {
    throw std::invalid_argument("the handle is not of a submitted command");
  }
  Flush();
  WaitUntil(handle.first + handle.count);
  CommandResult sum;
  for (uint64_t number = handle.first; number < handle.first + handle.count; ++number) {
    const auto found = results_.find(number);
    if (found == results_.end()) {
      throw std::invalid_argument("the result of this handle was taken, forgotten or reset");
    }
    CommandResult& result = found->second;
    result.cycles += sum.cycles;
    result.wraps += sum.wraps;
    sum = std::move(result);
    results_.erase(found);
  }
  return sum;
}

void Driver::WaitAll() {
  Flush();
  WaitUntil(written_);
}

}  // namespace tetralog
