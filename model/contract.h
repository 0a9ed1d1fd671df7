// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The contract between hardware and software. Generated from rtl/tetralog_pkg.sv by
// `make contract`: edit the package, not this file.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

// clang-format off
namespace tetralog {

// Stored number formats of a tensor element.
enum class Format : uint8_t {
  kInt4 = 0,  // two's complement -8..7; quantisers emit -7..7
  kUint4 = 1,  // 0..15; activations after ReLU
  kLog4 = 2,  // FP4 [1,3,0]: bit 3 sign s, bits 2:0 e; 0 if e = 0, else (-1)^s * 2^(e-1)
  kInt32 = 3,  // two's complement results
};

// Rounding of INT4 and UINT4 outputs. LOG4 outputs are always stochastic (LUQ).
enum class Rounding : uint8_t {
  kNearest = 0,  // to nearest, ties to even
  kStochastic = 1,  // up with probability equal to the fraction
};

// Widths in bits.
inline constexpr unsigned kCodeWidth = 4;  // a stored element
inline constexpr unsigned kResultWidth = 32;  // an INT32 result z
inline constexpr unsigned kScaleMulWidth = 8;  // multiplier m of the scale, 1..255
inline constexpr unsigned kScaleShiftWidth = 7;  // shift n of the scale, signed
inline constexpr unsigned kSeedWidth = 64;  // seed of the random bits
inline constexpr unsigned kIndexWidth = 32;  // row or column of a logical output element
inline constexpr unsigned kSampleWidth = 8;  // sample number of a random word
inline constexpr unsigned kRandomWordWidth = 16;  // random word of one output element
inline constexpr unsigned kStatMaxWidth = 32;  // max |z|
inline constexpr unsigned kStatSumWidth = 64;  // sum of |z|
inline constexpr unsigned kStatSquaresWidth = 96;  // sum of z^2
inline constexpr unsigned kStatCountWidth = 64;  // wraps, zero codes, clipped elements

// Limits and defaults.
inline constexpr int kScaleShiftMin = -32;  // least shift n
inline constexpr int kScaleShiftMax = 63;  // greatest shift n
inline constexpr unsigned kInt4Max = 7;  // greatest |code| that a quantiser emits
inline constexpr unsigned kUint4Max = 15;  // greatest UINT4 code
inline constexpr unsigned kLog4Max = 64;  // greatest LOG4 magnitude, in units of alpha
inline constexpr unsigned kMaxSamples = 8;  // samples of one gradient (SMP)
inline constexpr unsigned kRandomBits = 12;  // default R: the top R bits of a random word round
inline constexpr unsigned kRandomGroup = 16;  // aligned columns that share one mixed state
inline constexpr unsigned kRandomColumnBits = 28;  // columns of a logical output lie below 2^28
inline constexpr unsigned kProductMaxIi = 64;  // greatest |a*b|, INT4 times INT4
inline constexpr unsigned kProductMaxIu = 120;  // greatest |a*b|, INT4 times UINT4
inline constexpr unsigned kProductMaxLi = 512;  // greatest |a*b|, LOG4 times INT4
inline constexpr unsigned kProductMaxLu = 960;  // greatest |a*b|, LOG4 times UINT4

// Operation of a command. A ring entry that software forgot to write (all zero) is refused.
enum class Operation : uint8_t {
  kNone = 0,  // refused
  kGemm = 1,  // D = out(A * B + C)
};

// Why the ring stopped. Of several causes of a refused command the lowest is reported.
enum class Cause : uint8_t {
  kNone = 0,  // no error
  kOperation = 1,  // unknown operation, or a reserved bit is not 0
  kFormat = 2,  // A is not INT4 or LOG4, or B is not INT4 or UINT4
  kDimension = 3,  // M, N or K is 0 or above MAX_DIM
  kSamples = 4,  // samples or a_samples not in 1..8, or several samples not LOG4
  kScale = 5,  // scale_mul 0, not 1 for LOG4, or scale_shift not in -32..63
  kIndex = 6,  // col0 no multiple of 16, or col0 + N > 2^28
  kOverflow = 7,  // K * a_samples could overflow the accumulator; split K through C
  kBuffer = 8,  // A's panel, all of a resident A, or the block of B exceeds its buffer
  kAlignment = 9,  // C or INT32 D: address or stride no multiple of 4; no stride of C is 4
  kStride = 10,  // a stored row is longer than its stride, or samples of D overlap
  kAddress = 11,  // a tensor ends beyond the address width of the build
  kOverlap = 12,  // D overlaps A, B, the mask, a ring, or C without being exactly C
  kRing = 13,  // more commands submitted than the ring holds, or a bad ring register
  kRead = 14,  // AXI error response to a read
  kWrite = 15,  // AXI error response to a write
};

// Registers, 32 bits, byte offsets on the AXI4-Lite port. Other offsets refuse reads and writes, and
// ro registers refuse writes (SLVERR, no effect).
inline constexpr unsigned kRegId = 0;  // ro: 0x544C4F47
inline constexpr unsigned kRegVersion = 4;  // ro: major in bits 31:16, minor in 15:0
inline constexpr unsigned kRegArray = 8;  // ro: rows in bits 15:0, columns in 31:16
inline constexpr unsigned kRegUnits = 12;  // ro: dot 7:0, lanes 15:8, accumulator bits 23:16, R 31:24
inline constexpr unsigned kRegBuffers = 16;  // ro: words of a bank of A in bits 15:0, of B in 31:16
inline constexpr unsigned kRegBus = 20;  // ro: AXI data bits 15:0, address bits 31:16
inline constexpr unsigned kRegControl = 32;  // rw: see control
inline constexpr unsigned kRegStatus = 36;  // ro: see status
inline constexpr unsigned kRegRingBaseLo = 40;  // rw: address of the command ring, a multiple of 128
inline constexpr unsigned kRegRingBaseHi = 44;  // rw
inline constexpr unsigned kRegRingSize = 48;  // rw: entries, a power of two, 1..32768
inline constexpr unsigned kRegRecordBaseLo = 52;  // rw: address of the completion records, a multiple of 256
inline constexpr unsigned kRegRecordBaseHi = 56;  // rw
inline constexpr unsigned kRegTail = 60;  // rw: doorbell: commands submitted since reset
inline constexpr unsigned kRegHead = 64;  // ro: commands completed since reset
inline constexpr unsigned kRegIrqEnable = 68;  // rw: see interrupts
inline constexpr unsigned kRegIrqStatus = 72;  // w1c: see interrupts
inline constexpr unsigned kRegErrorCause = 76;  // ro: cause_e of the error that stopped the ring
inline constexpr unsigned kRegErrorIndex = 80;  // ro: number of the command that failed
inline constexpr unsigned kRegCounters = 128;  // ro: counters, 64 bits each; reading the low word holds the high

// Bits of REG_CONTROL and REG_STATUS.
inline constexpr unsigned kControlEnable = 0;  // commands are fetched while 1
inline constexpr unsigned kControlSoftReset = 1;  // write 1: forget all commands, clear error, head and tail; reads 1 until done
inline constexpr unsigned kControlClearCounters = 2;  // write 1: counters become 0; reads 0
inline constexpr unsigned kStatusBusy = 0;  // a command is in flight, or an AXI transaction outstanding
inline constexpr unsigned kStatusError = 1;  // the ring stopped by an error

// Bits of REG_IRQ_ENABLE and REG_IRQ_STATUS; the interrupt is high while an enabled one is set.
inline constexpr unsigned kIrqCompletion = 0;  // a command with its interrupt bit completed
inline constexpr unsigned kIrqError = 1;  // the ring stopped by an error

// Performance counters: places behind REG_COUNTERS, 8 bytes each.
inline constexpr unsigned kCounterBusy = 0;  // cycles with a command in flight, doorbell to completion
inline constexpr unsigned kCounterActive = 1;  // cycles in which operands enter the array
inline constexpr unsigned kCounterStallOperand = 2;  // cycles in which the array waits for A or B
inline constexpr unsigned kCounterStallDrain = 3;  // cycles in which the array waits for the tile before
inline constexpr unsigned kCounterStallAddend = 4;  // cycles in which the drain waits for C or the mask
inline constexpr unsigned kCounterStallWrite = 5;  // cycles in which the drain waits for the output buffer
inline constexpr unsigned kCounterReadBytes = 6;  // bytes of AXI read beats
inline constexpr unsigned kCounterWriteBytes = 7;  // bytes of AXI write beats with a strobe
inline constexpr unsigned kCounterProducts = 8;  // products m, k, n of A * B, padding not counted
inline constexpr unsigned kCounterGated = 9;  // those with A[m,k] * B[k,n] = 0
inline constexpr unsigned kCounters = 10;  // number of counters

// Sizes of the programming model.
inline constexpr unsigned kCommandBytes = 128;  // of a ring entry
inline constexpr unsigned kRecordBytes = 256;  // of a place for a completion record
inline constexpr unsigned kMaxRing = 32768;  // entries of a ring
inline constexpr unsigned kMaxDim = 16777215;  // greatest M, N, K
inline constexpr unsigned kIdentity = 1414287175;  // REG_ID, "TLOG"
inline constexpr unsigned kVersion = 65536;  // REG_VERSION, 1.0

#if __cplusplus >= 202002L  // layouts in memory

// Places the low `width` bits of a value at a bit of a byte string, little endian.
template <size_t N>
constexpr void PutBits(std::array<uint8_t, N>& bytes, size_t bit, size_t width, uint64_t value) {
  while (width > 0) {
    const size_t at = bit % 8, count = width < 8 - at ? width : 8 - at;
    bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] | (value & ((1u << count) - 1)) << at);
    value >>= count;
    bit += count;
    width -= count;
  }
}

