// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/timeline.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sim/core_builds.h"
#include "sim/driver.h"
#include "sim/waves.h"

namespace tetralog {
namespace {

constexpr uint32_t kRing = 8;
const std::string kCore = "TOP.tetralog_core.";

const std::vector<std::string> kSignals = {"s_axil_awaddr_i",
                                           "s_axil_wvalid_i",
                                           "s_axil_wready_o",
                                           "fetched",
                                           "load_start",
                                           "u_front.state_q",
                                           "back_valid",
                                           "back_ready",
                                           "u_front.check_done",
                                           "op_valid",
                                           "op_ready",
                                           "d_valid",
                                           "d_ready",
                                           "done",
                                           "m_axi_arvalid_o",
                                           "m_axi_arready_i",
                                           "m_axi_araddr_o",
                                           "m_axi_arid_o",
                                           "m_axi_rvalid_i",
                                           "m_axi_rready_o",
                                           "m_axi_rid_i",
                                           "m_axi_rlast_i",
                                           "m_axi_awvalid_o",
                                           "m_axi_awready_i",
                                           "m_axi_awaddr_o",
                                           "m_axi_wvalid_o",
                                           "m_axi_wready_i",
                                           "m_axi_wlast_o",
                                           "m_axi_bvalid_i",
                                           "m_axi_bready_o"};

// A burst, by the cycles in which its address, its beats and its response were accepted.
struct Burst {
  uint64_t address = 0, asked = 0, first = 0, last = 0, answered = 0;
};

// What the waveform shows, in cycles.
struct Events {
  uint64_t doorbell = 0;
  std::vector<uint64_t> fetched, verdict, load, loaded, handed, op, output, done;
  std::vector<Burst> reads[5], writes;
};

// A cycle is two steps of time: its end, with the clock low, and the time after its clock edge.
Events Find(const std::string& path) {
  std::vector<std::string> names;
  for (const std::string& signal : kSignals) names.push_back(kCore + signal);
  const Waves waves(path, names);
  Events events;
  size_t read[5] = {}, first_read[5] = {}, write = 0, first_write = 0, answer = 0;
  bool rung = false, checked = false;
  uint64_t state = 0;
  for (uint64_t cycle = (waves.begin() + 1) / 2; 2 * cycle <= waves.end(); ++cycle) {
    const auto at = [&](const char* signal) { return waves.At(kCore + signal, 2 * cycle); };
    const auto note = [&](std::vector<uint64_t>& list, bool happened) {
      if (happened) list.push_back(cycle);
    };
    if (at("s_axil_wvalid_i") && at("s_axil_wready_o") && at("s_axil_awaddr_i") == kRegTail) {
      if (!rung) events.doorbell = cycle;
      rung = true;
    }
    note(events.fetched, at("fetched"));
    note(events.verdict, at("u_front.check_done") && !checked && at("u_front.state_q") == 3);
    checked = at("u_front.check_done") && at("u_front.state_q") == 3;
    note(events.load, at("load_start"));
    note(events.loaded, state == 3 && at("u_front.state_q") == 0);
    state = at("u_front.state_q");
    note(events.handed, at("back_valid") && at("back_ready"));
    note(events.op, at("op_valid") && at("op_ready"));
    note(events.output, at("d_valid") && at("d_ready"));
    note(events.done, at("done"));
    if (at("m_axi_arvalid_o") && at("m_axi_arready_i"))
      events.reads[at("m_axi_arid_o")].push_back({at("m_axi_araddr_o"), cycle, 0, 0, 0});
    if (at("m_axi_rvalid_i") && at("m_axi_rready_o")) {
      const uint64_t id = at("m_axi_rid_i");
      Burst& burst = events.reads[id].at(read[id]);
      if (first_read[id]++ == 0) burst.first = cycle;
      if (at("m_axi_rlast_i")) {
        burst.last = cycle;
        ++read[id];
        first_read[id] = 0;
      }
    }
    if (at("m_axi_awvalid_o") && at("m_axi_awready_i"))
      events.writes.push_back({at("m_axi_awaddr_o"), cycle, 0, 0, 0});
    if (at("m_axi_wvalid_o") && at("m_axi_wready_i")) {
      Burst& burst = events.writes.at(write);
      if (first_write++ == 0) burst.first = cycle;
      if (at("m_axi_wlast_o")) {
        burst.last = cycle;
        ++write;
        first_write = 0;
      }
    }
    if (at("m_axi_bvalid_i") && at("m_axi_bready_o")) events.writes.at(answer++).answered = cycle;
  }
  return events;
}

// The first and the last of the bursts that lie in [begin, begin + bytes).
std::pair<Burst, Burst> Within(const std::vector<Burst>& bursts, uint64_t begin, uint64_t bytes) {
  std::pair<Burst, Burst> ends;
  bool found = false;
  for (const Burst& burst : bursts) {
    if (burst.address < begin || burst.address >= begin + bytes) continue;
    if (!found) ends.first = burst;
    ends.second = burst;
    found = true;
  }
  if (!found) throw std::runtime_error("a burst that should be there is not in the waveform");
  return ends;
}

// Tensors of each command, and its events.
struct Product {
  Tensor a, b, d;
};

std::vector<TimelineEvent> Life(const Events& events, const Product& p, uint64_t index,
                                uint64_t record, uint64_t ops, uint64_t outputs) {
  const auto since = [&](uint64_t cycle) { return cycle - events.doorbell; };
  const auto bytes = [](const Tensor& t) { return t.sample_bytes(); };
  const Burst& ring = events.reads[0].at(index);
  const auto a = Within(events.reads[1], p.a.address, bytes(p.a));
  const auto b = Within(events.reads[2], p.b.address, bytes(p.b));
  const auto d = Within(events.writes, p.d.address, bytes(p.d));
  const auto r = Within(events.writes, record, kRecordBytes);
  return {
      {"fetch begins", since(events.fetched.at(index))},
      {"AR of the ring entry", since(ring.asked)},
      {"first beat of the entry", since(ring.first)},
      {"last beat of the entry", since(ring.last)},
      {"loads start", since(events.load.at(index))},
      {"first AR of A", since(a.first.asked)},
      {"first AR of B", since(b.first.asked)},
      {"verdict: the command is legal", since(events.verdict.at(index))},
      {"handed to the back end", since(events.handed.at(index))},
      {"first beat of A", since(a.first.first)},
      {"first beat of B", since(b.first.first)},
      {"last beat of A", since(a.second.last)},
      {"last beat of B", since(b.second.last)},
      {"front end free for the next command", since(events.loaded.at(index))},
      {"first operands enter the array", since(events.op.at(index * ops))},
      {"last operands enter the array", since(events.op.at((index + 1) * ops - 1))},
      {"first outputs leave the engine", since(events.output.at(index * outputs))},
      {"last outputs leave the engine", since(events.output.at((index + 1) * outputs - 1))},
      {"first AW of D", since(d.first.asked)},
      {"first W of D", since(d.first.first)},
      {"last W of D", since(d.second.last)},
      {"last B of D", since(d.second.answered)},
      {"AW of the record", since(r.first.asked)},
      {"last W of the record", since(r.second.last)},
      {"B of the record", since(r.second.answered)},
      {"REG_HEAD goes up", since(events.done.at(index) + 1)},
  };
}

class ScratchDirectory {
 public:
  ScratchDirectory() {
    path_ = std::filesystem::temp_directory_path() / "timeline_XXXXXX";
    if (mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error("cannot make a directory for waves; set TMPDIR to one that exists");
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace

std::vector<std::vector<TimelineEvent>> RecordTimeline(const TimelineOptions& options) {
  const auto machine = MakeRtlMachine(options.shape, 4 << 20);
  Driver driver(*machine, kRing);
  const uint32_t size = options.size;
  const Format format = options.int32 && !options.chain ? Format::kInt32 : Format::kInt4;
  std::vector<Product> products;
  std::vector<uint8_t> codes(size_t{size} * size);
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = (i * 7 + i / size * 3) % 15;
  for (uint32_t i = 0; i < options.commands; ++i) {
    Product p;
    p.a = driver.NewTensor(size, size, Format::kInt4);
    if (options.chain && i > 0) p.a = products.back().d;
    p.b = driver.NewTensor(size, size, Format::kInt4);
    p.d = driver.NewTensor(size, size, format);
    driver.Upload(p.a, codes);
    driver.Upload(p.b, codes);
    products.push_back(p);
  }
  uint64_t record = 0;
  for (const Product& p : products) {
    GemmRequest request;
    request.a = p.a;
    request.b = p.b;
    request.b_transposed = true;
    request.d = p.d;
    request.output.scale_shift = 6;
    driver.Gemm(request);
  }
  const ScratchDirectory scratch;
  machine->Trace(scratch.File("waves.fst"));
  driver.WaitAll();
  machine->Trace("");
  record = machine->ReadRegister(kRegRecordBaseLo);

  const MachineShape& shape = driver.shape();
  const uint64_t ops = uint64_t{size} * size * size / shape.macs();
  const uint64_t outputs = uint64_t{size} * size / shape.lanes;
  const Events events = Find(scratch.File("waves.fst"));
  std::vector<std::vector<TimelineEvent>> lives;
  for (uint32_t i = 0; i < options.commands; ++i)
    lives.push_back(Life(events, products[i], i, record + i * kRecordBytes, ops, outputs));
  return lives;
}

namespace {

// A line an event, a column a life.
std::string Table(const std::vector<std::string>& titles,
                  const std::vector<std::vector<TimelineEvent>>& lives,
                  const std::vector<std::string>& only = {}) {
  std::string out = "| event |";
  for (const std::string& title : titles) out += fmt::format(" {} |", title);
  out += "\n|---|";
  for (size_t i = 0; i < titles.size(); ++i) out += "---|";
  out += "\n";
  if (only.empty()) {
    out += "| write of REG_TAIL |";
    for (size_t i = 0; i < titles.size(); ++i) out += " 0 |";
    out += "\n";
  }
  for (size_t e = 0; e < lives[0].size(); ++e) {
    const std::string& what = lives[0][e].what;
    bool shown = only.empty();
    for (const std::string& name : only) shown |= name == what;
    if (!shown) continue;
    out += fmt::format("| {} |", what);
    for (const auto& life : lives) out += fmt::format(" {} |", life[e].cycle);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string TimelineTable(const std::string& name) {
  if (name == "life") {
    auto lives = RecordTimeline({.shape = "4x4x1", .size = 16});
    lives.push_back(RecordTimeline({.shape = "16x16x4", .size = 64})[0]);
    return Table({"16 x 16 x 16 on 4x4x1", "64 x 64 x 64 on 16x16x4"}, lives);
  }
  if (name != "overlap" && name != "chain")
    throw std::invalid_argument("no table '" + name + "'; there are life, overlap, chain");
  return Table(
      {"command 0", "command 1", "command 2"},
      RecordTimeline({.shape = "16x16x4",
                      .size = 64,
                      .int32 = false,
                      .commands = 3,
                      .chain = name == "chain"}),
      {"fetch begins", "loads start", "verdict: the command is legal", "handed to the back end",
       "front end free for the next command", "first operands enter the array",
       "last operands enter the array", "first outputs leave the engine",
       "last outputs leave the engine", "first W of D", "last W of D", "REG_HEAD goes up"});
}

}  // namespace tetralog
