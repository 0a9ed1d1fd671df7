// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/power/mac_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "model/formats.h"

namespace tetralog {
namespace {

constexpr int kCopies = 64;

// ------------------------------------------------------------------- formats

// {sign, exponent, mantissa}; values that the format has.
uint64_t FloatBits(double value, int exponent_bits, int mantissa_bits, int bias) {
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = 2 * std::frexp(std::abs(value), &exponent) - 1;
  const auto e = static_cast<uint64_t>(exponent - 1 + bias);
  const auto m = static_cast<uint64_t>(std::ldexp(fraction, mantissa_bits));
  return (uint64_t{value < 0} << exponent_bits | e) << mantissa_bits | m;
}

MacOperand Raw(Format format, uint8_t code) {
  return {code, static_cast<double>(Decode(format, code))};
}

// The same codes as powers of four.
MacOperand Radix4(Format, uint8_t code) {
  const int exponent = code & 7;
  const double value = exponent == 0 ? 0 : std::ldexp(1, 2 * (exponent - 1));
  return {code, (code & 8) != 0 ? -value : value};
}

// UINT4 does not fit: its upper three bits.
MacOperand Int4(Format format, uint8_t code) {
  if (format == Format::kUint4) return {uint64_t{code} >> 1, static_cast<double>(code >> 1)};
  return Raw(format, code);
}

MacOperand Int8(Format format, uint8_t code) {
  const int value = Decode(format, code);
  return {static_cast<uint64_t>(value) & 0xff, static_cast<double>(value)};
}

template <int kExponent, int kMantissa, int kBias>
MacOperand Float(Format format, uint8_t code) {
  const double value = Decode(format, code);
  return {FloatBits(value, kExponent, kMantissa, kBias), value};
}

// E2M1, the largest code of a tensor at the largest magnitude that its values allow.
MacOperand Mx(Format format, uint8_t code) {
  static constexpr std::array<double, 8> kValues = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  const double scale = format == Format::kLog4 ? 16.0 : format == Format::kUint4 ? 2.5 : 1.25;
  const double value = Decode(format, code) / scale, size = std::abs(value);
  size_t nearest = 0;
  for (size_t i = 1; i < kValues.size(); ++i)
    if (std::abs(kValues[i] - size) < std::abs(kValues[nearest] - size)) nearest = i;
  const bool negative = value < 0 && nearest != 0;
  return {uint64_t{negative} << 3 | nearest, negative ? -kValues[nearest] : kValues[nearest]};
}

// INT4 mantissas of a block; of LOG4 the upper magnitudes.
MacOperand Mantissa(Format format, uint8_t code) {
  if (format != Format::kLog4) return Int4(format, code);
  const double value = std::round(Decode(format, code) * 7.0 / 64);
  return {static_cast<uint64_t>(static_cast<int64_t>(value)) & 15, value};
}

// Zero where the exponent is zero, whatever the mantissa.
double Fp32(uint64_t bits) {
  if ((bits >> 23 & 0xff) == 0) return 0;
  return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)));
}
double Int32(uint64_t bits) { return static_cast<double>(static_cast<int32_t>(bits)); }

std::vector<MacBlock> AllBlocks() {
  std::vector<MacBlock> blocks;
  for (const int dot : {1, 4}) {
    const auto add = [&](const char* module, bool log_only, int width, auto a, auto b, auto sum) {
      blocks.push_back({std::string(module) + (dot == 1 ? "" : "_dot4"), module, dot, log_only,
                        width, 0, a, b, sum});
    };
    add("luq_standard", true, 4, Raw, Int4, Fp32);
    add("luq_mf_bprop", true, 4, Raw, Int4, Fp32);
    add("radix4_fp4", true, 4, Radix4, Int4, Fp32);
    add("int8", false, 8, Int8, Int8, Int32);
    add("fp8_e4m3", false, 8, Float<4, 3, 7>, Float<4, 3, 7>, Fp32);
    add("bf16", false, 16, Float<8, 7, 127>, Float<8, 7, 127>, Fp32);
    add("fp32", false, 32, Float<8, 23, 127>, Float<8, 23, 127>, Fp32);
  }
  blocks.push_back({"hbfp4", "hbfp4", 4, false, 4, 8, Mantissa, Mantissa, Fp32});
  blocks.push_back({"mxfp4", "mxfp4", 32, false, 4, 8, Mx, Mx, Fp32});
  return blocks;
}

// ------------------------------------------------------------------- beats

struct Beat {
  bool first = false;
  std::vector<MacOperand> a, b;  // of the products; missing ones are zero
};

