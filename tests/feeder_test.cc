// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// feeder.sv with operand buffers and loaders made here: circular banks of codes into which a loader
// puts panel after panel as space is given back, at random times, and which hold rubbish elsewhere.
// Every operand beat of random commands (all shapes of blocks and panels, samples, resident A, one
// after the other so that the pointers wrap) is compared with the matrices, and all space must
// have been given back at the end. Seeded; the array pauses at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "Vfeeder_4x8x2.h"
#include "Vfeeder_8x4x4.h"
#include "tests/tile_order.h"

namespace tetralog {
namespace {

struct Shape {
  uint32_t rows, cols, dot, depth_a, depth_b, word_codes;
  uint32_t panel_a() const { return std::max(rows, word_codes); }
  uint32_t panel_b() const { return std::max(cols, word_codes); }
};

using Rng = std::mt19937;

// The circular banks of one operand, and its loader.
class Buffer {
 public:
  Buffer(uint32_t tile, uint32_t panel, uint32_t depth, uint32_t word_codes)
      : tile_(tile),
        panel_(panel),
        depth_(depth),
        word_codes_(word_codes),
        free_(depth),
        codes_(size_t{panel} * depth * word_codes) {}

  // Queues panels of a matrix [row][sample * k], `passes` times.
  void Queue(const std::vector<std::vector<uint8_t>>& matrix, uint32_t k, uint32_t samples,
             uint32_t passes) {
    for (uint32_t pass = 0; pass < passes; ++pass)
      for (uint32_t row = 0; row < matrix.size(); row += panel_)
        waiting_.push_back({&matrix, row, k, samples});
  }

  // Loads the next panel if there is room and chance has it.
  void Step(Rng& rng) {
    if (waiting_.empty() || rng() % 4 != 0) return;
    const Panel p = waiting_.front();
    const uint32_t words = (p.k + word_codes_ - 1) / word_codes_;
    if (free_ < words * p.samples) return;
    waiting_.pop_front();
    free_ -= words * p.samples;
    for (uint32_t bank = 0; bank < panel_; ++bank) {
      for (uint32_t s = 0; s < p.samples; ++s) {
        for (uint32_t i = 0; i < words * word_codes_; ++i) {
          const bool exists = p.row + bank < p.matrix->size() && i < p.k;
          At(bank, (write_ + s * words + i / word_codes_) % depth_, i % word_codes_) =
              exists ? (*p.matrix)[p.row + bank][s * p.k + i] : rng() & 15;
        }
      }
    }
    write_ = (write_ + words * p.samples) % depth_;
    const uint32_t rows = std::min<uint32_t>(panel_, p.matrix->size() - p.row);
    loaded_ += (rows + tile_ - 1) / tile_;
  }

  void Release(uint32_t words, Rng& rng) {
    free_ += words;
    // What is given back may be overwritten at once.
    for (uint32_t w = 0; w < words; ++w)
      for (uint32_t bank = 0; bank < panel_; ++bank)
        for (uint32_t i = 0; i < word_codes_; ++i) At(bank, (read_ + w) % depth_, i) = rng() & 15;
    read_ = (read_ + words) % depth_;
  }

  uint8_t& At(uint32_t bank, uint32_t addr, uint32_t i) {
    return codes_[(size_t{bank} * depth_ + addr) * word_codes_ + i];
  }
  uint32_t loaded() const { return loaded_; }
  bool Empty() const { return free_ == depth_ && waiting_.empty(); }

 private:
  struct Panel {
    const std::vector<std::vector<uint8_t>>* matrix;
    uint32_t row, k, samples;
  };
  uint32_t tile_, panel_, depth_, word_codes_, free_, write_ = 0, read_ = 0, loaded_ = 0;
  std::vector<uint8_t> codes_;
  std::deque<Panel> waiting_;
};

template <typename Port>
void SetNibble(Port& port, uint32_t i, uint32_t code) {
  if constexpr (std::is_integral_v<Port>) {
    port |= static_cast<Port>(code) << (4 * i);
  } else {
    port[i / 8] |= code << (i % 8 * 4);
  }
}
template <typename Port>
void Clear(Port& port) {
  if constexpr (std::is_integral_v<Port>) {
    port = 0;
  } else {
    for (auto& word : port.m_storage) word = 0;
  }
}
template <typename Port>
uint32_t Nibble(const Port& port, uint32_t i) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<uint32_t>(uint64_t{port} >> (4 * i)) & 15;
  } else {
    return port[i / 8] >> (i % 8 * 4) & 15;
  }
}

