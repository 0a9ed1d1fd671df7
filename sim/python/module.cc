// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// tetralog._core: the bit-exact arithmetic for Python. The package's own functions check dtypes and
// shapes before they call these; what is refused here arrives as a ValueError of one line.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/contract.h"
#include "model/dot_product.h"
#include "sim/functional/host_quantizer.h"
#include "sim/functional/instruction_set.h"
#include "sim/python/code_product.h"
#include "sim/reference/seeds.h"

namespace py = pybind11;

namespace tetralog {
namespace {

template <typename T>
using Array = py::array_t<T, py::array::c_style>;

Format FormatOf(const std::string& name) {
  if (name == "int4") return Format::kInt4;
  if (name == "uint4") return Format::kUint4;
  if (name == "log4") return Format::kLog4;
  if (name == "int32") return Format::kInt32;
  throw std::invalid_argument("there is no format '" + name +
                              "': give 'int4', 'uint4', 'log4' or 'int32'");
}

Rounding RoundingOf(const std::string& name) {
  if (name == "nearest") return Rounding::kNearest;
  if (name == "stochastic") return Rounding::kStochastic;
  throw std::invalid_argument("there is no rounding '" + name +
                              "': give 'nearest' or 'stochastic'");
}

py::int_ WideInteger(unsigned __int128 value) {
  return py::int_(static_cast<uint64_t>(value >> 64))
      .attr("__lshift__")(64)
      .attr("__or__")(py::int_(static_cast<uint64_t>(value)));
}

// Codes [samples, m, n] or z [m, n], in logical order, and the statistics.
py::dict ResultOf(GemmResult result, size_t m, size_t n) {
  py::dict out;
  if (result.codes.empty()) {
    auto* z = new std::vector<int32_t>(std::move(result.z));  // the array's own from here on
    const py::capsule owner(z, [](void* data) { delete static_cast<std::vector<int32_t>*>(data); });
    out["z"] = Array<int32_t>({m, n}, z->data(), owner);
    out["codes"] = py::none();
  } else {
    Array<uint8_t> codes({result.codes.size(), m, n});
    uint8_t* to = codes.mutable_data();
    for (const std::vector<uint8_t>& sample : result.codes) {
      to = std::copy(sample.begin(), sample.end(), to);
    }
    out["codes"] = codes;
    out["z"] = py::none();
  }
  const EpilogueStats& stats = result.stats;
  const size_t samples = result.codes.empty() ? 1 : result.codes.size();
  out["max_abs"] = stats.max_abs;
  out["sum_abs"] = stats.sum_abs;
  out["sum_squares"] = WideInteger(stats.sum_squares);
  out["wraps"] = stats.wraps;
  py::tuple zeros(samples), clipped(samples);
  for (size_t s = 0; s < samples; ++s) {
    zeros[s] = stats.zeros[s];
    clipped[s] = stats.clipped[s];
  }
  out["zeros"] = zeros;
  out["clipped"] = clipped;
  return out;
}

// a: [samples, rows, cols] as stored, b and mask: [rows, cols] as stored, c: [m, n] with strides
// that may be 0.
py::dict Multiply(const Array<uint8_t>& a, const Array<uint8_t>& b,
                  const std::optional<py::array_t<int32_t>>& c,
                  const std::optional<Array<uint8_t>>& mask, const std::string& a_format,
                  const std::string& b_format, const std::string& d_format, bool a_transposed,
                  bool b_transposed, bool mask_transposed, uint32_t samples, uint32_t scale_mul,
                  int32_t scale_shift, const std::string& rounding, uint64_t seed,
                  const ProductOptions& options) {
  const auto size = [](const py::array& array, py::ssize_t axis) {
    return static_cast<uint32_t>(array.shape(axis));
  };
  train::GemmCall call;
  call.a_samples = size(a, 0);
  call.m = size(a, a_transposed ? 2 : 1);
  call.k = size(a, a_transposed ? 1 : 2);
  call.n = size(b, b_transposed ? 0 : 1);
  call.a_format = FormatOf(a_format);
  call.b_format = FormatOf(b_format);
  call.d_format = FormatOf(d_format);
  call.a_transposed = a_transposed;
  call.b_transposed = b_transposed;
  call.mask_transposed = mask_transposed;
  call.samples = samples;
  call.a = a.data();
  call.b = b.data();
  if (mask) call.mask = mask->data();
  if (c) {
    call.c = c->data();
    call.c_row_stride = static_cast<uint32_t>(c->strides(0)) / sizeof(int32_t);
    call.c_col_stride = static_cast<uint32_t>(c->strides(1)) / sizeof(int32_t);
  }
  call.scale_mul = scale_mul;
  call.scale_shift = scale_shift;
  call.rounding = RoundingOf(rounding);
  call.seed = seed;
  GemmResult result;
  {
    const py::gil_scoped_release others_may_run;
    result = RunProduct(call, options);
  }
  return ResultOf(std::move(result), call.m, call.n);
}

// Calls `function` with the data as float or as double; x is one of both, [rows, cols].
template <typename Function>
auto WithReal(const py::array& x, Function function) {
  if (py::isinstance<Array<float>>(x)) return function(static_cast<const float*>(x.data()));
  if (py::isinstance<Array<double>>(x)) return function(static_cast<const double*>(x.data()));
  throw std::invalid_argument("the tensor is not of float32 or float64");
}

template <typename Function>
py::tuple MakeCodes(const py::array& x, Function quantize) {
  const auto rows = static_cast<size_t>(x.shape(0)), cols = static_cast<size_t>(x.shape(1));
  Array<uint8_t> codes({rows, cols});
  uint8_t* to = codes.mutable_data();
  const CodeCounts counts = WithReal(x, [&](const auto* values) {
    const py::gil_scoped_release others_may_run;
    return quantize(values, rows, cols, to);
  });
  return py::make_tuple(codes, counts.zeros, counts.clipped);
}

py::tuple MakeLog4(const py::array& x, int shift, uint64_t seed, uint32_t sample, uint32_t row0,
                   uint32_t col0) {
  return MakeCodes(x, [&](const auto* values, size_t rows, size_t cols, uint8_t* to) {
    return QuantizeLog4(values, rows, cols, shift, {seed, sample, row0, col0}, to);
  });
}

py::tuple MakeInteger(const py::array& x, const std::string& format, double scale,
                      const std::string& rounding, uint64_t seed, uint32_t sample, uint32_t row0,
                      uint32_t col0) {
  const Format to_format = FormatOf(format);
  const Rounding to_rounding = RoundingOf(rounding);
  return MakeCodes(x, [&](const auto* values, size_t rows, size_t cols, uint8_t* to) {
    return QuantizeInteger(to_format, values, rows, cols, scale, to_rounding,
                           {seed, sample, row0, col0}, to);
  });
}

Array<uint16_t> RandomWords(uint64_t seed, size_t rows, size_t cols, uint32_t sample, uint32_t row0,
                            uint32_t col0) {
  Array<uint16_t> words({rows, cols});
  FillRandomWords({seed, sample, row0, col0}, rows, cols, words.mutable_data());
  return words;
}

uint64_t DeriveSeed(const std::vector<uint64_t>& chain) {
  uint64_t seed = 0;
  for (const uint64_t link : chain) seed = reference::derive_seed({seed ^ link});
  return seed;
}

}  // namespace
}  // namespace tetralog

