// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/trace_file.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

#include "sim/hdf5_group.h"
#include "sim/hdf5_image.h"
#include "sim/whole_file.h"

namespace tetralog {
namespace {

constexpr char kFormatName[] = "tetralog trace";
// Of a file that is something else, which nobody should write over.
constexpr char kOtherFile[] =
    "give a trace, as tests/data/mlp.h5 or one that tetralog train --record FILE writes";

void write_gemm(const Writer& out, const Trace& trace, const TraceGemm& gemm, uint32_t index) {
  out.attribute("index", index);
  out.attribute("network", trace.network);
  out.attribute("step", gemm.step);
  out.attribute("layer", gemm.layer);
  out.attribute("kind", gemm.kind);
  out.attribute("m", gemm.m);
  out.attribute("n", gemm.n);
  out.attribute("k", gemm.k);
  out.attribute("a_format", static_cast<uint8_t>(gemm.a_format));
  out.attribute("b_format", static_cast<uint8_t>(gemm.b_format));
  out.attribute("d_format", static_cast<uint8_t>(gemm.d_format));
  out.attribute("a_transposed", static_cast<uint8_t>(gemm.a_transposed));
  out.attribute("b_transposed", static_cast<uint8_t>(gemm.b_transposed));
  out.attribute("d_transposed", static_cast<uint8_t>(gemm.d_transposed));
  out.attribute("mask_transposed", static_cast<uint8_t>(gemm.mask_transposed));
  out.attribute("scale_a", gemm.scale_a);
  out.attribute("scale_b", gemm.scale_b);
  out.attribute("scale_d", gemm.scale_d);
  out.attribute("scale_mul", gemm.scale_mul);
  out.attribute("scale_shift", gemm.scale_shift);
  out.attribute("rounding", static_cast<uint8_t>(gemm.rounding));
  out.attribute("seed", gemm.seed);
  out.attribute("row0", gemm.row0);
  out.attribute("col0", gemm.col0);
  out.attribute("sample0", gemm.sample0);
  out.attribute("samples", gemm.samples);
  out.attribute("a_samples", gemm.a_samples);
  out.attribute("acc_width", gemm.acc_width);

  out.dataset("a", {gemm.a.rows, gemm.a.stride()}, gemm.a.bytes);
  out.dataset("b", {gemm.b.rows, gemm.b.stride()}, gemm.b.bytes);
  if (!gemm.mask.empty()) {
    out.dataset("mask", {gemm.mask.rows, gemm.mask.stride()}, gemm.mask.bytes);
  }
  if (!gemm.c.empty()) {
    out.attribute("c_row_stride", gemm.c_row_stride);
    out.attribute("c_col_stride", gemm.c_col_stride);
    out.dataset("c", {gemm.c.size()}, gemm.c);
  }
  out.dataset("raw", {gemm.m, gemm.n}, gemm.raw);
  if (gemm.d_format != Format::kInt32) {
    out.dataset("d", {gemm.samples, gemm.d.rows / gemm.samples, gemm.d.stride()}, gemm.d.bytes);
  } else if (gemm.z != gemm.raw) {
    out.dataset("z", {gemm.m, gemm.n}, gemm.z);
  }
  const TraceStatistics& statistics = gemm.statistics;
  out.attribute("max_abs", statistics.max_abs);
  out.attribute("sum_abs", statistics.sum_abs);
  out.attribute("sum_squares_lo", statistics.sum_squares_lo);
  out.attribute("sum_squares_hi", statistics.sum_squares_hi);
  out.attribute("wraps", statistics.wraps);
  out.dataset("zeros", {gemm.samples}, statistics.zeros);
  out.dataset("clipped", {gemm.samples}, statistics.clipped);
}

Format read_format(const Reader& in, const char* name) {
  const uint8_t value = in.number<uint8_t>(name);
  if (value > static_cast<uint8_t>(Format::kInt32)) {
    in.fail("attribute " + std::string(name) + " is no format");
  }
  return static_cast<Format>(value);
}

// Datasets of one group, after the attributes that give their shapes.
void read_tensors(const Reader& in, TraceGemm* gemm) {
  const uint32_t m = gemm->m, n = gemm->n, k = gemm->k;
  gemm->a =
      in.packed("a", gemm->a_samples * (gemm->a_transposed ? k : m), gemm->a_transposed ? m : k);
  gemm->b = in.packed("b", gemm->b_transposed ? n : k, gemm->b_transposed ? k : n);
  if (in.has("mask")) {
    gemm->mask = in.packed("mask", gemm->mask_transposed ? n : m, gemm->mask_transposed ? m : n);
  }
  if (in.has("c")) {
    gemm->c_row_stride = in.number_up_to("c_row_stride", std::max(m, n));
    gemm->c_col_stride = in.number_up_to("c_col_stride", std::max(m, n));
    gemm->c = in.dataset<int32_t>(
        "c", {hsize_t{m - 1} * gemm->c_row_stride + hsize_t{n - 1} * gemm->c_col_stride + 1});
  }
  gemm->raw = in.dataset<int32_t>("raw", {m, n});
  if (gemm->d_format == Format::kInt32) {
    gemm->z = in.has("z") ? in.dataset<int32_t>("z", {m, n}) : gemm->raw;
  } else {
    const uint32_t rows = gemm->d_transposed ? n : m;
    gemm->d = {gemm->samples * rows, gemm->d_transposed ? m : n, {}};
    gemm->d.bytes = in.dataset<uint8_t>("d", {gemm->samples, rows, gemm->d.stride()});
  }
  gemm->statistics.zeros = in.dataset<uint64_t>("zeros", {gemm->samples});
  gemm->statistics.clipped = in.dataset<uint64_t>("clipped", {gemm->samples});
}

TraceGemm read_gemm(const Reader& in, const std::string& name) {
  constexpr uint32_t kMaxExtent = 1u << 24;
  TraceGemm gemm;
  gemm.name = name;
  gemm.step = in.number<uint32_t>("step");
  gemm.layer = in.text("layer");
  gemm.kind = in.text("kind");
  gemm.m = in.number_up_to("m", kMaxExtent, 1);
  gemm.n = in.number_up_to("n", kMaxExtent, 1);
  gemm.k = in.number_up_to("k", kMaxExtent, 1);
  gemm.a_format = read_format(in, "a_format");
  gemm.b_format = read_format(in, "b_format");
  gemm.d_format = read_format(in, "d_format");
  gemm.a_transposed = in.number<uint8_t>("a_transposed") != 0;
  gemm.b_transposed = in.number<uint8_t>("b_transposed") != 0;
  gemm.d_transposed = in.number<uint8_t>("d_transposed") != 0;
  gemm.mask_transposed = in.number<uint8_t>("mask_transposed") != 0;
  gemm.scale_a = in.number<double>("scale_a");
  gemm.scale_b = in.number<double>("scale_b");
  gemm.scale_d = in.number<double>("scale_d");
  gemm.scale_mul = in.number_up_to("scale_mul", (1u << kScaleMulWidth) - 1, 1);
  gemm.scale_shift = in.number<int32_t>("scale_shift");
  if (gemm.scale_shift < kScaleShiftMin || gemm.scale_shift > kScaleShiftMax) {
    in.fail("attribute scale_shift is out of range");
  }
  gemm.rounding = in.number<uint8_t>("rounding") ? Rounding::kStochastic : Rounding::kNearest;
  gemm.seed = in.number<uint64_t>("seed");
  gemm.row0 = in.number<uint32_t>("row0");
  gemm.col0 = in.number<uint32_t>("col0");
  gemm.sample0 = in.number_up_to("sample0", (1u << kSampleWidth) - 1);
  gemm.samples = in.number_up_to("samples", kMaxSamples, 1);
  gemm.a_samples = in.number_up_to("a_samples", kMaxSamples, 1);
  gemm.acc_width = in.number_up_to("acc_width", kResultWidth, 1);
  gemm.statistics.max_abs = in.number<uint32_t>("max_abs");
  gemm.statistics.sum_abs = in.number<uint64_t>("sum_abs");
  gemm.statistics.sum_squares_lo = in.number<uint64_t>("sum_squares_lo");
  gemm.statistics.sum_squares_hi = in.number<uint64_t>("sum_squares_hi");
  gemm.statistics.wraps = in.number<uint64_t>("wraps");
  read_tensors(in, &gemm);
  return gemm;
}

// Of the members of the group that `in` reads at `location`.
std::vector<std::string> names_in(const Reader& in, hid_t location) {
  std::vector<std::string> names;
  const herr_t error = H5Literate(
      location, H5_INDEX_NAME, H5_ITER_INC, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->push_back(name);
        return 0;
      },
      &names);
  if (error < 0) in.fail("the list of its members is damaged");
  return names;
}

}  // namespace

