// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/engine_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <random>

namespace tetralog {
namespace {

constexpr uint64_t kWatchdogCycles = 20000;  // without any handshake

uint64_t CeilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// Operands of a command as one code a byte, the sum index contiguous.
struct Operands {
  size_t k = 0;            // of the sum over all samples of A
  std::vector<uint8_t> a;  // [m][k]
  std::vector<uint8_t> b;  // [n][k]

  explicit Operands(const GemmCommand& g) : k(g.a.cols * static_cast<size_t>(g.a_samples)) {
    a.resize(g.a.rows * k);
    b.resize(g.b.cols * k);
    for (int s = 0; s < g.a_samples; ++s) {
      TensorView view = g.a;
      view.data += static_cast<size_t>(s) * g.a_sample_stride;
      const size_t offset = static_cast<size_t>(s) * g.a.cols;
      for (size_t i = 0; i < g.a.rows; ++i)
        for (size_t j = 0; j < g.a.cols; ++j) a[i * k + offset + j] = view.At(i, j);
      for (size_t i = 0; i < g.b.rows; ++i)
        for (size_t j = 0; j < g.b.cols; ++j) b[j * k + offset + i] = g.b.At(i, j);
    }
  }
};

// Position in the stream of tiles of all commands.
struct TileCursor {
  size_t command = 0;
  size_t m0 = 0, n0 = 0;

  bool Done(std::span<const GemmCommand> commands) const { return command == commands.size(); }
  bool Last(const GemmCommand& g, const EngineShape& s) const {
    return m0 + s.rows >= g.a.rows && n0 + s.cols >= g.b.cols;
  }
  void Next(std::span<const GemmCommand> commands, const EngineShape& s) {
    const GemmCommand& g = commands[command];
    n0 += s.cols;
    if (n0 < g.b.cols) return;
    n0 = 0;
    m0 += s.rows;
    if (m0 < g.a.rows) return;
    m0 = 0;
    ++command;
  }
};

// Position in the stream of drain beats of all commands.
struct BeatCursor {
  TileCursor tile;
  size_t row = 0, chunk = 0;  // within the tile; chunk counts lanes
  int sample = 0;

