// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/layer_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace tetralog {
namespace {

constexpr uint64_t kMaxCount = 1'000'000'000;

template <typename Value>
using Names = std::vector<std::pair<std::string, Value>>;

const Names<GemmKind> kKinds = {{"layer", GemmKind::kLayer},
                                {"product", GemmKind::kProduct},
                                {"input_gradient", GemmKind::kInputGradient},
                                {"weight_gradient", GemmKind::kWeightGradient}};
const Names<Format> kInputs = {{"uint4", Format::kUint4}, {"int4", Format::kInt4}};
const Names<Format> kOutputs = {{"uint4", Format::kUint4},
                                {"int4", Format::kInt4},
                                {"log4", Format::kLog4},
                                {"int32", Format::kInt32}};
const Names<InputGradient> kGradients = {{"log4", InputGradient::kCodes},
                                         {"int32", InputGradient::kSums},
                                         {"none", InputGradient::kNone}};
const std::array<const char*, 9> kColumns = {"name", "m", "n", "k", "count",
                                             "kind", "b", "d", "dx"};
constexpr size_t kRequired = 4;  // columns

std::string Trim(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(Trim(field));
  return fields;
}

class Parser {
 public:
  explicit Parser(const std::string& file) : file_(file) {}

  std::vector<LayerGemm> Parse(const std::string& text) {
    std::stringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      ++line_;
      line = Trim(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      if (columns_.empty())
        Header(Split(line));
      else
        gemms_.push_back(Row(Split(line)));
    }
    if (columns_.empty()) Fail("the header is missing: begin with name,m,n,k");
    if (gemms_.empty()) Fail("no products: add a line for each");
    return std::move(gemms_);
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    throw std::invalid_argument(fmt::format("{}:{}: {}", file_, line_, what));
  }

  void Header(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (std::find(kColumns.begin(), kColumns.end(), name) == kColumns.end())
        Fail(fmt::format("no column is called '{}'; the header takes {}", name,
                         fmt::join(kColumns, ",")));
      if (std::find(columns_.begin(), columns_.end(), name) != columns_.end())
        Fail(fmt::format("column '{}' is there twice: leave one", name));
      columns_.push_back(name);
    }
    for (size_t i = 0; i < kRequired; ++i)
      if (std::find(columns_.begin(), columns_.end(), kColumns[i]) == columns_.end())
        Fail(fmt::format("column '{}' is missing: the header needs name,m,n,k", kColumns[i]));
  }

  LayerGemm Row(const std::vector<std::string>& fields) {
    if (fields.size() != columns_.size())
      Fail(fmt::format("{} fields, the header has {}: give as many", fields.size(),
                       columns_.size()));
    fields_.clear();
    for (size_t i = 0; i < fields.size(); ++i) fields_[columns_[i]] = fields[i];
    LayerGemm gemm;
    gemm.name = fields_["name"];
    if (gemm.name.empty()) Fail("the name is empty: give one");
    gemm.m = Number("m", kMaxDim);
    gemm.n = Number("n", kMaxDim);
    gemm.k = Number("k", kMaxDim);
    if (Has("count")) gemm.count = Number("count", kMaxCount);
    gemm.kind = Choice("kind", kKinds).value_or(GemmKind::kLayer);
    const bool gradient =
        gemm.kind == GemmKind::kInputGradient || gemm.kind == GemmKind::kWeightGradient;
    if (gemm.kind == GemmKind::kInputGradient) {
      if (Has("b")) Fail("b of an input gradient is weights, always int4: leave it empty");
      gemm.b = Format::kInt4;
    } else {
      gemm.b = Choice("b", kInputs).value_or(Format::kUint4);
    }
    gemm.d = Choice("d", kOutputs).value_or(UsualOutput(gemm.kind));
    if (gradient && Has("dx")) Fail("dx is of layers and products: leave it empty");
    gemm.dx = Choice("dx", kGradients).value_or(InputGradient::kCodes);
    gemm.mask = gemm.kind == GemmKind::kInputGradient && gemm.d == Format::kLog4;
    return gemm;
  }

  static Format UsualOutput(GemmKind kind) {
    if (kind == GemmKind::kInputGradient) return Format::kLog4;
    if (kind == GemmKind::kWeightGradient) return Format::kInt32;
    return kind == GemmKind::kProduct ? Format::kInt4 : Format::kUint4;
  }

  bool Has(const std::string& column) { return !fields_[column].empty(); }

  uint64_t Number(const std::string& column, uint64_t most) {
    const std::string& field = fields_[column];
    uint64_t value = 0;
    const char* end = field.data() + field.size();
    const auto result = std::from_chars(field.data(), end, value);
    if (result.ec != std::errc() || result.ptr != end || value == 0 || value > most)
      Fail(fmt::format("{} is '{}': give a whole number from 1 to {}", column, field, most));
    return value;
  }

  template <typename Value>
  std::optional<Value> Choice(const std::string& column, const Names<Value>& names) {
    if (!Has(column)) return std::nullopt;
    std::vector<std::string> known;
    for (const auto& [name, value] : names) {
      if (fields_[column] == name) return value;
      known.push_back(name);
    }
    Fail(fmt::format("{} is '{}': give {}", column, fields_[column], fmt::join(known, ", ")));
  }