uint64_t data_bytes(const TraceGemm& gemm) {
  const bool sums = !gemm.c.empty() || !gemm.mask.empty();  // z may then differ from raw
  return gemm.a.bytes.size() + gemm.b.bytes.size() + gemm.mask.bytes.size() + gemm.d.bytes.size() +
         4 * (gemm.c.size() + gemm.raw.size() + (sums ? gemm.z.size() : 0));
}

void write_trace(const std::string& path, const Trace& trace, unsigned deflate) {
  QuietErrors quiet;
  const std::vector<uint8_t> image = MakeHdf5Image(path, [&](hid_t file) {
    const Writer root(path, file);
    root.attribute("format", std::string(kFormatName));
    root.attribute("version", kTraceVersion);
    root.attribute("network", trace.network);
    root.attribute("dataset", trace.dataset);
    root.attribute("libraries", trace.libraries);
    root.attribute("command", trace.command);
    root.attribute("seed", trace.seed);
    root.attribute("gemms", static_cast<uint32_t>(trace.gemms.size()));
    const std::string error = path + ": cannot make a group; free some memory";
    Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose, error);
    H5Pset_create_intermediate_group(properties, 1);
    uint32_t index = 0;
    for (const TraceGemm& gemm : trace.gemms) {
      Handle group(H5Gcreate2(file, gemm.name.c_str(), properties, H5P_DEFAULT, H5P_DEFAULT),
                   H5Gclose, error);
      write_gemm(Writer(path, group, deflate), trace, gemm, index++);
    }
  });
  const int error = ReplaceFile(path, {image});
  if (error == 0) return;
  throw std::runtime_error(path + ": cannot be written: " + std::strerror(error) +
                           "; check the free space and that the folder may be written");
}

