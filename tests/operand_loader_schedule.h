// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// What operand_loader asks for, made from its description: the segments in their order, and when
// which tile rows are complete. S has the shape: kRows, kPanel, kDepth, kWordCodes.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace tetralog::testing {

inline uint8_t MemoryByte(uint64_t address) {
  uint64_t x = address + 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return (x ^ (x >> 31)) & 0xff;
}

struct Command {
  uint64_t base = 0;
  uint32_t stride = 1, sample_stride = 0, samples = 1;
  bool across = false;
  uint32_t rows = 1, k = 1, repeat_extent = 1, repeat_step = 1;

  uint8_t Code(uint32_t sample, uint32_t row, uint32_t kk) const {
    const uint64_t line = across ? kk : row, place = across ? row : kk;
    const uint64_t start = base + uint64_t{sample} * sample_stride + line * stride;
    return MemoryByte(start + place / 2) >> (place % 2 * 4) & 15;
  }

  std::string Text() const {
    std::ostringstream out;
    out << (across ? "across" : "along") << " rows " << rows << " k " << k << " samples " << samples
        << " repeat " << repeat_extent << "/" << repeat_step << " base " << base << " strides "
        << stride << " " << sample_stride;
    return out.str();
  }
};

struct Segment {
  uint64_t address;
  uint32_t bytes;
  size_t panel;     // index in Schedule::panels
  uint32_t sample;  // of the panel
};

struct Panel {
  size_t command;
  uint32_t row0, rows;
  uint32_t first_word, words;  // in every bank
};

struct TileRow {
  size_t last_segment;
  size_t panel;
  uint32_t row0, rows;
};

// What a sequence of commands asks for, in order.
struct Schedule {
  std::vector<Command> commands;
  std::vector<size_t> segments_end;  // of each command
  std::vector<Segment> segments;
  std::vector<Panel> panels;
  std::vector<TileRow> tiles;
};

template <typename S>
void Append(Schedule& schedule, const Command& c, uint32_t& next_word) {
  const uint32_t w = (c.k + S::kWordCodes - 1) / S::kWordCodes;
  for (uint32_t done = 0; done < c.repeat_extent; done += c.repeat_step) {
    for (uint32_t row0 = 0; row0 < c.rows; row0 += S::kPanel) {
      const uint32_t rows = std::min(S::kPanel, c.rows - row0);
      const size_t panel = schedule.panels.size();
      schedule.panels.push_back({schedule.commands.size(), row0, rows, next_word, c.samples * w});
      next_word = (next_word + c.samples * w) % S::kDepth;
      const size_t first = schedule.segments.size();
      if (c.across) {
        for (uint32_t s = 0; s < c.samples; ++s) {
          for (uint32_t k = 0; k < c.k; ++k) {
            schedule.segments.push_back(
                {c.base + uint64_t{s} * c.sample_stride + uint64_t{k} * c.stride + row0 / 2,
                 (rows + 1) / 2, panel, s});
          }
        }
      } else {
        for (uint32_t row = row0; row < row0 + rows; ++row) {
          for (uint32_t s = 0; s < c.samples; ++s) {
            schedule.segments.push_back(
                {c.base + uint64_t{row} * c.stride + uint64_t{s} * c.sample_stride, (c.k + 1) / 2,
                 panel, s});
          }
        }
      }
      for (uint32_t tile = 0; tile < rows; tile += S::kRows) {
        const uint32_t tile_rows = std::min(S::kRows, rows - tile);
        const size_t last =
            c.across ? schedule.segments.size() - 1 : first + (tile + tile_rows) * c.samples - 1;
        schedule.tiles.push_back({last, panel, row0 + tile, tile_rows});
      }
    }
  }
  schedule.commands.push_back(c);
  schedule.segments_end.push_back(schedule.segments.size());
}

}  // namespace tetralog::testing
