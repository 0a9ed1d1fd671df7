// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "sim/linear_layer.h"

namespace tetralog {
namespace {

constexpr uint32_t kRing = 1024;  // entries, more than any plan has commands

// Bytes of a stored matrix without what pads its rows.
double Bytes(uint64_t rows, uint64_t cols, Format format) {
  return static_cast<double>(rows * (format == Format::kInt32 ? 4 * cols : RowBytes(cols)));
}

double Macs(const LayerGemm& g) { return static_cast<double>(g.macs()); }

// A product of a list that is done once for all that are the same.
struct Task {
  size_t job;
  LayerGemm gemm;
  GemmEstimate result;
};

class Runner {
 public:
  Runner(const std::vector<EstimateJob>& jobs, const EstimateMachineOptions& options,
         const std::function<void(double)>& progress)
      : jobs_(jobs), options_(options), progress_(progress) {
    for (size_t job = 0; job < jobs.size(); ++job) {
      for (const LayerGemm& gemm : jobs[job].workload) {
        if (Find(job, gemm) != nullptr) continue;
        tasks_.push_back({job, gemm, {}});
        work_ += Work(tasks_.back());
      }
    }
  }

  void Run(unsigned threads) {
    std::vector<std::thread> others;
    for (unsigned i = 1; i < std::min<size_t>(threads, tasks_.size()); ++i)
      others.emplace_back([this] { Loop(); });
    Loop();
    for (std::thread& other : others) other.join();
    if (error_) std::rethrow_exception(error_);
  }

  std::vector<std::vector<GemmEstimate>> Results() {
    std::vector<std::vector<GemmEstimate>> results;
    for (size_t job = 0; job < jobs_.size(); ++job) {
      results.emplace_back();
      for (const LayerGemm& gemm : jobs_[job].workload) {
        results.back().push_back(Find(job, gemm)->result);
        results.back().back().gemm = gemm;
      }
    }
    return results;
  }

 private:
  Task* Find(size_t job, const LayerGemm& gemm) {
    for (Task& task : tasks_)
      if (jobs_[task.job].shape == jobs_[job].shape && task.gemm.Same(gemm)) return &task;
    return nullptr;
  }

  // For the progress: the cycles that it takes at least.
  double Work(const Task& task) const {
    return BoundsOf(task.gemm, jobs_[task.job].shape).greatest();
  }

  void Loop() {
    for (size_t i = next_++; i < tasks_.size() && !failed_; i = next_++) {
      try {
        Do(tasks_[i]);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failed_) error_ = std::current_exception();
        failed_ = true;
      }
    }
  }

  void Do(Task& task) {
    try {
      task.result = EstimateGemm(task.gemm, jobs_[task.job].shape, options_);
    } catch (const std::bad_alloc&) {
      throw std::runtime_error(task.gemm.name + ": larger than the core's address space");
    } catch (const std::exception& e) {
      throw std::runtime_error(fmt::format("{}: {}", task.gemm.name, e.what()));
    }
    const std::lock_guard lock(mutex_);
    done_ += Work(task);
    if (progress_) progress_(done_ / work_);
  }

  const std::vector<EstimateJob>& jobs_;
  const EstimateMachineOptions& options_;
  const std::function<void(double)>& progress_;
  std::vector<Task> tasks_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // of what follows
  std::exception_ptr error_;
  double work_ = 0, done_ = 0;
};

// Adds `count` times the value.
void Add(uint64_t value, uint64_t count, uint64_t* total) {
  uint64_t product = 0;
  if (__builtin_mul_overflow(value, count, &product) ||
      __builtin_add_overflow(*total, product, total))
    throw std::overflow_error("a sum over all lines is more than 2^64: give smaller counts");
}

}  // namespace

double Bounds::greatest() const { return std::max({compute, lanes, read, write}); }

const char* Bounds::name() const {
  const double most = greatest();
  if (most == compute) return "compute";
  if (most == lanes) return "lanes";
  return most == read ? "read" : "write";
}

