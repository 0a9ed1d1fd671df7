// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/random_commands.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include "sim/dice.h"
#include "sim/illegal_command.h"

namespace tetralog {
namespace {

constexpr uint8_t kLog4 = static_cast<uint8_t>(Format::kLog4);
constexpr uint8_t kInt32 = static_cast<uint8_t>(Format::kInt32);
constexpr uint32_t kRingSizes[] = {1, 2, 4, 8, 16};

uint64_t AlignUp(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

// Makes the commands of one case, one after the other.
class Generator {
 public:
  explicit Generator(Case& c) : case_(c), dice_(c.seed, c.number) {}

  void Run() {
    case_.memory_seed = dice_.Next();
    PlaceRings();
    const auto count = static_cast<uint32_t>(dice_.LogUniform(case_.options.max_commands));
    // A command needs at most D (INT32 or eight samples), C and operands, with some slack.
    const uint64_t reserve = uint64_t{16} * (case_.options.max_dim + 32) * case_.options.max_dim;
    do {
      case_.commands.push_back(RandomCommand());
    } while (case_.commands.size() < count && next_ + reserve < case_.options.memory_bytes);
    if (next_ > case_.options.memory_bytes) {
      throw std::invalid_argument("memory_bytes = " + std::to_string(case_.options.memory_bytes) +
                                  " is too small for one command: give " + std::to_string(next_));
    }
    RingDoorbells();
    const uint64_t kind = dice_.Below(100);
    if (kind < case_.options.illegal_percent) {
      PlantIllegal();
    } else if (kind < case_.options.illegal_percent + case_.options.fault_percent) {
      PlantFault();
    }
  }

 private:
  void PlaceRings() {
    case_.rings.size = dice_.Pick<uint32_t>(kRingSizes);
    case_.rings.ring_base = Allocate(case_.rings.commands().extent(), kCommandBytes);
    case_.rings.record_base = Allocate(case_.rings.records().extent(), kRecordBytes);
  }

  uint64_t Allocate(uint64_t bytes, uint64_t alignment) {
    const uint64_t base = AlignUp(next_ + 32 + dice_.Below(64), alignment);
    next_ = base + bytes;
    return base;
  }

  uint32_t Dimension() {
    const MachineShape& s = case_.shape;
    const uint32_t special[] = {1,
                                1,
                                2,
                                3,
                                5,
                                7,
                                13,
                                31,
                                97,
                                s.rows - 1,
                                s.rows,
                                s.rows + 1,
                                s.cols - 1,
                                s.cols + 1,
                                s.word_codes() - 1,
                                s.word_codes(),
                                s.word_codes() + 1,
                                s.panel_a() + 1,
                                2 * s.panel_b(),
                                2 * s.panel_a() - 1};
    const uint32_t max = case_.options.max_dim;
    if (dice_.Percent(35)) return std::clamp(dice_.Pick<uint32_t>(special), 1u, max);
    return static_cast<uint32_t>(dice_.LogUniform(max));
  }

  // Dimensions and samples that the shape can run, and in reasonable time.
  void ChooseSizes(Command& c) {
    const MachineShape& s = case_.shape;
    c.m = Dimension();
    c.n = Dimension();
    c.k = Dimension();
    c.samples =
        static_cast<uint8_t>(c.d_format == kLog4 && dice_.Percent(50) ? dice_.From(1, 8) : 1);
    c.a_samples = static_cast<uint8_t>(dice_.Percent(25) ? dice_.From(1, 8) : 1);
    const auto words = [&] { return (c.k + s.word_codes() - 1) / s.word_codes(); };
    while (c.a_samples * words() > s.depth_a || words() > s.depth_b ||
           uint64_t{c.k} * c.a_samples > ProductLimit(c.a_format, c.b_format, s.acc_width)) {
      if (c.a_samples > 1) {
        c.a_samples /= 2;
      } else {
        c.k = (c.k + 1) / 2;
      }
    }
    while (uint64_t{c.m} * c.n * c.k * c.a_samples > case_.options.max_cycles * s.macs()) {
      uint32_t& greatest = c.m > c.n ? (c.m > c.k ? c.m : c.k) : (c.n > c.k ? c.n : c.k);
      greatest = (greatest + 1) / 2;
    }
    const uint32_t panels = (c.n + s.panel_b() - 1) / s.panel_b();
    c.block = static_cast<uint16_t>(dice_.From(1, std::min(s.depth_b / words(), panels + 1)));
    const uint32_t all_a = (c.m + s.panel_a() - 1) / s.panel_a() * c.a_samples * words();
    c.a_resident = all_a <= s.depth_a && dice_.Percent(50);
  }

  // z stays small without C; a C that was never computed fills 32 bits.
  void ChooseScale(Command& c) {
    c.rounding = static_cast<uint8_t>(dice_.Below(2));
    if (c.d_format == kInt32) {  // ignored
      c.scale_mul = static_cast<uint8_t>(dice_.Next());
      c.scale_shift = static_cast<uint8_t>(dice_.Next());
      return;
    }
    c.scale_mul = static_cast<uint8_t>(c.d_format == kLog4 ? 1 : dice_.From(1, 255));
    const int mul_bits = c.d_format == kLog4 || c.scale_mul < 16 ? 0 : 6;
    const int shift = dice_.Percent(10)                 ? static_cast<int>(dice_.Below(96)) - 32
                      : c.c_enable && dice_.Percent(60) ? static_cast<int>(dice_.From(20, 30))
                                                        : static_cast<int>(dice_.Below(12));
    c.scale_shift = static_cast<uint8_t>(std::clamp(shift + mul_bits, -32, 63));
  }

  // A place for a region whose base is still open: often in a buffer that exists, else a new one.
  uint64_t Place(const Region& region, uint64_t alignment, const std::vector<Region>& reuse) {
    if (!reuse.empty() && dice_.Percent(45)) {
      const Region& old = dice_.Pick<Region>(reuse);
      const uint64_t base = AlignUp(old.base, alignment);
      if (base + region.extent() <= old.base + old.extent()) {
        const uint64_t slack = old.base + old.extent() - base - region.extent();
        return base + (dice_.Percent(50) ? 0 : dice_.Below(slack + 1) / alignment * alignment);
      }
    }
    const uint64_t base = Allocate(region.extent(), alignment);
    buffers_.push_back({base, 1, region.extent()});
    return base;
  }

  uint32_t Stride(uint64_t row_bytes, uint64_t alignment) {
    const uint64_t slack = dice_.Percent(50) ? 0 : dice_.Below(24);
    return static_cast<uint32_t>(AlignUp(row_bytes + slack, alignment));
  }

  uint64_t Alignment() { return dice_.Percent(30) ? 16 : 1; }  // of codes

  void PlaceOperands(Command& c) {
    c.a_transposed = dice_.Percent(50);
    c.b_transposed = dice_.Percent(50);
    uint64_t alignment = Alignment();
    c.a_stride = Stride(RegionA(c).row_bytes, alignment);
    Region a = RegionA(c);
    a.samples = 1;
    c.a_sample_stride =
        dice_.Percent(10) ? static_cast<uint32_t>(dice_.Below(8)) : Stride(a.extent(), alignment);
    c.a_base = Place(RegionA(c), alignment, written_);
    alignment = Alignment();
    c.b_stride = Stride(RegionB(c).row_bytes, alignment);
    c.b_base = Place(RegionB(c), alignment, written_);
  }

  void PlaceMask(Command& c) {
    c.mask_enable = dice_.Percent(40);
    c.mask_transposed = dice_.Percent(50);
    if (!c.mask_enable) return;
    const uint64_t alignment = Alignment();
    c.mask_stride = Stride(RegionMask(c).row_bytes, alignment);
    c.mask_base = Place(RegionMask(c), alignment, written_);
  }

  void PlaceAddend(Command& c) {
    c.c_enable = dice_.Percent(50);
    if (!c.c_enable) return;
    const bool by_columns = dice_.Percent(50);
    const uint64_t line = uint64_t{by_columns ? c.m : c.n} * 4;
    const uint64_t kind = dice_.Below(10);  // a bias, lines that overlap, or a matrix
    const uint32_t stride = kind < 3    ? 0
                            : kind == 3 ? static_cast<uint32_t>(4 * dice_.From(1, 4))
                                        : Stride(line, dice_.Percent(30) ? 16 : 4);
    c.c_row_stride = by_columns ? 4 : stride;
    c.c_col_stride = by_columns ? stride : 4;
    c.c_base = Place(RegionC(c), 4, written_);
  }

  void PlaceOutput(Command& c) {
    c.d_transposed = dice_.Percent(50);
    const uint64_t alignment = c.d_format == kInt32 ? 4 : Alignment();
    c.d_stride = Stride(RegionD(c).row_bytes, alignment);
    if (c.c_enable && c.d_format == kInt32 && dice_.Percent(40)) {  // D is C
      c.c_row_stride = c.d_transposed ? 4 : c.d_stride;
      c.c_col_stride = c.d_transposed ? c.d_stride : 4;
      c.c_base = Place(RegionC(c), 4, written_);
      c.d_base = c.c_base;
      if (Legal(c)) return;
    }
    Region sample = RegionD(c);
    sample.samples = 1;
    c.d_sample_stride = Stride(sample.extent(), alignment);
    c.d_base = Place(RegionD(c), alignment, buffers_);
    if (!Legal(c)) c.d_base = Place(RegionD(c), alignment, {});
  }

  bool Legal(const Command& c) const {
    return CheckCommand(c, case_.shape, case_.rings) == Cause::kNone;
  }

  Command RandomCommand() {
    Command c;
    c.op = static_cast<uint8_t>(Operation::kGemm);
    c.a_format = dice_.Percent(50) ? 0 : kLog4;
    c.b_format = static_cast<uint8_t>(dice_.Below(2));
    c.d_format = static_cast<uint8_t>(dice_.Below(4));
    c.irq = dice_.Percent(30);
    ChooseSizes(c);
    PlaceOperands(c);
    PlaceMask(c);
    PlaceAddend(c);
    ChooseScale(c);
    c.seed = dice_.Next();
    c.row0 = static_cast<uint32_t>(dice_.Next());
    c.col0 = static_cast<uint32_t>(dice_.Below(((1u << kRandomColumnBits) - c.n) / 16 + 1) * 16);
    c.sample0 = static_cast<uint8_t>(dice_.Next());
    c.tag = static_cast<uint32_t>(dice_.Next());
    PlaceOutput(c);
    if (!Legal(c)) {
      throw std::logic_error("case " + case_.id() + " is not legal: " +
                             CauseText(CheckCommand(c, case_.shape, case_.rings)));
    }
    const Region d = RegionD(c);
    written_.push_back({d.base, 1, d.extent()});
    return c;
  }

  void RingDoorbells() {
    const auto count = static_cast<uint32_t>(case_.commands.size());
    for (uint32_t at = 0; at < count;) {
      at = std::min(count, at + static_cast<uint32_t>(dice_.From(1, case_.rings.size)));
      case_.doorbells.push_back(at);
    }
    case_.enable_late = dice_.Percent(20);
  }

  void PlantIllegal() {
    const auto cause = static_cast<Cause>(dice_.From(1, static_cast<uint64_t>(Cause::kRing)));
    case_.overrun = cause == Cause::kRing;
    if (case_.overrun) return;
    const size_t count = case_.commands.size();
    Command& victim = case_.commands[count - 1 - dice_.Below(std::min<size_t>(count, 3))];
    victim = MakeIllegal(victim, cause, case_.shape, case_.rings, dice_);
  }

  // A word of the bus that a command touches; of its entry or record, all of it.
  void PlantFault() {
    const uint64_t index = dice_.Below(case_.commands.size());
    const Command& c = case_.commands[index];
    const uint64_t entry = index % case_.rings.size;
    case_.fault = dice_.Percent(50) ? MemoryFault::kSlaveError : MemoryFault::kDecodeError;
    std::vector<Region> regions = {RegionA(c), RegionB(c), RegionD(c), RegionD(c)};
    if (c.c_enable) regions.push_back(RegionC(c));
    if (c.mask_enable) regions.push_back(RegionMask(c));
    const uint64_t choice = dice_.Below(regions.size() + 2);
    if (choice >= regions.size()) {
      const bool record = choice == regions.size();
      case_.fault_bytes = record ? kRecordBytes : kCommandBytes;
      case_.fault_address =
          (record ? case_.rings.record_base : case_.rings.ring_base) + entry * case_.fault_bytes;
      return;
    }
    const Region& region = regions[choice];
    case_.fault_bytes = 1;
    case_.fault_address = region.base + dice_.Below(region.samples) * region.sample_stride +
                          dice_.Below(region.rows) * region.stride + dice_.Below(region.row_bytes);
  }

  Case& case_;
  Dice dice_;
  uint64_t next_ = 0;
  std::vector<Region> written_;  // by earlier commands
  std::vector<Region> buffers_;  // all
};

void Halve(uint32_t& dim) { dim = (dim + 1) / 2; }

void ApplyEdits(Case& c) {
  std::vector<size_t> dropped;
  std::istringstream list(c.edits);
  for (std::string edit; std::getline(list, edit, ',');) {
    const bool digits = edit.size() > 1 && edit.size() < 9 &&
                        edit.find_first_not_of("0123456789", 1) == std::string::npos;
    const size_t index = digits ? std::stoul(edit.substr(1)) : c.commands.size();
    if (index >= c.commands.size() || std::string("dmnk").find(edit[0]) == std::string::npos) {
      throw std::invalid_argument("edit '" + edit + "' is not one of d, m, n, k and a command 0.." +
                                  std::to_string(c.commands.size() - 1));
    }
    Command& command = c.commands[index];
    if (edit[0] == 'd') dropped.push_back(index);
    if (edit[0] == 'm') Halve(command.m);
    if (edit[0] == 'n') Halve(command.n);
    if (edit[0] == 'k') Halve(command.k);
  }
  std::sort(dropped.rbegin(), dropped.rend());
  dropped.erase(std::unique(dropped.begin(), dropped.end()), dropped.end());
  for (const size_t index : dropped) {
    c.commands.erase(c.commands.begin() + static_cast<ptrdiff_t>(index));
    for (uint32_t& doorbell : c.doorbells) doorbell -= doorbell > index;
  }
}

}  // namespace

Case RandomCase(uint64_t seed, uint64_t number, const MachineShape& shape,
                const CaseOptions& options, const std::string& edits) {
  Case c;
  c.seed = seed;
  c.number = number;
  c.shape = shape;
  c.options = options;
  c.edits = edits;
  Generator(c).Run();
  ApplyEdits(c);
  return c;
}

Case ParseCase(const std::string& id, const MachineShape& shape, const CaseOptions& options) {
  const char* const end = id.data() + id.size();
  uint64_t seed = 0, number = 0;
  auto read = std::from_chars(id.data(), end, seed);
  bool good = read.ec == std::errc() && read.ptr != end && *read.ptr == ':';
  if (good) {
    read = std::from_chars(read.ptr + 1, end, number);
    good = read.ec == std::errc() && (read.ptr == end || *read.ptr == ':');
  }
  if (!good) {
    throw std::invalid_argument(
        "'" + id + "' is no case: write seed:number or seed:number:edits, numbers below 2^64");
  }
  return RandomCase(seed, number, shape, options,
                    read.ptr == end ? "" : std::string(read.ptr + 1, end));
}

}  // namespace tetralog