// The `width` bits at a bit of a byte string.
constexpr uint64_t GetBits(std::span<const uint8_t> bytes, size_t bit, size_t width) {
  uint64_t value = 0;
  for (size_t done = 0; done < width;) {
    const size_t at = (bit + done) % 8, count = width - done < 8 - at ? width - done : 8 - at;
    value |= static_cast<uint64_t>(bytes[(bit + done) / 8] >> at & ((1u << count) - 1)) << done;
    done += count;
  }
  return value;
}

// A command in the ring: 128 bytes, little endian. Addresses and strides are in bytes; reserved bits
// must be 0.
struct Command {
  static constexpr size_t kBytes = 128;
  uint8_t op = 0;  // operation_e
  uint8_t reserved3 = 0;  // 0
  uint8_t a_format = 0;  // format_e, INT4 or LOG4
  uint8_t b_format = 0;  // format_e, INT4 or UINT4
  uint8_t d_format = 0;  // format_e, any
  uint8_t rounding = 0;  // rounding_e, for INT4 and UINT4 outputs
  uint8_t irq = 0;  // raise the completion interrupt
  uint8_t c_enable = 0;  // C is added
  uint8_t mask_enable = 0;  // elements whose mask code is zero become z = 0
  uint8_t a_transposed = 0;  // 1: stored row k of A holds column k; 0: stored row m
  uint8_t b_transposed = 0;  // 1: stored row n of B holds column n; 0: stored row k
  uint8_t d_transposed = 0;  // 1: stored row n of D holds column n
  uint8_t mask_transposed = 0;  // 1: stored row n of the mask holds its column n
  uint8_t a_resident = 0;  // 1: all of A stays in the buffer and is read once
  uint8_t reserved0 = 0;  // 0
  uint8_t samples = 0;  // 1..8: samples of D; more than 1 for LOG4 only
  uint8_t a_samples = 0;  // 1..8: samples of A that the sum runs over
  uint8_t sample0 = 0;  // sample number of the first sample
  uint8_t scale_mul = 0;  // multiplier m of the scale, 1..255, 1 for LOG4; ignored for INT32
  uint8_t scale_shift = 0;  // shift n of the scale, signed, -32..63; ignored for INT32
  uint32_t m = 0;  // M, 1..MAX_DIM
  uint32_t n = 0;  // N, 1..MAX_DIM
  uint32_t k = 0;  // K, 1..MAX_DIM
  uint16_t block = 0;  // columns of B that stay resident, in panels of PANEL_B columns
  uint16_t reserved1 = 0;  // 0
  uint64_t a_base = 0;  // address of A
  uint32_t a_stride = 0;  // from one stored row of A to the next
  uint32_t a_sample_stride = 0;  // from one sample of A to the next
  uint64_t b_base = 0;  // address of B
  uint32_t b_stride = 0;  // from one stored row of B to the next
  uint32_t mask_stride = 0;  // from one stored row of the mask to the next
  uint64_t c_base = 0;  // address of C, INT32, a multiple of 4
  uint32_t c_row_stride = 0;  // from C[m,n] to C[m+1,n]; multiples of 4, 0 repeats one row or column
  uint32_t c_col_stride = 0;  // from C[m,n] to C[m,n+1]; this or c_row_stride is 4
  uint64_t d_base = 0;  // address of D; INT32: a multiple of 4
  uint32_t d_stride = 0;  // from one stored row of D to the next; INT32: a multiple of 4
  uint32_t d_sample_stride = 0;  // from one sample of D to the next
  uint64_t mask_base = 0;  // address of the mask, M x N stored 4-bit codes
  uint64_t seed = 0;  // seed of the random bits
  uint32_t row0 = 0;  // logical row of D[0,0]
  uint32_t col0 = 0;  // logical column of D[0,0], a multiple of 16; col0 + N <= 2^28
  uint32_t tag = 0;  // any value; comes back in the completion record
  std::array<uint32_t, 3> reserved2{};  // 0

