// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/functional/fast_gemm.h"

#include <dnnl.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "model/formats.h"
#include "sim/functional/fast_kernels.h"
#include "sim/functional/rounding_plans.h"
#include "sim/functional/small_gemm.h"
#include "sim/functional/sparse_gemm.h"

extern "C" {  // of the OpenMP runtime that oneDNN was built with
void omp_set_num_threads(int);
int omp_get_max_threads();
}

namespace tetralog {
namespace {

// oneDNN uses one thread while this lives: the threads are ours. OpenMP keeps the number for every
// thread of the program separately.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneOpenMpThread() { omp_set_num_threads(before_); }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int before_;
};

// Memory that is written before it is read.
template <typename T>
std::unique_ptr<T[]> Uninitialised(size_t size) {
  return std::make_unique_for_overwrite<T[]>(size);
}

// A decoded tensor as it is stored, one value a byte; an odd row ends with the value of its pad.
struct Operand {
  std::unique_ptr<int8_t[]> values;
  size_t stride = 0;
  bool transposed = false;

  const int8_t* at(size_t r, size_t c) const {
    return values.get() + (transposed ? c * stride + r : r * stride + c);
  }
  char orientation() const { return transposed ? 'T' : 'N'; }
};

Operand DecodeOperand(const Kernels& kernels, Format format, const TensorView& view) {
  const auto decode = format == Format::kLog4    ? kernels.decode_log4
                      : format == Format::kUint4 ? kernels.decode_uint4
                                                 : kernels.decode_int4;
  const size_t bytes = RowBytes(view.stored_cols()), rows = view.stored_rows();
  Operand operand{Uninitialised<int8_t>(rows * 2 * bytes), 2 * bytes, view.transposed};
  if (view.stride == bytes) {
    decode(view.data, rows * bytes, operand.values.get());
    return operand;
  }
  for (size_t r = 0; r < rows; ++r) {
    decode(view.data + r * view.stride, bytes, operand.values.get() + r * 2 * bytes);
  }
  return operand;
}

// The mask's codes as an operand that is not transposed.
Operand UnpackMask(const Kernels& kernels, const TensorView& view) {
  Operand stored = DecodeOperand(kernels, Format::kUint4, view);
  if (!view.transposed) return stored;
  Operand codes{Uninitialised<int8_t>(view.rows * view.cols), view.cols, false};
  constexpr size_t kBlock = 64;  // columns, so that the lines that are read stay in the cache
  for (size_t c0 = 0; c0 < view.cols; c0 += kBlock) {
    const size_t c1 = std::min(c0 + kBlock, view.cols);
    for (size_t r = 0; r < view.rows; ++r) {
      int8_t* row = codes.values.get() + r * codes.stride;
      for (size_t c = c0; c < c1; ++c) row[c] = stored.values[c * stored.stride + r];
    }
  }
  return codes;
}

// A rectangle of D that one thread computes.
struct Part {
  size_t row, rows, col, cols;
};

// Cuts the longer side of D, columns only at multiples of `col_grain`.
std::vector<Part> Split(size_t rows, size_t cols, size_t count, size_t col_grain) {
  std::vector<Part> parts;
  const bool by_rows = rows >= cols;
  const size_t side = by_rows ? rows : cols, grain = by_rows ? 1 : col_grain;
  const size_t length = ((side + count - 1) / count + grain - 1) / grain * grain;
  for (size_t begin = 0; begin < side; begin += length) {
    const size_t size = std::min(length, side - begin);
    parts.push_back(by_rows ? Part{begin, size, 0, cols} : Part{0, rows, begin, size});
  }
  return parts;
}

size_t ThreadsFor(const GemmCommand& command, const FastOptions& options) {
  if (options.threads < 0) {
    throw std::invalid_argument("threads = " + std::to_string(options.threads) +
                                " is negative: give a number, or 0 for all processors");
  }
  if (options.work_per_thread == 0) {
    throw std::invalid_argument("work_per_thread is 0: give at least 1");
  }
  const size_t most = options.threads != 0 ? static_cast<size_t>(options.threads)
                                           : std::max(1U, std::thread::hardware_concurrency());
  const size_t depth = command.a.cols * static_cast<size_t>(command.a_samples);
  const size_t work = command.a.rows * command.b.cols * (depth + 32);
  return std::clamp<size_t>(work / options.work_per_thread, 1, most);
}

class Product {
 public:
  Product(const GemmCommand& command, const FastOptions& options)
      : command_(command),
        config_(command.epilogue),
        kernels_(KernelsOf(options.instruction_set)),
        rows_(command.a.rows),
        cols_(command.b.cols),
        nearest_(PlanNearest(config_)),
        luq_(PlanLuq(config_)),
        stochastic_(PlanStochastic(config_)),
        z_stride_(cols_) {
    z_is_addend_ = AddendIsAll();
    if (z_is_addend_) {
      // No operands: there is nothing to multiply.
    } else {
      if (options.small_products) sparse_ = SparseGemm::For(command, options.instruction_set);
      if (sparse_) {
        grain_ = SparseGemm::kColumns;
      } else if (options.small_products && UsesSmallGemm(options.instruction_set)) {
        small_.emplace(command, options.instruction_set);
      } else {
        Decode();
      }
    }
    if (config_.mask_enable) mask_ = UnpackMask(kernels_, command.mask);
    const size_t elements = rows_ * cols_;
    if (command.keep_raw) result_.raw.resize(elements);
    if (config_.d_format == Format::kInt32 && options.z != nullptr) {
      z_ = options.z;
      z_stride_ = options.z_stride;
    } else if (config_.d_format == Format::kInt32) {
      result_.z.resize(elements);
      z_ = result_.z.data();
    } else {
      result_.codes.resize(static_cast<size_t>(command.samples));
      for (std::vector<uint8_t>& codes : result_.codes) codes.resize(elements);
      if (z_is_addend_) return;
      scratch_ = Uninitialised<int32_t>(elements);
      z_ = scratch_.get();
    }
  }