Trace read_trace(const std::string& path) {
  QuietErrors quiet;
  const std::string advice = trace_advice(path);
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 < 0) {
    throw std::runtime_error(path + ": cannot be opened; check the path, or " + advice);
  }
  if (is_hdf5 == 0) throw std::runtime_error(path + ": is not an HDF5 file; " + kOtherFile);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose,
              path + ": is damaged or truncated; " + advice);
  const Reader root(path, "", file, advice);
  if (H5Aexists(file, "format") <= 0 || root.text("format") != kFormatName) {
    throw std::runtime_error(path + ": is no trace of this project; " + kOtherFile);
  }
  if (const uint32_t version = root.number<uint32_t>("version"); version != kTraceVersion) {
    root.fail("has version " + std::to_string(version) + ", this program reads version " +
              std::to_string(kTraceVersion));
  }
  Trace trace;
  trace.network = root.text("network");
  trace.dataset = root.text("dataset");
  trace.libraries = root.text("libraries");
  trace.command = root.text("command");
  trace.seed = root.number<uint64_t>("seed");

  std::map<uint32_t, TraceGemm> ordered;
  for (const std::string& step : names_in(root, file)) {
    Handle steps(H5Gopen2(file, step.c_str(), H5P_DEFAULT), H5Gclose,
                 path + ": " + step + " is no group; " + advice);
    for (const std::string& leaf : names_in(Reader(path, step, steps, advice), steps)) {
      const std::string name = step + "/" + leaf;
      Handle group(H5Gopen2(file, name.c_str(), H5P_DEFAULT), H5Gclose,
                   path + ": " + name + " is no group; " + advice);
      const Reader in(path, name, group, advice);
      const uint32_t index = in.number<uint32_t>("index");
      if (!ordered.emplace(index, read_gemm(in, name)).second) in.fail("its index is used twice");
    }
  }
  for (auto& [index, gemm] : ordered) {
    if (index != trace.gemms.size()) root.fail("GEMM " + std::to_string(index - 1) + " is missing");
    trace.gemms.push_back(std::move(gemm));
  }
  if (trace.gemms.empty()) root.fail("holds no GEMM");
  if (H5Aexists(file, "gemms") > 0) {  // older traces have no number of GEMMs
    if (const auto gemms = root.number<uint32_t>("gemms"); gemms != trace.gemms.size()) {
      root.fail("holds " + std::to_string(trace.gemms.size()) + " GEMMs instead of " +
                std::to_string(gemms));
    }
  }
  return trace;
}