PYBIND11_MODULE(_core, module) {
  using namespace tetralog;  // NOLINT: the bindings read better
  module.doc() = "Bit-exact 4-bit arithmetic; use it through the package tetralog.";
  module.attr("RANDOM_BITS") = kRandomBits;
  module.attr("MAX_SAMPLES") = kMaxSamples;
  module.def("instruction_set", [] { return std::string(NameOf(InstructionSets().back())); });
  module.def("max_products", [](const std::string& a, const std::string& b, int acc_width) {
    return MaxProducts(FormatOf(a), FormatOf(b), acc_width);
  });
  py::class_<ProductOptions>(module, "ProductOptions")
      .def(py::init([](uint32_t row0, uint32_t col0, uint32_t sample0, int acc_width, bool split_k,
                       int threads) {
        return ProductOptions{row0, col0, sample0, acc_width, split_k, threads};
      }));
  module.def("gemm", &Multiply);
  module.def("quantise_log4", &MakeLog4);
  module.def("quantise_integer", &MakeInteger);
  const auto of_real = [](auto function) {
    return [function](const py::array& x) {
      return WithReal(
          x, [&](const auto* values) { return function(values, static_cast<size_t>(x.size())); });
    };
  };
  module.def("max_magnitude", of_real([](auto* x, size_t n) { return MaxMagnitude(x, n); }));
  module.def("int4_clip", of_real([](auto* x, size_t n) { return Int4Clip(x, n); }));
  module.def("uint4_clip", of_real([](auto* x, size_t n) { return Uint4Clip(x, n); }));
  module.def("log4_shift", &Log4Shift);
  module.def("random_words", &RandomWords);
  module.def("derive_seed", &DeriveSeed);
}