  // As it lies in memory. Bits of a member beyond the width of its field are dropped.
  constexpr std::array<uint8_t, kBytes> Pack() const {
    std::array<uint8_t, kBytes> bytes{};
    PutBits(bytes, 0, 8, op);
    PutBits(bytes, 8, 4, reserved3);
    PutBits(bytes, 12, 2, a_format);
    PutBits(bytes, 14, 2, b_format);
    PutBits(bytes, 16, 2, d_format);
    PutBits(bytes, 18, 1, rounding);
    PutBits(bytes, 19, 1, irq);
    PutBits(bytes, 20, 1, c_enable);
    PutBits(bytes, 21, 1, mask_enable);
    PutBits(bytes, 22, 1, a_transposed);
    PutBits(bytes, 23, 1, b_transposed);
    PutBits(bytes, 24, 1, d_transposed);
    PutBits(bytes, 25, 1, mask_transposed);
    PutBits(bytes, 26, 1, a_resident);
    PutBits(bytes, 27, 5, reserved0);
    PutBits(bytes, 32, 4, samples);
    PutBits(bytes, 36, 4, a_samples);
    PutBits(bytes, 40, 8, sample0);
    PutBits(bytes, 48, 8, scale_mul);
    PutBits(bytes, 56, 8, scale_shift);
    PutBits(bytes, 64, 32, m);
    PutBits(bytes, 96, 32, n);
    PutBits(bytes, 128, 32, k);
    PutBits(bytes, 160, 16, block);
    PutBits(bytes, 176, 16, reserved1);
    PutBits(bytes, 192, 64, a_base);
    PutBits(bytes, 256, 32, a_stride);
    PutBits(bytes, 288, 32, a_sample_stride);
    PutBits(bytes, 320, 64, b_base);
    PutBits(bytes, 384, 32, b_stride);
    PutBits(bytes, 416, 32, mask_stride);
    PutBits(bytes, 448, 64, c_base);
    PutBits(bytes, 512, 32, c_row_stride);
    PutBits(bytes, 544, 32, c_col_stride);
    PutBits(bytes, 576, 64, d_base);
    PutBits(bytes, 640, 32, d_stride);
    PutBits(bytes, 672, 32, d_sample_stride);
    PutBits(bytes, 704, 64, mask_base);
    PutBits(bytes, 768, 64, seed);
    PutBits(bytes, 832, 32, row0);
    PutBits(bytes, 864, 32, col0);
    PutBits(bytes, 896, 32, tag);
    PutBits(bytes, 928, 32, reserved2[0]);
    PutBits(bytes, 960, 32, reserved2[1]);
    PutBits(bytes, 992, 32, reserved2[2]);
    return bytes;
  }
  // From its first kBytes bytes; fewer throw std::invalid_argument.
  static constexpr Command Unpack(std::span<const uint8_t> bytes) {
    if (bytes.size() < kBytes) throw std::invalid_argument("a Command needs 128 bytes; give them all");
    Command s;
    s.op = static_cast<uint8_t>(GetBits(bytes, 0, 8));
    s.reserved3 = static_cast<uint8_t>(GetBits(bytes, 8, 4));
    s.a_format = static_cast<uint8_t>(GetBits(bytes, 12, 2));
    s.b_format = static_cast<uint8_t>(GetBits(bytes, 14, 2));
    s.d_format = static_cast<uint8_t>(GetBits(bytes, 16, 2));
    s.rounding = static_cast<uint8_t>(GetBits(bytes, 18, 1));
    s.irq = static_cast<uint8_t>(GetBits(bytes, 19, 1));
    s.c_enable = static_cast<uint8_t>(GetBits(bytes, 20, 1));
    s.mask_enable = static_cast<uint8_t>(GetBits(bytes, 21, 1));
    s.a_transposed = static_cast<uint8_t>(GetBits(bytes, 22, 1));
    s.b_transposed = static_cast<uint8_t>(GetBits(bytes, 23, 1));
    s.d_transposed = static_cast<uint8_t>(GetBits(bytes, 24, 1));
    s.mask_transposed = static_cast<uint8_t>(GetBits(bytes, 25, 1));
    s.a_resident = static_cast<uint8_t>(GetBits(bytes, 26, 1));
    s.reserved0 = static_cast<uint8_t>(GetBits(bytes, 27, 5));
    s.samples = static_cast<uint8_t>(GetBits(bytes, 32, 4));
    s.a_samples = static_cast<uint8_t>(GetBits(bytes, 36, 4));
    s.sample0 = static_cast<uint8_t>(GetBits(bytes, 40, 8));
    s.scale_mul = static_cast<uint8_t>(GetBits(bytes, 48, 8));
    s.scale_shift = static_cast<uint8_t>(GetBits(bytes, 56, 8));
    s.m = static_cast<uint32_t>(GetBits(bytes, 64, 32));
    s.n = static_cast<uint32_t>(GetBits(bytes, 96, 32));
    s.k = static_cast<uint32_t>(GetBits(bytes, 128, 32));
    s.block = static_cast<uint16_t>(GetBits(bytes, 160, 16));
    s.reserved1 = static_cast<uint16_t>(GetBits(bytes, 176, 16));
    s.a_base = static_cast<uint64_t>(GetBits(bytes, 192, 64));
    s.a_stride = static_cast<uint32_t>(GetBits(bytes, 256, 32));
    s.a_sample_stride = static_cast<uint32_t>(GetBits(bytes, 288, 32));
    s.b_base = static_cast<uint64_t>(GetBits(bytes, 320, 64));
    s.b_stride = static_cast<uint32_t>(GetBits(bytes, 384, 32));
    s.mask_stride = static_cast<uint32_t>(GetBits(bytes, 416, 32));
    s.c_base = static_cast<uint64_t>(GetBits(bytes, 448, 64));
    s.c_row_stride = static_cast<uint32_t>(GetBits(bytes, 512, 32));
    s.c_col_stride = static_cast<uint32_t>(GetBits(bytes, 544, 32));
    s.d_base = static_cast<uint64_t>(GetBits(bytes, 576, 64));
    s.d_stride = static_cast<uint32_t>(GetBits(bytes, 640, 32));
    s.d_sample_stride = static_cast<uint32_t>(GetBits(bytes, 672, 32));
    s.mask_base = static_cast<uint64_t>(GetBits(bytes, 704, 64));
    s.seed = static_cast<uint64_t>(GetBits(bytes, 768, 64));
    s.row0 = static_cast<uint32_t>(GetBits(bytes, 832, 32));
    s.col0 = static_cast<uint32_t>(GetBits(bytes, 864, 32));
    s.tag = static_cast<uint32_t>(GetBits(bytes, 896, 32));
    s.reserved2[0] = static_cast<uint32_t>(GetBits(bytes, 928, 32));
    s.reserved2[1] = static_cast<uint32_t>(GetBits(bytes, 960, 32));
    s.reserved2[2] = static_cast<uint32_t>(GetBits(bytes, 992, 32));
    return s;
  }
  bool operator==(const Command&) const = default;
};

