// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// LUQ on recorded gradients: every input gradient of the traces that is quantised to LOG4, its real
// values taken from the recorded accumulators. Over fresh seeds the mean of the quantised values
// must be that of the real ones within 4 standard errors, in all and along every row and column sum
// (the weight gradient sums rows). The standard error follows from the rounding rule, not from the
// sample: an element between neighbours lo and hi has the variance (hi - y) * (y - lo).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "model/formats.h"
#include "model/gemm.h"
#include "sim/replay.h"
#include "sim/trace_file.h"

namespace tetralog {
namespace {

constexpr int kSeeds = 40;

// Sum and variance of rounding errors.
struct Errors {
  double sum = 0, variance = 0;
  void Add(double error, double v) {
    sum += error;
    variance += v;
  }
  double InStandardErrors() const { return variance > 0 ? sum / std::sqrt(variance) : 0; }
};

double Variance(double y) {
  const double size = std::fabs(y);
  if (size >= 64 || size == 0) return 0;
  const double lo = size < 1 ? 0 : std::exp2(std::floor(std::log2(size)));
  const double hi = size < 1 ? 1 : 2 * lo;
  return (hi - size) * (size - lo);
}

TEST(RealGradientModel, TheMeanOfQuantisedGradientsIsTheGradient) {
  int gradients = 0;
  double worst_line = 0;
  size_t lines = 0;
  for (const char* file : {"tests/data/mlp.h5", "tests/data/lenet.h5"}) {
    const Trace trace = read_trace(file);
    for (const TraceGemm& g : trace.gemms) {
      if (g.d_format != Format::kLog4) continue;
      ++gradients;
      GemmCommand command = CommandOf(g);
      command.samples = 1;
      Errors all;
      std::vector<Errors> rows(g.m), cols(g.n);
      for (int seed = 0; seed < kSeeds; ++seed) {
        command.seed = 0x9e3779b97f4a7c15 * static_cast<uint64_t>(seed + 1);
        const GemmResult result = Gemm(command);
        for (size_t i = 0; i < result.codes[0].size(); ++i) {
          const size_t row = i / g.n, col = i % g.n;
          if (command.epilogue.mask_enable && command.mask.At(row, col) == 0) {
            ASSERT_EQ(result.codes[0][i], 0);
            continue;
          }
          const double y = std::ldexp(g.raw[i], -g.scale_shift);
          if (std::fabs(y) > 64) continue;  // clipped by a hindsight maximum, and counted as such
          const double error = Decode(Format::kLog4, result.codes[0][i]) - y;
          all.Add(error, Variance(y));
          rows[row].Add(error, Variance(y));
          cols[col].Add(error, Variance(y));
        }
      }
      EXPECT_LT(std::fabs(all.InStandardErrors()), 4) << trace.network << " " << g.name;
      for (const std::vector<Errors>* sums : {&rows, &cols}) {
        for (const Errors& line : *sums) {
          if (line.variance < 100) continue;  // too few elements to be near normal
          worst_line = std::max(worst_line, std::fabs(line.InStandardErrors()));
          ++lines;
        }
      }
    }
  }
  EXPECT_GE(gradients, 5);
  EXPECT_GT(lines, 500U);
  // The greatest of some thousand standard normal values exceeds 5 about once in a thousand runs;
  // the seeds are fixed.
  EXPECT_LT(worst_line, 5) << "of " << lines << " sums along rows and columns";
}

}  // namespace
}  // namespace tetralog
