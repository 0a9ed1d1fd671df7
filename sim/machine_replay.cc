// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/machine_replay.h"

#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "model/formats.h"

namespace tetralog {
namespace {

Tensor UploadCodes(Driver& driver, const PackedTensor& packed, Format format, uint32_t samples) {
  const uint32_t rows = packed.rows / samples;
  const Tensor tensor = driver.NewTensor(rows, packed.cols, format, samples);
  const size_t bytes = size_t{rows} * packed.stride();
  for (uint32_t s = 0; s < samples; ++s) {
    const auto part = std::span(packed.bytes).subspan(s * bytes, bytes);
    driver.Upload(tensor, UnpackMatrix(part, rows, packed.cols, packed.stride()), s);
  }
  return tensor;
}

// C as it is recorded, in one stretch; its strides are those of the trace.
Addend UploadAddend(Driver& driver, const TraceGemm& g) {
  const uint64_t address = driver.arena().Allocate(g.c.size() * 4);
  std::vector<uint8_t> bytes(g.c.size() * 4);
  std::memcpy(bytes.data(), g.c.data(), bytes.size());
  driver.machine().WriteMemory(address, bytes);
  return {address, g.c_row_stride * 4, g.c_col_stride * 4};
}

// Operands of the request; C, mask and D are the caller's.
GemmRequest Operands(Driver& driver, const TraceGemm& g) {
  GemmRequest request;
  request.a = UploadCodes(driver, g.a, g.a_format, g.a_samples);
  request.b = UploadCodes(driver, g.b, g.b_format, 1);
  request.a_transposed = g.a_transposed;
  request.b_transposed = g.b_transposed;
  request.a_samples = g.a_samples;
  return request;
}

// From stored to logical order.
template <typename T>
std::vector<T> Logical(std::vector<T> stored, const TraceGemm& g, bool transposed) {
  if (!transposed) return stored;
  std::vector<T> values(stored.size());
  for (size_t i = 0; i < g.m; ++i)
    for (size_t j = 0; j < g.n; ++j) values[i * g.n + j] = stored[j * g.m + i];
  return values;
}

GemmResult Result(Driver& driver, const TraceGemm& g, const GemmRequest& request,
                  const CommandResult& run) {
  GemmResult result;
  if (g.d_format == Format::kInt32) {
    result.z = Logical(driver.DownloadInt32(request.d), g, request.d_transposed);
  } else {
    for (uint32_t s = 0; s < g.samples; ++s)
      result.codes.push_back(Logical(driver.Download(request.d, s), g, request.d_transposed));
  }
  result.stats.max_abs = run.record.max_abs;
  result.stats.sum_abs = run.record.sum_abs;
  result.stats.sum_squares = run.sum_squares();
  result.stats.wraps = run.wraps;
  for (size_t s = 0; s < run.zeros.size(); ++s) {
    result.stats.zeros[s] = run.zeros[s];
    result.stats.clipped[s] = run.clipped[s];
  }
  return result;
}

}  // namespace

void CheckRandomBits(const MachineShape& shape) {
  if (shape.random_bits == kRandomBits) return;
  throw std::invalid_argument("shape " + shape.name() + " rounds with " +
                              std::to_string(shape.random_bits) + " random bits, the traces with " +
                              std::to_string(kRandomBits) + ": choose another shape");
}

MachineReplayReport ReplayOnMachine(const TraceGemm& g, Driver& driver) {
  CheckRandomBits(driver.shape());
  const uint64_t mark = driver.arena().mark();
  GemmRequest request = Operands(driver, g);
  const GemmRequest operands = request;
  if (!g.c.empty()) request.c = UploadAddend(driver, g);
  if (!g.mask.empty()) request.mask = UploadCodes(driver, g.mask, Format::kUint4, 1);
  request.mask_transposed = g.mask_transposed;
  request.d_transposed = g.d_transposed;
  request.d = driver.NewTensor(g.d_transposed ? g.n : g.m, g.d_transposed ? g.m : g.n, g.d_format,
                               g.samples);
  request.output = {.scale_mul = static_cast<uint8_t>(g.scale_mul),
                    .scale_shift = g.scale_shift,
                    .rounding = g.rounding,
                    .seed = g.seed,
                    .row0 = g.row0,
                    .col0 = g.col0,
                    .sample0 = static_cast<uint8_t>(g.sample0)};

  ClearCounters(driver.machine());
  const Handle handle = driver.Gemm(request);
  const GemmResult output = Result(driver, g, request, driver.Wait(handle));
  MachineReplayReport report;
  report.counters = ReadCounters(driver.machine());
  report.commands = handle.count;
  report.macs = uint64_t{g.m} * g.n * g.k * g.a_samples;

  std::vector<int32_t> raw = output.z;
  const bool output_is_raw =
      g.d_format == Format::kInt32 && !request.c.has_value() && !request.mask.has_value();
  if (!output_is_raw) {
    GemmRequest plain = operands;
    plain.d = driver.NewTensor(g.m, g.n, Format::kInt32);
    driver.Wait(driver.Gemm(plain));
    raw = driver.DownloadInt32(plain.d);
  }
  driver.arena().Reset(mark);

  GemmReport compared;
  CompareWithReference(g, driver.machine().level(), raw, output, compared);
  report.outputs = OutputsCompared(g);
  report.mismatches = compared.mismatches;
  report.first = std::move(compared.first);
  return report;
}

}  // namespace tetralog