std::string trace_advice(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const bool own = folder.filename() == "data" && folder.parent_path().filename() == "tests";
  return "record it again: " + (own ? "make traces" : "tetralog train --record " + path);
}

std::string first_difference(const Trace& left, const Trace& right) {
#define TETRALOG_COMPARE(where, x, y, field) \
  if ((x).field != (y).field) return std::string(where) + ": " #field " differs"
  TETRALOG_COMPARE("trace", left, right, network);
  TETRALOG_COMPARE("trace", left, right, dataset);
  TETRALOG_COMPARE("trace", left, right, libraries);
  TETRALOG_COMPARE("trace", left, right, command);
  TETRALOG_COMPARE("trace", left, right, seed);
  TETRALOG_COMPARE("trace", left, right, gemms.size());
  for (size_t i = 0; i < left.gemms.size(); ++i) {
    const TraceGemm &x = left.gemms[i], &y = right.gemms[i];
    if (x.name != y.name) return x.name + ": is " + y.name + " in the other trace";
#define TETRALOG_COMPARE_FIELD(field) TETRALOG_COMPARE(x.name, x, y, field)
    TETRALOG_COMPARE_FIELD(step);
    TETRALOG_COMPARE_FIELD(layer);
    TETRALOG_COMPARE_FIELD(kind);
    TETRALOG_COMPARE_FIELD(m);
    TETRALOG_COMPARE_FIELD(n);
    TETRALOG_COMPARE_FIELD(k);
    TETRALOG_COMPARE_FIELD(a_format);
    TETRALOG_COMPARE_FIELD(b_format);
    TETRALOG_COMPARE_FIELD(d_format);
    TETRALOG_COMPARE_FIELD(a_transposed);
    TETRALOG_COMPARE_FIELD(b_transposed);
    TETRALOG_COMPARE_FIELD(d_transposed);
    TETRALOG_COMPARE_FIELD(mask_transposed);
    TETRALOG_COMPARE_FIELD(scale_a);
    TETRALOG_COMPARE_FIELD(scale_b);
    TETRALOG_COMPARE_FIELD(scale_mul);
    TETRALOG_COMPARE_FIELD(scale_shift);
    TETRALOG_COMPARE_FIELD(scale_d);
    TETRALOG_COMPARE_FIELD(rounding);
    TETRALOG_COMPARE_FIELD(seed);
    TETRALOG_COMPARE_FIELD(row0);
    TETRALOG_COMPARE_FIELD(col0);
    TETRALOG_COMPARE_FIELD(sample0);
    TETRALOG_COMPARE_FIELD(samples);
    TETRALOG_COMPARE_FIELD(a_samples);
    TETRALOG_COMPARE_FIELD(acc_width);
    TETRALOG_COMPARE_FIELD(a.bytes);
    TETRALOG_COMPARE_FIELD(b.bytes);
    TETRALOG_COMPARE_FIELD(mask.bytes);
    TETRALOG_COMPARE_FIELD(c);
    TETRALOG_COMPARE_FIELD(c_row_stride);
    TETRALOG_COMPARE_FIELD(c_col_stride);
    TETRALOG_COMPARE_FIELD(raw);
    TETRALOG_COMPARE_FIELD(d.bytes);
    TETRALOG_COMPARE_FIELD(z);
    TETRALOG_COMPARE_FIELD(statistics.max_abs);
    TETRALOG_COMPARE_FIELD(statistics.sum_abs);
    TETRALOG_COMPARE_FIELD(statistics.sum_squares_lo);
    TETRALOG_COMPARE_FIELD(statistics.sum_squares_hi);
    TETRALOG_COMPARE_FIELD(statistics.wraps);
    TETRALOG_COMPARE_FIELD(statistics.zeros);
    TETRALOG_COMPARE_FIELD(statistics.clipped);
#undef TETRALOG_COMPARE_FIELD
  }
#undef TETRALOG_COMPARE
  return "";
}

}  // namespace tetralog