  std::string file_;
  int line_ = 0;
  std::vector<std::string> columns_;
  std::map<std::string, std::string> fields_;  // of a line, by column
  std::vector<LayerGemm> gemms_;
};

uint64_t Scaled(const LayerGemm& gemm, const char* what, uint64_t value, uint64_t factor,
                uint64_t most) {
  if (value * factor <= most) return value * factor;
  throw std::invalid_argument(fmt::format("{}: {} = {} x {} is more than {}: give a smaller batch",
                                          gemm.name, what, value, factor, most));
}

LayerGemm WithBatch(LayerGemm gemm, uint32_t batch) {
  switch (gemm.kind) {
    case GemmKind::kLayer:
      gemm.n = Scaled(gemm, "N", gemm.n, batch, kMaxDim);
      break;
    case GemmKind::kProduct:
      gemm.count = Scaled(gemm, "count", gemm.count, batch, kMaxCount);
      break;
    case GemmKind::kInputGradient:
      gemm.m = Scaled(gemm, "M", gemm.m, batch, kMaxDim);
      break;
    case GemmKind::kWeightGradient:
      gemm.k = Scaled(gemm, "K", gemm.k, batch, kMaxDim);
      break;
  }
  return gemm;
}

// dX = dY W of a forward line.
LayerGemm InputGradientOf(const LayerGemm& forward, uint32_t samples) {
  LayerGemm gemm;
  gemm.name = forward.name;
  gemm.kind = GemmKind::kInputGradient;
  gemm.m = forward.n;
  gemm.n = forward.k;
  gemm.k = forward.m;
  gemm.count = forward.count;
  gemm.b = Format::kInt4;
  const bool codes = forward.dx == InputGradient::kCodes;
  gemm.d = codes ? Format::kLog4 : Format::kInt32;
  gemm.samples = codes ? samples : 1;
  // UINT4 inputs of a layer come from a ReLU, whose gradient is the mask.
  gemm.mask = codes && forward.kind == GemmKind::kLayer && forward.b == Format::kUint4;
  return gemm;
}

// dW = dY^T X of a forward line; that of a product is an activation's, so it goes on as codes.
LayerGemm WeightGradientOf(const LayerGemm& forward, uint32_t samples) {
  LayerGemm gemm;
  gemm.name = forward.name;
  gemm.kind = GemmKind::kWeightGradient;
  gemm.m = forward.m;
  gemm.n = forward.k;
  gemm.k = forward.n;
  gemm.count = forward.count;
  gemm.b = forward.b;
  const bool codes = forward.kind == GemmKind::kProduct;
  gemm.d = codes ? Format::kLog4 : Format::kInt32;
  gemm.samples = codes ? samples : 1;
  gemm.a_samples = samples;
  return gemm;
}

// Sums over lines have 64 bits.
void CheckProducts(const std::vector<LayerGemm>& workload) {
  unsigned __int128 products = 0;
  for (const LayerGemm& g : workload) {
    products += static_cast<unsigned __int128>(g.m * g.n) * (g.k * g.a_samples) * g.count;
    if (products > UINT64_MAX)
      throw std::invalid_argument(
          g.name + ": the products up to here are more than 2^64: give smaller sizes or counts");
  }
}

}  // namespace

const char* KindName(GemmKind kind) {
  for (const auto& [name, value] : kKinds)
    if (value == kind) return name.c_str();
  return "unknown";
}

std::vector<LayerGemm> ParseLayerTable(const std::string& text, const std::string& file) {
  return Parser(file).Parse(text);
}

std::vector<LayerGemm> ReadLayerTable(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  if (std::filesystem::is_directory(path) || !in || !(text << in.rdbuf()))
    throw std::invalid_argument(
        fmt::format("cannot read {}: give a table of layers, see docs/estimate.md", path));
  return ParseLayerTable(text.str(), path);
}

std::vector<std::string> BundledNetworks() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(TETRALOG_NETWORKS))
    if (entry.path().extension() == ".csv") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

std::string BundledNetworkPath(const std::string& name) {
  const std::vector<std::string> names = BundledNetworks();
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw std::invalid_argument(fmt::format("no network '{}'; there are {}, or give --layers FILE",
                                            name, fmt::join(names, ", ")));
  return std::string(TETRALOG_NETWORKS) + "/" + name + ".csv";
}

std::vector<LayerGemm> MakeWorkload(const std::vector<LayerGemm>& table,
                                    const WorkloadOptions& options) {
  std::vector<LayerGemm> forward;
  for (const LayerGemm& line : table) {
    const bool gradient =
        line.kind == GemmKind::kInputGradient || line.kind == GemmKind::kWeightGradient;
    if (gradient && options.training)
      throw std::invalid_argument(
          fmt::format("the table lists gradients itself ({}): leave out --training", line.name));
    forward.push_back(WithBatch(line, options.batch));
    if (line.kind == GemmKind::kWeightGradient) forward.back().a_samples = options.samples;
    if (gradient && line.d == Format::kLog4) forward.back().samples = options.samples;
  }
  std::vector<LayerGemm> all = forward;
  for (size_t i = options.training ? forward.size() : 0; i-- > 0;) {
    if (forward[i].dx != InputGradient::kNone)
      all.push_back(InputGradientOf(forward[i], options.samples));
    all.push_back(WeightGradientOf(forward[i], options.samples));
  }
  CheckProducts(all);
  return all;
}

}  // namespace tetralog