// The sums of output (0, 0) of every tile of the commands.
std::vector<Beat> BeatsOf(const MacBlock& block, const std::vector<GemmCommand>& commands,
                          uint64_t most) {
  std::vector<Beat> beats;
  const size_t dot = static_cast<size_t>(block.dot);
  for (const GemmCommand& g : commands) {
    for (size_t n = 0; n < g.b.cols && beats.size() < most; n += 4) {
      const size_t all = g.a.cols * static_cast<size_t>(g.a_samples);
      for (size_t k = 0; k < all; ++k) {
        if (k % dot == 0) beats.push_back({.first = k == 0, .a = {}, .b = {}});
        TensorView a = g.a;
        a.data += k / g.a.cols * g.a_sample_stride;
        beats.back().a.push_back(block.a(g.a_format, a.At(0, k % g.a.cols)));
        beats.back().b.push_back(block.b(g.b_format, g.b.At(k % g.a.cols, n)));
      }
    }
  }
  return beats;
}

}  // namespace

const std::vector<MacBlock>& MacBlocks() {
  static const std::vector<MacBlock> blocks = AllBlocks();
  return blocks;
}

MacRun RunMac(const MacBlock& block, const Netlist& netlist, GateSim& sim, const Workload& workload,
              uint64_t beats) {
  std::vector<std::vector<Beat>> streams;
  size_t longest = 0;
  for (int copy = 0; copy < kCopies; ++copy) {
    streams.push_back(BeatsOf(block, workload.commands(copy), beats));
    longest = std::max(longest, streams.back().size());
  }
  const int clk = netlist.Input("clk_i")[0];
  const std::vector<int>& first = netlist.Input("first_i");
  const std::vector<int>&a = netlist.Input("a_i"), &b = netlist.Input("b_i");
  const std::vector<int>& acc = netlist.Output("acc_o");
  const size_t width = static_cast<size_t>(block.width), dot = static_cast<size_t>(block.dot);
  if (a.size() != dot * width + static_cast<size_t>(block.scale_width))
    throw std::runtime_error(
        fmt::format("{} has {} bits of A, its encoding {}", block.name, a.size(), dot * width));
  MacRun run;
  // Sum so far, and the last whole one, which acc_o shows two cycles after the next first beat.
  std::vector<double> sum(kCopies, 0), done(kCopies, 0);
  std::vector<std::optional<size_t>> due(kCopies);
  std::vector<uint64_t> a_words(a.size()), b_words(b.size());
  for (size_t t = 0; t < longest + 3; ++t) {
    uint64_t first_word = 0, counted = 0;
    std::fill(a_words.begin(), a_words.end(), 0);
    std::fill(b_words.begin(), b_words.end(), 0);
    for (size_t copy = 0; copy < kCopies; ++copy) {
      const uint64_t bit = uint64_t{1} << copy;
      for (size_t i = 0; i < static_cast<size_t>(block.scale_width); ++i) {
        if ((127 >> i & 1) == 0) continue;
        a_words[dot * width + i] |= bit;
        b_words[dot * width + i] |= bit;
      }
      if (t > streams[copy].size()) continue;
      const bool ends = t == streams[copy].size();
      if (ends || streams[copy][t].first) {
        first_word |= bit;
        if (t > 0) {
          done[copy] = sum[copy];
          due[copy] = t + 2;
        }
        sum[copy] = 0;
      }
      if (ends) continue;
      counted |= bit;
      const Beat& beat = streams[copy][t];
      run.macs += beat.a.size();
      for (size_t d = 0; d < beat.a.size(); ++d) {
        sum[copy] += beat.a[d].value * beat.b[d].value;
        for (size_t i = 0; i < width; ++i) {
          if ((beat.a[d].bits >> i & 1) != 0) a_words[d * width + i] |= bit;
          if ((beat.b[d].bits >> i & 1) != 0) b_words[d * width + i] |= bit;
        }
      }
    }
    run.cycles += static_cast<uint64_t>(std::popcount(counted));
    sim.Count(counted);
    sim.Set(clk, 0);
    sim.Set(first[0], first_word);
    for (size_t i = 0; i < a.size(); ++i) sim.Set(a[i], a_words[i]);
    for (size_t i = 0; i < b.size(); ++i) sim.Set(b[i], b_words[i]);
    sim.Settle();
    for (size_t copy = 0; copy < kCopies; ++copy) {
      if (due[copy] != t) continue;
      uint64_t bits = 0;
      for (size_t i = 0; i < acc.size(); ++i) bits |= (sim.Get(acc[i]) >> copy & 1) << i;
      ++run.sums;
      if (block.sum(bits) != done[copy])
        throw std::runtime_error(fmt::format("{}: copy {}, cycle {}: the sum is {}, not {}",
                                             block.name, copy, t, block.sum(bits), done[copy]));
    }
    sim.Set(clk, ~uint64_t{0});
    sim.Settle();
  }
  return run;
}

}  // namespace tetralog