  size_t M(const GemmCommand& g, const EngineShape& s) const {
    return std::min<size_t>(s.rows, g.a.rows - tile.m0);
  }
  size_t N(const GemmCommand& g, const EngineShape& s) const {
    return std::min<size_t>(s.cols, g.b.cols - tile.n0);
  }
  size_t Row() const { return tile.m0 + row; }
  size_t Col(const EngineShape& s) const { return tile.n0 + chunk * s.lanes; }
  // Valid lanes of the beat.
  size_t Lanes(const GemmCommand& g, const EngineShape& s) const {
    return std::min<size_t>(s.lanes, N(g, s) - chunk * s.lanes);
  }
  bool LastOfCommand(const GemmCommand& g, const EngineShape& s, int samples) const {
    return tile.Last(g, s) && row + 1 == M(g, s) && (chunk + 1) * s.lanes >= N(g, s) &&
           sample + 1 == samples;
  }
  // Next beat; with `samples` = 1 the next element beat.
  void Next(std::span<const GemmCommand> commands, const EngineShape& s, int samples) {
    const GemmCommand& g = commands[tile.command];
    if (++sample < samples) return;
    sample = 0;
    if (++chunk * s.lanes < N(g, s)) return;
    chunk = 0;
    if (++row < M(g, s)) return;
    row = 0;
    tile.Next(commands, s);
  }
  // Skips commands that do not use a side stream.
  template <typename Uses>
  void SkipUnused(std::span<const GemmCommand> commands, Uses uses) {
    while (!tile.Done(commands) && !uses(commands[tile.command])) ++tile.command;
  }
};

void SetNibble(std::vector<uint32_t>& words, size_t i, uint32_t code) {
  words[i / 8] |= code << (4 * (i % 8));
}

}  // namespace

std::vector<EngineRun> EngineDriver::Run(std::span<const GemmCommand> commands) {
  const EngineShape& shape = engine_.shape();
  std::vector<Operands> operands;
  std::vector<EngineRun> runs(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    const GemmCommand& g = commands[i];
    CheckGemm(g);
    if (g.acc_width != static_cast<int>(shape.acc_width) ||
        g.epilogue.random_bits != static_cast<int>(shape.random_bits))
      throw std::invalid_argument(
          fmt::format("command {} is for {}-bit accumulators and {} random bits, the engine has {} "
                      "and {}; set acc_width and random_bits from the engine's shape",
                      i, g.acc_width, g.epilogue.random_bits, shape.acc_width, shape.random_bits));
    operands.emplace_back(g);
    const size_t outputs = g.a.rows * g.b.cols;
    runs[i].cycle.resize(outputs);
    if (g.epilogue.d_format == Format::kInt32)
      runs[i].result.z.resize(outputs);
    else
      runs[i].result.codes.assign(static_cast<size_t>(g.samples), std::vector<uint8_t>(outputs));
  }

  EngineInputs in;
  EngineOutputs out;
  in.op_a.resize((shape.rows * shape.dot * 4 + 31) / 32);
  in.op_b.resize((shape.cols * shape.dot * 4 + 31) / 32);
  in.c_data.resize(shape.lanes);
  in.mask_data.resize((shape.lanes * 4 + 31) / 32);

  TileCursor op_tile;  // tile whose operands enter
  size_t op_beat = 0;  // its next beat
  bool op_loaded = false, c_loaded = false, mask_loaded = false, tile_loaded = false;
  BeatCursor c_beat, mask_beat, d_beat;
  const auto uses_c = [](const GemmCommand& g) { return g.epilogue.c_enable; };
  const auto uses_mask = [](const GemmCommand& g) { return g.epilogue.mask_enable; };
  size_t stats_command = 0;
  std::vector<bool> started(commands.size());
  std::mt19937_64 random(stalls_.seed);
  const auto pause = [&](uint32_t percent) { return percent > 0 && random() % 100 < percent; };
  uint64_t progress = cycle_;

  while (stats_command < commands.size() || !d_beat.tile.Done(commands)) {
    // Tile descriptor and operand beat.
    if (!op_tile.Done(commands)) {
      const GemmCommand& g = commands[op_tile.command];
      if (!tile_loaded && !pause(stalls_.tile)) {
        tile_loaded = true;
        in.a_format = static_cast<uint8_t>(g.a_format);
        in.b_format = static_cast<uint8_t>(g.b_format);
        in.d_format = static_cast<uint8_t>(g.epilogue.d_format);
        in.rounding = static_cast<uint8_t>(g.epilogue.rounding);
        in.scale_mul = static_cast<uint8_t>(g.epilogue.scale_mul);
        in.scale_shift = static_cast<int8_t>(g.epilogue.scale_shift);
        in.c_enable = g.epilogue.c_enable;
        in.mask_enable = g.epilogue.mask_enable;
        in.samples = static_cast<uint8_t>(g.samples);
        in.sample0 = g.sample0;
        in.seed = g.seed;
        in.rows = static_cast<uint32_t>(std::min<size_t>(shape.rows, g.a.rows - op_tile.m0));
        in.cols = static_cast<uint32_t>(std::min<size_t>(shape.cols, g.b.cols - op_tile.n0));
        in.row = g.row0 + static_cast<uint32_t>(op_tile.m0);
        in.col = g.column0 + static_cast<uint32_t>(op_tile.n0);
        in.tile_last = op_tile.Last(g, shape);
      }
      if (!op_loaded && !pause(stalls_.op)) {
        op_loaded = true;
        const Operands& o = operands[op_tile.command];
        std::fill(in.op_a.begin(), in.op_a.end(), 0);
        std::fill(in.op_b.begin(), in.op_b.end(), 0);
        const size_t k0 = op_beat * shape.dot, k1 = std::min<size_t>(o.k, k0 + shape.dot);
        const auto load = [&](std::vector<uint32_t>& words, const std::vector<uint8_t>& codes,
                              size_t base, size_t lines, size_t limit) {
          for (size_t r = 0; r < lines && base + r < limit; ++r)
            for (size_t k = k0; k < k1; ++k)
              SetNibble(words, r * shape.dot + (k - k0), codes[(base + r) * o.k + k]);
        };
        load(in.op_a, o.a, op_tile.m0, shape.rows, g.a.rows);
        load(in.op_b, o.b, op_tile.n0, shape.cols, g.b.cols);
        in.op_last = k1 == o.k;
      }
    }
    in.tile_valid = tile_loaded;
    in.op_valid = op_loaded;

    // Side streams.
    c_beat.SkipUnused(commands, uses_c);
    if (!c_loaded && !c_beat.tile.Done(commands) && !pause(stalls_.c)) {
      const GemmCommand& g = commands[c_beat.tile.command];
      c_loaded = true;
      for (size_t l = 0; l < shape.lanes; ++l)
        in.c_data[l] = l < c_beat.Lanes(g, shape)
                           ? static_cast<uint32_t>(g.c.At(c_beat.Row(), c_beat.Col(shape) + l))
                           : static_cast<uint32_t>(random());  // padding lanes must not matter
    }
    in.c_valid = c_loaded;
    mask_beat.SkipUnused(commands, uses_mask);
    if (!mask_loaded && !mask_beat.tile.Done(commands) && !pause(stalls_.mask)) {
      const GemmCommand& g = commands[mask_beat.tile.command];
      mask_loaded = true;
      std::fill(in.mask_data.begin(), in.mask_data.end(), 0);
      for (size_t l = 0; l < shape.lanes; ++l)
        SetNibble(in.mask_data, l,
                  l < mask_beat.Lanes(g, shape)
                      ? g.mask.At(mask_beat.Row(), mask_beat.Col(shape) + l)
                      : static_cast<uint32_t>(random() & 15));
    }
    in.mask_valid = mask_loaded;
    in.d_ready = !pause(stalls_.d);
    in.stats_ready = !pause(stalls_.stats);

    engine_.Cycle(in, out);
    if (on_cycle_) on_cycle_(cycle_);

    // Inputs taken.
    if (in.op_valid && out.op_ready) {
      const size_t command = op_tile.command;
      if (!started[command]) {
        started[command] = true;
        runs[command].first_cycle = cycle_;
      }
      op_loaded = false;
      ++op_beat;
      progress = cycle_;
      if (in.op_last != out.tile_ready)
        throw EngineError(fmt::format(
            "cycle {}: the tile descriptor is {} with {} beat of its tile", cycle_,
            out.tile_ready ? "taken" : "not taken", in.op_last ? "the last" : "an inner"));
      if (in.op_last) {
        op_beat = 0;
        tile_loaded = false;
        op_tile.Next(commands, shape);
      }
    } else if (out.tile_ready) {
      throw EngineError(fmt::format("cycle {}: a tile descriptor is taken without a beat", cycle_));
    }
    if (in.c_valid && out.c_ready) {
      c_loaded = false;
      progress = cycle_;
      c_beat.Next(commands, shape, 1);
    }
    if (in.mask_valid && out.mask_ready) {
      mask_loaded = false;
      progress = cycle_;
      mask_beat.Next(commands, shape, 1);
    }

    // Outputs.
    if (out.d_valid && in.d_ready) {
      progress = cycle_;
      if (d_beat.tile.Done(commands))
        throw EngineError(fmt::format("cycle {}: an output beat after the last one", cycle_));
      const size_t command = d_beat.tile.command;
      const GemmCommand& g = commands[command];
      EngineRun& run = runs[command];
      const size_t lanes = d_beat.Lanes(g, shape);
      const uint32_t lane_valid = static_cast<uint32_t>((uint64_t{1} << lanes) - 1);
      const bool last = d_beat.LastOfCommand(g, shape, g.samples);
      if (out.d_lane_valid != lane_valid || out.d_last != last || out.d_sample != d_beat.sample)
        throw EngineError(fmt::format(
            "cycle {}: command {}, row {}, column {}: output beat has lanes {:#x}, sample {}, last "
            "{}; expected {:#x}, {}, {}",
            cycle_, command, d_beat.Row(), d_beat.Col(shape), out.d_lane_valid, out.d_sample,
            out.d_last, lane_valid, d_beat.sample, last));
      for (size_t l = 0; l < shape.lanes; ++l) {
        const bool int32 = g.epilogue.d_format == Format::kInt32;
        const uint32_t data = int32 ? out.d_data[l] : out.d_data[l / 8] >> (4 * (l % 8)) & 15;
        if (l >= lanes) {
          if (data != 0)
            throw EngineError(
                fmt::format("cycle {}: padding lane {} holds {:#x}", cycle_, l, data));
          continue;
        }
        const size_t at = d_beat.Row() * g.b.cols + d_beat.Col(shape) + l;
        run.cycle[at] = cycle_;
        if (int32)
          run.result.z[at] = static_cast<int32_t>(data);
        else
          run.result.codes[static_cast<size_t>(d_beat.sample)][at] = static_cast<uint8_t>(data);
      }
      run.last_cycle = cycle_;
      d_beat.Next(commands, shape, g.samples);
    }
    if (out.stats_valid && in.stats_ready) {
      progress = cycle_;
      if (stats_command == commands.size())
        throw EngineError(fmt::format("cycle {}: statistics after the last command", cycle_));
      EngineRun& run = runs[stats_command];
      EpilogueStats& stats = run.result.stats;
      stats.max_abs = out.max_abs;
      stats.sum_abs = out.sum_abs;
      stats.sum_squares =
          static_cast<unsigned __int128>(out.sum_squares_hi) << 64 | out.sum_squares_lo;
      stats.wraps = out.wraps;
      for (size_t s = 0; s < kMaxSamples; ++s) {
        stats.zeros[s] = out.zeros[s];
        stats.clipped[s] = out.clipped[s];
      }
      run.last_cycle = std::max(run.last_cycle, cycle_);
      ++stats_command;
    }
    if (cycle_ - progress > kWatchdogCycles)
      throw EngineError(fmt::format(
          "cycle {}: no stream has moved for {} cycles (command {}, tile {},{}, output row {})",
          cycle_, kWatchdogCycles, op_tile.command, op_tile.m0, op_tile.n0, d_beat.Row()));
    ++cycle_;
  }
  return runs;
}

CycleBound Bound(const EngineShape& shape, const GemmCommand& g) {
  CycleBound bound;
  const std::vector<GemmCommand> one{g};
  const uint64_t beats = CeilDiv(g.a.cols * static_cast<uint64_t>(g.a_samples), shape.dot);
  for (TileCursor t; !t.Done(one); t.Next(one, shape)) {
    const uint64_t rows = std::min<uint64_t>(shape.rows, g.a.rows - t.m0);
    const uint64_t cols = std::min<uint64_t>(shape.cols, g.b.cols - t.n0);
    bound.compute += beats;
    bound.drain += rows * CeilDiv(cols, shape.lanes) * static_cast<uint64_t>(g.samples);
  }
  return bound;
}

}  // namespace tetralog