  GemmResult Run(size_t threads) {
    const std::vector<Part> parts = Split(rows_, cols_, threads, grain_);
    std::vector<EpilogueStats> stats(parts.size());
    std::vector<std::exception_ptr> errors(parts.size());
    const auto run = [&](size_t i) {
      try {
        stats[i] = Compute(parts[i]);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> others;
      for (size_t i = 1; i < parts.size(); ++i) others.emplace_back(run, i);
      run(0);
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      if (errors[i]) std::rethrow_exception(errors[i]);
      result_.stats += stats[i];
    }
    return std::move(result_);
  }

 private:
  bool OneProduct() const { return command_.a.cols == 1 && command_.a_samples == 1; }
  bool UsesSmallGemm(InstructionSet set) const {
    return !OneProduct() && SmallGemm::Suits(command_, set);
  }

  // A command that only rounds C: A is a column of zeros. Then z is read from where C lies.
  bool AddendIsAll() const {
    if (!OneProduct() || !config_.c_enable || config_.mask_enable || command_.keep_raw ||
        config_.d_format == Format::kInt32 || command_.c.col_stride != 1) {
      return false;
    }
    const Operand a = DecodeOperand(kernels_, command_.a_format, command_.a);
    for (size_t r = 0; r < rows_; ++r) {
      if (*a.at(r, 0) != 0) return false;
    }
    return true;
  }

  void Decode() {
    for (int s = 0; s < command_.a_samples; ++s) {
      TensorView sample = command_.a;
      sample.data += static_cast<size_t>(s) * command_.a_sample_stride;
      a_.push_back(DecodeOperand(kernels_, command_.a_format, sample));
    }
    b_ = DecodeOperand(kernels_, command_.b_format, command_.b);
  }

  // Where that costs little, in blocks whose accumulators stay in the cache until their epilogue;
  // oneDNN would prepare the operands again for each.
  EpilogueStats Compute(const Part& part) {
    constexpr size_t kElements = size_t{1} << 13;
    const size_t size = part.rows * part.cols;
    EpilogueStats stats;
    const size_t blocks =
        sparse_ || small_ || OneProduct() ? (size + kElements - 1) / kElements : 1;
    for (const Part& block : Split(part.rows, part.cols, blocks, grain_)) {
      stats += ComputeBlock({part.row + block.row, block.rows, part.col + block.col, block.cols});
    }
    return stats;
  }

  EpilogueStats ComputeBlock(const Part& part) {
    if (sparse_) {
      sparse_->Multiply(part.row, part.rows, part.col, part.cols, z_at(part.row, part.col),
                        z_stride_);
    } else if (small_) {
      small_->Multiply(part.row, part.rows, part.col, part.cols, z_at(part.row, part.col),
                       z_stride_);
    } else if (OneProduct() && !z_is_addend_) {
      MultiplyVectors(part);
    } else if (!z_is_addend_) {
      Multiply(part);
    }
    EpilogueStats stats;
    if (OnlyStatistics() && part.cols <= kSegment) {
      const size_t most = kSegment / part.cols, end = part.row + part.rows;
      for (size_t r = part.row; r < end; r += most) {
        const int32_t* z = z_at(r, part.col);
        Count(kernels_.statistics_of_rows(z, part.cols, std::min(most, end - r), z_stride_), stats);
      }
      return stats;
    }
    for (size_t r = part.row; r < part.row + part.rows; ++r) {
      const size_t end = part.col + part.cols;
      for (size_t c = part.col; c < end; c += kSegment) {
        EmitSegment(r, c, std::min(kSegment, end - c), stats);
      }
    }
    return stats;
  }

  // Nothing comes behind the accumulator.
  bool OnlyStatistics() const {
    return config_.d_format == Format::kInt32 && !config_.c_enable && !config_.mask_enable &&
           !command_.keep_raw;
  }

  // The accumulators of a part into z_.
  void Multiply(const Part& part) {
    const OneOpenMpThread one;
    const auto m = static_cast<dnnl_dim_t>(part.rows), n = static_cast<dnnl_dim_t>(part.cols);
    const auto k = static_cast<dnnl_dim_t>(command_.a.cols);
    const int32_t no_offset = 0;
    for (size_t s = 0; s < a_.size(); ++s) {
      const Operand& a = a_[s];
      const dnnl_status_t status = dnnl_gemm_s8s8s32(
          a.orientation(), b_.orientation(), 'F', m, n, k, 1.0F, a.at(part.row, 0),
          static_cast<dnnl_dim_t>(a.stride), 0, b_.at(0, part.col),
          static_cast<dnnl_dim_t>(b_.stride), 0, s == 0 ? 0.0F : 1.0F, z_at(part.row, part.col),
          static_cast<dnnl_dim_t>(z_stride_), &no_offset);
      if (status != dnnl_success) {
        throw std::runtime_error("oneDNN's int8 product failed with status " +
                                 std::to_string(status) + ": check the installed libdnnl");
      }
    }
  }

  // The same for K = 1.
  void MultiplyVectors(const Part& part) {
    for (size_t r = part.row; r < part.row + part.rows; ++r) {
      const int32_t a = *a_[0].at(r, 0);
      int32_t* z = z_at(r, part.col);
      if (a == 0) {
        std::fill_n(z, part.cols, 0);
        continue;
      }
      for (size_t c = 0; c < part.cols; ++c) z[c] = a * *b_.at(0, part.col + c);
    }
  }

  int32_t* z_at(size_t r, size_t c) const { return z_ + r * z_stride_ + c; }

  // All stages behind the accumulator for n <= kSegment columns of a row.
  void EmitSegment(size_t r, size_t c, size_t n, EpilogueStats& stats) {
    if (z_is_addend_) {
      Finish(r, c, n, command_.c.data + r * command_.c.row_stride + c, stats);
      return;
    }
    int32_t* z = z_at(r, c);
    if (command_.keep_raw) std::copy_n(z, n, result_.raw.data() + r * cols_ + c);
    if (config_.c_enable) stats.wraps += AddC(r, c, n, z);
    if (config_.mask_enable) kernels_.mask(z, mask_.at(r, c), n);
    Finish(r, c, n, z, stats);
  }

  // From z on.
  void Finish(size_t r, size_t c, size_t n, const int32_t* z, EpilogueStats& stats) {
    Count(kernels_.statistics(z, n), stats);
    for (size_t s = 0; s < result_.codes.size(); ++s) {
      const SegmentCounts counts = Round(s, r, c, n, z, result_.codes[s].data() + r * cols_ + c);
      stats.zeros[s] += counts.zeros;
      stats.clipped[s] += counts.clipped;
    }
  }

  // The zeros of codes are counted when they are made.
  void Count(const SegmentStats& part, EpilogueStats& stats) const {
    stats.max_abs = std::max(stats.max_abs, part.max_abs);
    stats.sum_abs += part.sum_abs;
    stats.sum_squares += part.sum_squares;  // reduced to 96 bits when parts are added
    if (config_.d_format == Format::kInt32) stats.zeros[0] += part.zeros;
  }

  uint32_t AddC(size_t r, size_t c, size_t n, int32_t* z) const {
    const AddendView& view = command_.c;
    const int32_t* first = view.data + r * view.row_stride + c * view.col_stride;
    if (view.col_stride <= 1) return kernels_.add_c(z, first, view.col_stride, n);
    std::array<int32_t, kSegment> gathered;
    for (size_t i = 0; i < n; ++i) gathered[i] = first[i * view.col_stride];
    return kernels_.add_c(z, gathered.data(), 1, n);
  }

  SegmentCounts Round(size_t s, size_t r, size_t c, size_t n, const int32_t* z,
                      uint8_t* codes) const {
    const bool log4 = config_.d_format == Format::kLog4;
    if (!log4 && config_.rounding == Rounding::kNearest) {
      return kernels_.nearest(nearest_, z, n, codes);
    }
    std::array<uint16_t, kSegment> words;
    kernels_.random_words(command_.seed, static_cast<uint8_t>(command_.sample0 + s),
                          command_.row0 + static_cast<uint32_t>(r),
                          (command_.column0 + static_cast<uint32_t>(c)) / kRandomGroup,
                          (n + kRandomGroup - 1) / kRandomGroup, words.data());
    return log4 ? kernels_.luq(luq_, z, words.data(), n, codes)
                : kernels_.stochastic(stochastic_, z, words.data(), n, codes);
  }

  const GemmCommand& command_;
  const EpilogueConfig& config_;
  const Kernels& kernels_;
  size_t rows_, cols_;
  size_t grain_ = kRandomGroup;  // of columns that are computed together
  NearestPlan nearest_;
  LuqPlan luq_;
  StochasticPlan stochastic_;
  bool z_is_addend_ = false;
  std::optional<SparseGemm> sparse_;  // instead of a_ and b_
  std::optional<SmallGemm> small_;    // so is this
  std::vector<Operand> a_;            // one a sample
  Operand b_;
  Operand mask_;
  std::unique_ptr<int32_t[]> scratch_;
  int32_t* z_ = nullptr;  // accumulators, then z: the result's, the caller's or scratch_
  size_t z_stride_;
  GemmResult result_;
};

}  // namespace

GemmResult FastGemm(const GemmCommand& command, const FastOptions& options) {
  CheckGemm(command);
  const size_t threads = ThreadsFor(command, options);
  return Product(command, options).Run(threads);
}

}  // namespace tetralog
