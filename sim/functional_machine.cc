// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional_machine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "model/formats.h"
#include "sim/functional/byte_block.h"
#include "sim/functional/fast_gemm.h"

namespace tetralog {
namespace {

constexpr uint32_t Bit(unsigned place) { return uint32_t{1} << place; }
constexpr uint32_t kIrqMask = Bit(kIrqCompletion) | Bit(kIrqError);
constexpr uint64_t kCounterMask = (uint64_t{1} << 48) - 1;  // the width of the counters

[[noreturn]] void Refuse(const char* access, uint32_t offset) {
  throw std::invalid_argument("the core refuses to " + std::string(access) + " register offset " +
                              std::to_string(offset) + ": see docs/interface.md for its registers");
}

void SetLow(uint64_t& word, uint32_t value) { word = (word >> 32 << 32) | value; }
void SetHigh(uint64_t& word, uint32_t value) { word = (word & UINT32_MAX) | uint64_t{value} << 32; }

// The non-zero elements of every column of a matrix, at most kMaxDim.
std::vector<uint32_t> NonZeros(Format format, const TensorView& view) {
  static const Kernels& kernels = KernelsOf(InstructionSets().back());
  const uint8_t mask = format == Format::kLog4 ? 0x77 : 0xff;  // LOG4 1000 is zero too
  const size_t cols = view.stored_cols(), bytes = RowBytes(cols);
  if (!view.transposed) {
    std::vector<uint32_t> counts(2 * bytes);
    kernels.count_columns(view.data, view.stored_rows(), view.stride, bytes, mask, counts.data());
    counts.resize(cols);  // without the pad of an odd row
    return counts;
  }
  std::vector<uint32_t> counts(view.stored_rows());
  for (size_t r = 0; r < counts.size(); ++r) {
    const uint8_t* row = view.data + r * view.stride;
    counts[r] = static_cast<uint32_t>(kernels.count_row(row, cols / 2, mask));
    if (cols % 2 != 0) counts[r] += (row[cols / 2] & mask & 15) != 0;
  }
  return counts;
}

// Columns of D that are stored together when D is transposed, so that their lines stay in the
// cache.
constexpr size_t kColumns = 64;

// D [m, n] as the command stores it, from its row-major elements.
void StoreInt32(const int32_t* z, const Command& command, uint8_t* base) {
  const size_t m = command.m, n = command.n, stride = command.d_stride;
  if (!command.d_transposed) {
    for (size_t r = 0; r < m; ++r) std::memcpy(base + r * stride, z + r * n, n * sizeof *z);
    return;
  }
  for (size_t c0 = 0; c0 < n; c0 += kColumns) {
    for (size_t r = 0; r < m; ++r) {
      for (size_t c = c0; c < std::min(c0 + kColumns, n); ++c) {
        std::memcpy(base + c * stride + r * sizeof *z, z + r * n + c, sizeof *z);
      }
    }
  }
}

// 16 rows of 8 codes, as 8 stored rows of 8 bytes.
void StoreBlock(const uint8_t* codes, size_t n, uint8_t* base, size_t stride) {
  std::array<uint64_t, 8> pairs;
  for (size_t i = 0; i < 8; ++i) {
    uint64_t low = 0, high = 0;
    std::memcpy(&low, codes + 2 * i * n, sizeof low);
    std::memcpy(&high, codes + (2 * i + 1) * n, sizeof high);
    pairs[i] = low | high << 4;
  }
  TransposeBytes(reinterpret_cast<uint8_t*>(pairs.data()));
  for (size_t i = 0; i < 8; ++i) std::memcpy(base + i * stride, &pairs[i], sizeof pairs[i]);
}

void StoreCodes(const uint8_t* codes, const Command& command, uint8_t* base) {
  const size_t m = command.m, n = command.n, stride = command.d_stride;
  const auto pair = [](uint8_t low, uint8_t high) { return static_cast<uint8_t>(low | high << 4); };
  if (!command.d_transposed) {
    for (size_t r = 0; r < m; ++r) {
      const uint8_t* from = codes + r * n;
      uint8_t* row = base + r * stride;
      for (size_t i = 0; i < n / 2; ++i) row[i] = pair(from[2 * i], from[2 * i + 1]);
      if (n % 2 != 0) row[n / 2] = from[n - 1];
    }
    return;
  }
  const size_t whole_rows = m / 16 * 16, whole_cols = n / 8 * 8;
  for (size_t c = 0; c < whole_cols; c += 8) {
    for (size_t r = 0; r < whole_rows; r += 16) {
      StoreBlock(codes + r * n + c, n, base + c * stride + r / 2, stride);
    }
  }
  for (size_t c = 0; c < n; ++c) {  // what is left of a stored row
    for (size_t r = c < whole_cols ? whole_rows : 0; r < m; r += 2) {
      const uint8_t* low = codes + r * n + c;
      base[c * stride + r / 2] = pair(*low, r + 1 < m ? low[n] : uint8_t{0});
    }
  }
}

TensorView Transpose(TensorView view) {
  std::swap(view.rows, view.cols);
  view.transposed = !view.transposed;
  return view;
}

}  // namespace

FunctionalMachine::FunctionalMachine(const MachineShape& shape, uint64_t memory_bytes,
                                     const FunctionalOptions& options)
    : shape_(shape), options_(options), memory_(0, 1) {
  if (memory_bytes > uint64_t{1} << shape.axi_addr) {
    throw std::invalid_argument("a memory of " + std::to_string(memory_bytes) +
                                " bytes is beyond " + std::to_string(shape.axi_addr) +
                                " address bits: make it smaller");
  }
  memory_ = MachineMemory(memory_bytes, shape.axi_data / 8);
}

void FunctionalMachine::WriteMemory(uint64_t address, std::span<const uint8_t> bytes) {
  memory_.Write(address, bytes);
}

void FunctionalMachine::ReadMemory(uint64_t address, std::span<uint8_t> bytes) const {
  memory_.Read(address, bytes);
}

std::span<uint8_t> FunctionalMachine::SharedMemory(uint64_t address, uint64_t bytes) {
  return memory_.Span(address, bytes);
}

void FunctionalMachine::InjectFault(MemoryFault fault, uint64_t address, uint64_t bytes) {
  memory_.InjectFault(fault, address, bytes);
}

void FunctionalMachine::Trace(const std::string& path) {
  if (path.empty()) return;
  throw std::invalid_argument("the functional machine has no signals: trace the RTL machine");
}

// --- Registers ---

void FunctionalMachine::WriteControl(uint32_t value) {
  enable_ = (value & Bit(kControlEnable)) != 0;
  if (value & Bit(kControlSoftReset)) {
    head_ = tail_ = error_index_ = irq_status_ = 0;
    cause_ = Cause::kNone;
  }
  if (value & Bit(kControlClearCounters)) counters_.fill(0);
}

void FunctionalMachine::WriteRegister(uint32_t offset, uint32_t value) {
  switch (offset) {
    case kRegControl:
      WriteControl(value);
      break;
    case kRegRingBaseLo:
      SetLow(ring_base_, value);
      break;
    case kRegRingBaseHi:
      SetHigh(ring_base_, value);
      break;
    case kRegRingSize:
      ring_size_ = value & 0xffff;
      break;
    case kRegRecordBaseLo:
      SetLow(record_base_, value);
      break;
    case kRegRecordBaseHi:
      SetHigh(record_base_, value);
      break;
    case kRegTail:
      tail_ = value;
      break;
    case kRegIrqEnable:
      irq_enable_ = value & kIrqMask;
      break;
    case kRegIrqStatus:
      irq_status_ &= ~value;
      break;
    default:
      Refuse("write", offset);
  }
  RunRing();
}

uint32_t FunctionalMachine::ReadRegister(uint32_t offset) {
  switch (offset) {
    case kRegId:
      return kIdentity;
    case kRegVersion:
      return kVersion;
    case kRegArray:
      return shape_.rows | shape_.cols << 16;
    case kRegUnits:
      return shape_.dot | shape_.lanes << 8 | shape_.acc_width << 16 | shape_.random_bits << 24;
    case kRegBuffers:
      return shape_.depth_a | shape_.depth_b << 16;
    case kRegBus:
      return shape_.axi_data | shape_.axi_addr << 16;
    case kRegControl:
      return enable_ ? Bit(kControlEnable) : 0;
    case kRegStatus:
      return error() ? Bit(kStatusError) : 0;
    case kRegRingBaseLo:
      return static_cast<uint32_t>(ring_base_);
    case kRegRingBaseHi:
      return static_cast<uint32_t>(ring_base_ >> 32);
    case kRegRingSize:
      return ring_size_;
    case kRegRecordBaseLo:
      return static_cast<uint32_t>(record_base_);
    case kRegRecordBaseHi:
      return static_cast<uint32_t>(record_base_ >> 32);
    case kRegTail:
      return tail_;
    case kRegHead:
      return head_;
    case kRegIrqEnable:
      return irq_enable_;
    case kRegIrqStatus:
      return irq_status_;
    case kRegErrorCause:
      return static_cast<uint32_t>(cause_);
    case kRegErrorIndex:
      return error_index_;
    default:
      break;
  }
  const uint32_t place = (offset - kRegCounters) / 4;
  if (offset < kRegCounters || offset % 4 != 0 || place >= 2 * kCounters) Refuse("read", offset);
  if (place % 2 == 1) return counter_high_;
  counter_high_ = static_cast<uint32_t>(counters_[place / 2] >> 32);
  return static_cast<uint32_t>(counters_[place / 2]);
}

// --- Ring ---

void FunctionalMachine::RunRing() {
  while (enable_ && !error() && head_ != tail_) {
    cause_ = rings().Check(shape_);
    if (tail_ - head_ > ring_size_) cause_ = Cause::kRing;
    if (!error()) cause_ = RunCommand();
    if (!error()) {
      ++head_;
    } else {
      error_index_ = head_;
      irq_status_ |= Bit(kIrqError);
    }
  }
}

Cause FunctionalMachine::RunCommand() {
  const uint32_t entry = head_ % ring_size_;
  const Region source{ring_base_ + uint64_t{entry} * kCommandBytes, 1, kCommandBytes};
  if (memory_.Faulty(source)) return Cause::kRead;
  const Command command = Command::Unpack({memory_.data() + source.base, kCommandBytes});
  const Cause refused = CheckCommand(command, shape_, rings());
  if (refused != Cause::kNone) return refused;
  return Execute(command);
}

Cause FunctionalMachine::Execute(const Command& command) {
  const auto faulty = [&](const Region& region) { return memory_.Faulty(region); };
  if (faulty(RegionA(command)) || faulty(RegionB(command)) ||
      (command.c_enable && faulty(RegionC(command))) ||
      (command.mask_enable && faulty(RegionMask(command)))) {
    return Cause::kRead;
  }
  if (faulty(RegionD(command))) return Cause::kWrite;

  std::vector<int32_t> addend;
  const GemmCommand bound = Bind(command, addend);
  FastOptions fast;
  fast.threads = options_.threads;
  if (InPlace(command)) {
    fast.z = reinterpret_cast<int32_t*>(memory_.data() + command.d_base);
    fast.z_stride = command.d_stride / sizeof(int32_t);
  }
  const GemmResult result = options_.fast ? FastGemm(bound, fast) : Gemm(bound);
  if (options_.count_products) CountProducts(bound);
  if (!InPlace(command)) WriteOutputs(command, result);

  const Region record{record_base_ + uint64_t{head_ % ring_size_} * kRecordBytes, 1,
                      Completion::kBytes + size_t{16} * command.samples};
  if (faulty(record)) return Cause::kWrite;
  WriteRecord(command, result.stats, record.base);
  if (command.irq) irq_status_ |= Bit(kIrqCompletion);
  return Cause::kNone;
}

// --- One command ---

// The fast path writes INT32 rows to their place at once. (C, which may be D, is copied before.)
bool FunctionalMachine::InPlace(const Command& command) const {
  return options_.fast && !command.d_transposed &&
         command.d_format == static_cast<uint8_t>(Format::kInt32);
}

// The command in the model's terms: its operands in place, and C unless D may be there; then of C
// the elements that exist, densely.
GemmCommand FunctionalMachine::Bind(const Command& command, std::vector<int32_t>& addend) const {
  const uint8_t* memory = memory_.data();
  const size_t m = command.m, n = command.n, k = command.k;
  GemmCommand gemm;
  gemm.a_format = static_cast<Format>(command.a_format);
  gemm.b_format = static_cast<Format>(command.b_format);
  gemm.a = {memory + command.a_base, m, k, command.a_stride, command.a_transposed != 0};
  gemm.b = {memory + command.b_base, k, n, command.b_stride, command.b_transposed != 0};
  if (command.mask_enable) {
    gemm.mask = {memory + command.mask_base, m, n, command.mask_stride,
                 command.mask_transposed != 0};
  }
  const bool int32 = command.d_format == static_cast<uint8_t>(Format::kInt32);
  if (command.c_enable && !int32 && command.c_col_stride == sizeof(int32_t)) {  // D is elsewhere
    gemm.c = {reinterpret_cast<const int32_t*>(memory + command.c_base),
              command.c_row_stride / sizeof(int32_t), 1};
  } else if (command.c_enable) {
    const size_t rows = command.c_row_stride == 0 ? 1 : m;
    const size_t cols = command.c_col_stride == 0 ? 1 : n;
    addend.resize(rows * cols);
    for (size_t r = 0; r < rows; ++r) {
      if (command.c_col_stride == sizeof(int32_t)) {
        std::memcpy(&addend[r * cols], memory + command.c_base + r * command.c_row_stride,
                    cols * sizeof(int32_t));
        continue;
      }
      for (size_t c = 0; c < cols; ++c) {
        std::memcpy(&addend[r * cols + c],
                    memory + command.c_base + r * command.c_row_stride + c * command.c_col_stride,
                    sizeof(int32_t));
      }
    }
    gemm.c = {addend.data(), rows == 1 ? 0 : cols, size_t{cols == 1 ? 0U : 1U}};
  }
  EpilogueConfig& epilogue = gemm.epilogue;
  epilogue.d_format = static_cast<Format>(command.d_format);
  epilogue.rounding = static_cast<Rounding>(command.rounding);
  if (epilogue.d_format != Format::kInt32) {  // INT32 ignores the scale
    epilogue.scale_mul = command.scale_mul;
    epilogue.scale_shift = static_cast<int8_t>(command.scale_shift);
  }
  epilogue.c_enable = command.c_enable != 0;
  epilogue.mask_enable = command.mask_enable != 0;
  epilogue.random_bits = static_cast<int>(shape_.random_bits);
  gemm.a_samples = command.a_samples;
  gemm.a_sample_stride = command.a_sample_stride;
  gemm.seed = command.seed;
  gemm.row0 = command.row0;
  gemm.column0 = command.col0;
  gemm.sample0 = command.sample0;
  gemm.samples = command.samples;
  gemm.acc_width = static_cast<int>(shape_.acc_width);
  return gemm;
}

void FunctionalMachine::WriteOutputs(const Command& command, const GemmResult& result) {
  const Region d = RegionD(command);
  for (size_t s = 0; s < command.samples; ++s) {
    uint8_t* base = memory_.data() + d.base + s * d.sample_stride;
    if (result.codes.empty()) {
      StoreInt32(result.z.data(), command, base);
    } else {
      StoreCodes(result.codes[s].data(), command, base);
    }
  }
}

void FunctionalMachine::WriteRecord(const Command& command, const EpilogueStats& stats,
                                    uint64_t address) {
  Completion record;
  record.status = 1;
  record.index = head_;
  record.tag = command.tag;
  record.max_abs = stats.max_abs;
  record.sum_abs = stats.sum_abs;
  for (size_t i = 0; i < 3; ++i) {
    record.sum_squares[i] = static_cast<uint32_t>(stats.sum_squares >> (32 * i));
  }
  record.wraps = stats.wraps;
  memory_.Write(address, record.Pack());
  address += Completion::kBytes;
  for (size_t s = 0; s < command.samples; ++s, address += 16) {
    const uint64_t counts[2] = {stats.zeros[s], stats.clipped[s]};
    uint8_t bytes[16];
    std::memcpy(bytes, counts, sizeof bytes);
    memory_.Write(address, bytes);
  }
}

// A product is not gated when both of its factors are non-zero: for every k, the non-zeros of
// column k of A times those of row k of B.
void FunctionalMachine::CountProducts(const GemmCommand& command) {
  const std::vector<uint32_t> b = NonZeros(command.b_format, Transpose(command.b));
  uint64_t effective = 0;
  for (int s = 0; s < command.a_samples; ++s) {
    TensorView sample = command.a;
    sample.data += static_cast<size_t>(s) * command.a_sample_stride;
    const std::vector<uint32_t> a = NonZeros(command.a_format, sample);
    for (size_t k = 0; k < b.size(); ++k) effective += uint64_t{a[k]} * b[k];
  }
  const uint64_t products =
      static_cast<uint64_t>(command.a_samples) * command.a.rows * command.a.cols * command.b.cols;
  const auto add = [&](unsigned counter, uint64_t value) {
    counters_[counter] = (counters_[counter] + value) & kCounterMask;
  };
  add(kCounterProducts, products);
  add(kCounterGated, products - effective);
}

}  // namespace tetralog