template <typename V>
class Bench {
 public:
  Bench(const Shape& shape, uint32_t seed)
      : shape_(shape),
        rng_(seed),
        a_(shape.rows, shape.panel_a(), shape.depth_a, shape.word_codes),
        b_(shape.cols, shape.panel_b(), shape.depth_b, shape.word_codes) {
    unit_.rst_ni = 0;
    Cycle();
    unit_.rst_ni = 1;
  }

  void RunCommand() {
    const uint32_t word = shape_.word_codes;
    const uint32_t m = Dim(), n = Dim();
    const uint32_t samples = rng_() % 3 ? 1 : 1 + rng_() % 8;
    const uint32_t k = 1 + rng_() % (shape_.depth_a / samples * word);
    const uint32_t words = (k + word - 1) / word;
    const uint32_t block = 1 + rng_() % std::max(1U, shape_.depth_b / words);
    const uint32_t block_cols = block * shape_.panel_b();
    const uint32_t panels = (m + shape_.panel_a() - 1) / shape_.panel_a();
    const bool resident = panels * samples * words <= shape_.depth_a && rng_() % 2;
    SCOPED_TRACE(testing::Message() << m << " x " << k << " x " << n << ", " << samples
                                    << " samples, block " << block << ", resident " << resident);
    if (words > shape_.depth_b) return;
    const auto a = Matrix(m, samples * k), b = Matrix(n, k);
    a_.Queue(a, k, samples, resident ? 1 : (n + block_cols - 1) / block_cols);
    b_.Queue(b, k, 1, 1);
    unit_.cmd_m_i = m;
    unit_.cmd_n_i = n;
    unit_.cmd_k_i = k;
    unit_.cmd_block_cols_i = block_cols;
    unit_.cmd_a_samples_i = samples;
    unit_.cmd_a_resident_i = resident;
    unit_.cmd_panel_words_i = samples * words;
    unit_.start_i = 1;
    Cycle();
    unit_.start_i = 0;
    const TileGrid grid = {shape_.rows, shape_.cols, shape_.word_codes};
    for (const TilePlace& t : TileOrder(grid, m, n, block_cols)) {
      for (uint32_t s = 0; s < samples; ++s) {
        for (uint32_t i = 0; i < k; i += shape_.dot) {
          ExpectBeat(a, b, t.m0, t.n0, s, i, k, s + 1 == samples && i + shape_.dot >= k);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
    Cycle();
    ASSERT_FALSE(unit_.busy_o);
    ASSERT_TRUE(a_.Empty()) << "A was not given back";
    ASSERT_TRUE(b_.Empty()) << "B was not given back";
  }

 private:
  uint32_t Dim() { return rng_() % 3 ? 1 + rng_() % 20 : 1 + rng_() % 100; }

  std::vector<std::vector<uint8_t>> Matrix(uint32_t rows, uint32_t cols) {
    std::vector<std::vector<uint8_t>> matrix(rows, std::vector<uint8_t>(cols));
    for (auto& row : matrix)
      for (uint8_t& code : row) code = rng_() & 15;
    return matrix;
  }

  void ExpectBeat(const std::vector<std::vector<uint8_t>>& a,
                  const std::vector<std::vector<uint8_t>>& b, uint32_t m0, uint32_t n0, uint32_t s,
                  uint32_t i, uint32_t k, bool last) {
    int cycles = 0;
    do {
      ready_ = rng_() % 4 != 0;
      Settle();
      if (unit_.op_valid_o && ready_) break;
      Cycle();
      ASSERT_LT(++cycles, 3000) << "no beat";
    } while (true);
    ASSERT_EQ(unit_.tile_m0_o, m0);
    ASSERT_EQ(unit_.tile_n0_o, n0);
    ASSERT_EQ(unit_.tile_rows_o, std::min<uint32_t>(shape_.rows, a.size() - m0));
    ASSERT_EQ(unit_.tile_cols_o, std::min<uint32_t>(shape_.cols, b.size() - n0));
    ASSERT_EQ(unit_.op_last_o, last);
    for (uint32_t d = 0; d < shape_.dot; ++d) {
      const bool valid = i + d < k;
      ASSERT_EQ(unit_.op_k_valid_o >> d & 1, valid);
      for (uint32_t r = 0; r < shape_.rows; ++r) {
        const uint32_t code = valid && m0 + r < a.size() ? a[m0 + r][s * k + i + d] : 0;
        ASSERT_EQ(Nibble(unit_.op_a_o, r * shape_.dot + d), code) << "row " << r << " place " << d;
      }
      for (uint32_t c = 0; c < shape_.cols; ++c) {
        const uint32_t code = valid && n0 + c < b.size() ? b[n0 + c][i + d] : 0;
        ASSERT_EQ(Nibble(unit_.op_b_o, c * shape_.dot + d), code) << "col " << c << " place " << d;
      }
    }
    Cycle();
    ready_ = false;
  }

  // The buffers answer with the word read last and the beat that is asked for.
  void Settle() {
    unit_.a_loaded_i = a_.loaded() % (2 * shape_.depth_a * (shape_.panel_a() / shape_.rows));
    unit_.b_loaded_i = b_.loaded() % (2 * shape_.depth_b * (shape_.panel_b() / shape_.cols));
    unit_.op_ready_i = ready_;
    unit_.eval();
    Clear(unit_.a_codes_i);
    Clear(unit_.b_codes_i);
    for (uint32_t d = 0; d < shape_.dot; ++d) {
      const uint32_t i = unit_.beat_o * shape_.dot + d;
      for (uint32_t r = 0; r < shape_.rows; ++r)
        SetNibble(unit_.a_codes_i, r * shape_.dot + d, word_a_[r * shape_.word_codes + i]);
      for (uint32_t c = 0; c < shape_.cols; ++c)
        SetNibble(unit_.b_codes_i, c * shape_.dot + d, word_b_[c * shape_.word_codes + i]);
    }
    unit_.eval();
  }

  void Cycle() {
    Settle();
    if (unit_.rd_en_o) {
      for (uint32_t i = 0; i < shape_.word_codes; ++i) {
        for (uint32_t r = 0; r < shape_.rows; ++r)
          word_a_[r * shape_.word_codes + i] =
              a_.At(unit_.a_group_o * shape_.rows + r, unit_.a_addr_o, i);
        for (uint32_t c = 0; c < shape_.cols; ++c)
          word_b_[c * shape_.word_codes + i] =
              b_.At(unit_.b_group_o * shape_.cols + c, unit_.b_addr_o, i);
      }
    }
    const uint32_t a_words = unit_.a_release_o ? unit_.cmd_panel_words_i : 0;
    const uint32_t b_words = unit_.b_release_o ? unit_.b_panel_words_o : 0;
    unit_.clk_i = 1;
    unit_.eval();
    unit_.clk_i = 0;
    unit_.eval();
    if (a_words) a_.Release(a_words, rng_);
    if (b_words) b_.Release(b_words, rng_);
    a_.Step(rng_);
    b_.Step(rng_);
  }

  Shape shape_;
  Rng rng_;
  Buffer a_, b_;
  V unit_;
  bool ready_ = false;
  std::vector<uint8_t> word_a_ = std::vector<uint8_t>(shape_.rows * shape_.word_codes);
  std::vector<uint8_t> word_b_ = std::vector<uint8_t>(shape_.cols * shape_.word_codes);
};

template <typename V>
void RunCommands(const Shape& shape, uint32_t seeds) {
  for (uint32_t seed = 1; seed <= seeds; ++seed) {
    Bench<V> bench(shape, seed);
    for (uint32_t i = 0; i < 12; ++i) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", command " << i);
      bench.RunCommand();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(FeederRtl, FeedsTheTilesOfRandomCommandsWithPanelsOfSeveralTiles) {
  RunCommands<Vfeeder_4x8x2>({4, 8, 2, 16, 8, 16}, 20);
}

TEST(FeederRtl, FeedsTheTilesOfRandomCommandsAtAnotherShape) {
  RunCommands<Vfeeder_8x4x4>({8, 4, 4, 8, 16, 32}, 10);
}

}  // namespace
}  // namespace tetralog