// A completion record: 64 bytes, little endian, and 16 more for every sample of D: zero codes
// (64 bits), then clipped elements (64 bits).
struct Completion {
  static constexpr size_t kBytes = 64;
  uint8_t status = 0;  // 1: done. Clear it before submitting to poll for it
  uint32_t reserved0 = 0;  // 0
  uint32_t index = 0;  // number of the command since reset
  uint64_t cycles = 0;  // from the fetch of the command to its last write; differs by level
  uint64_t sum_abs = 0;  // sum of |z|
  uint32_t max_abs = 0;  // max |z|
  uint32_t tag = 0;  // of the command
  std::array<uint32_t, 3> sum_squares{};  // sum of z^2
  uint32_t reserved1 = 0;  // 0
  uint64_t wraps = 0;  // elements whose acc + C left INT32
  uint64_t reserved2 = 0;  // 0

  // As it lies in memory. Bits of a member beyond the width of its field are dropped.
  constexpr std::array<uint8_t, kBytes> Pack() const {
    std::array<uint8_t, kBytes> bytes{};
    PutBits(bytes, 0, 8, status);
    PutBits(bytes, 8, 24, reserved0);
    PutBits(bytes, 32, 32, index);
    PutBits(bytes, 64, 64, cycles);
    PutBits(bytes, 128, 64, sum_abs);
    PutBits(bytes, 192, 32, max_abs);
    PutBits(bytes, 224, 32, tag);
    PutBits(bytes, 256, 32, sum_squares[0]);
    PutBits(bytes, 288, 32, sum_squares[1]);
    PutBits(bytes, 320, 32, sum_squares[2]);
    PutBits(bytes, 352, 32, reserved1);
    PutBits(bytes, 384, 64, wraps);
    PutBits(bytes, 448, 64, reserved2);
    return bytes;
  }
  // From its first kBytes bytes; fewer throw std::invalid_argument.
  static constexpr Completion Unpack(std::span<const uint8_t> bytes) {
    if (bytes.size() < kBytes) throw std::invalid_argument("a Completion needs 64 bytes; give them all");
    Completion s;
    s.status = static_cast<uint8_t>(GetBits(bytes, 0, 8));
    s.reserved0 = static_cast<uint32_t>(GetBits(bytes, 8, 24));
    s.index = static_cast<uint32_t>(GetBits(bytes, 32, 32));
    s.cycles = static_cast<uint64_t>(GetBits(bytes, 64, 64));
    s.sum_abs = static_cast<uint64_t>(GetBits(bytes, 128, 64));
    s.max_abs = static_cast<uint32_t>(GetBits(bytes, 192, 32));
    s.tag = static_cast<uint32_t>(GetBits(bytes, 224, 32));
    s.sum_squares[0] = static_cast<uint32_t>(GetBits(bytes, 256, 32));
    s.sum_squares[1] = static_cast<uint32_t>(GetBits(bytes, 288, 32));
    s.sum_squares[2] = static_cast<uint32_t>(GetBits(bytes, 320, 32));
    s.reserved1 = static_cast<uint32_t>(GetBits(bytes, 352, 32));
    s.wraps = static_cast<uint64_t>(GetBits(bytes, 384, 64));
    s.reserved2 = static_cast<uint64_t>(GetBits(bytes, 448, 64));
    return s;
  }
  bool operator==(const Completion&) const = default;
};
#endif

}  // namespace tetralog