Bounds BoundsOf(const LayerGemm& g, const MachineShape& shape) {
  const auto word = static_cast<double>(shape.axi_data / 8);
  Bounds bounds;
  bounds.compute = Macs(g) / static_cast<double>(shape.macs());
  bounds.lanes = static_cast<double>(g.m * g.n * g.samples) / shape.lanes;
  double read = 0;
  switch (g.kind) {
    case GemmKind::kLayer:
    case GemmKind::kProduct:
      read = Bytes(g.m, g.k, Format::kInt4) + Bytes(g.n, g.k, g.b);
      if (g.kind == GemmKind::kLayer) read += Bytes(1, g.m, Format::kInt32);
      bounds.write = Bytes(g.n, g.m, g.d) / word;
      break;
    case GemmKind::kInputGradient:
      read = Bytes(g.m, g.k, Format::kLog4) + Bytes(g.k, g.n, Format::kInt4);
      if (g.mask) read += Bytes(g.m, g.n, Format::kUint4);
      bounds.write = Bytes(g.m, g.n, g.d) * g.samples / word;
      break;
    case GemmKind::kWeightGradient:
      read = Bytes(g.k, g.m, Format::kLog4) * g.a_samples + Bytes(g.k, g.n, g.b);
      bounds.write = Bytes(g.m, g.n, g.d) * g.samples / word;
      break;
  }
  bounds.read = read / word;
  return bounds;
}

Handle SubmitLayerGemm(Driver& driver, const LayerGemm& g) {
  const auto m = static_cast<uint32_t>(g.m), n = static_cast<uint32_t>(g.n),
             k = static_cast<uint32_t>(g.k);
  switch (g.kind) {
    case GemmKind::kLayer:
    case GemmKind::kProduct: {
      const Tensor w = driver.NewTensor(m, k, Format::kInt4);
      const Tensor x = driver.NewTensor(n, k, g.b);
      std::optional<Tensor> bias;
      if (g.kind == GemmKind::kLayer) bias = driver.NewTensor(1, m, Format::kInt32);
      return LinearForward(driver, w, x, driver.NewTensor(n, m, g.d), bias, {});
    }
    case GemmKind::kInputGradient: {
      const Tensor dy = driver.NewTensor(m, k, Format::kLog4);
      const Tensor w = driver.NewTensor(k, n, Format::kInt4);
      std::optional<Tensor> mask;
      if (g.mask) mask = driver.NewTensor(m, n, Format::kUint4);
      return LinearInputGradient(driver, dy, w, driver.NewTensor(m, n, g.d, g.samples), mask, {});
    }
    case GemmKind::kWeightGradient:
      break;
  }
  const Tensor dy = driver.NewTensor(k, m, Format::kLog4, g.a_samples);
  const Tensor x = driver.NewTensor(k, n, g.b);
  return LinearWeightGradient(driver, dy, x, driver.NewTensor(m, n, g.d, g.samples));
}

GemmEstimate EstimateGemm(const LayerGemm& gemm, const MachineShape& shape,
                          const EstimateMachineOptions& options) {
  EstimateMachine machine(shape, options);
  Driver driver(machine, kRing);
  GemmEstimate estimate;
  estimate.gemm = gemm;
  estimate.bounds = BoundsOf(gemm, shape);
  ClearCounters(machine);
  const Handle handle = SubmitLayerGemm(driver, gemm);
  driver.Wait(handle);
  estimate.counters = ReadCounters(machine);
  estimate.commands = handle.count;
  estimate.simulated = machine.simulated();
  return estimate;
}

std::vector<std::vector<GemmEstimate>> EstimateAll(const std::vector<EstimateJob>& jobs,
                                                   const EstimateMachineOptions& options,
                                                   unsigned threads,
                                                   const std::function<void(double)>& progress) {
  Runner runner(jobs, options, progress);
  runner.Run(threads);
  return runner.Results();
}

EstimateTotal Total(const std::vector<GemmEstimate>& estimates, const MachineShape& shape) {
  EstimateTotal total;
  for (const GemmEstimate& e : estimates) {
    Add(e.gemm.macs(), e.gemm.count, &total.macs);
    Add(e.cycles(), e.gemm.count, &total.cycles);
    Add(e.counters[kCounterReadBytes], e.gemm.count, &total.read_bytes);
    Add(e.counters[kCounterWriteBytes], e.gemm.count, &total.write_bytes);
  }
  if (total.cycles != 0)
    total.utilisation = static_cast<double>(total.macs) /
                        (static_cast<double>(total.cycles) * static_cast<double>(shape.macs()));
  return total;
}

}  // namespace tetralog
