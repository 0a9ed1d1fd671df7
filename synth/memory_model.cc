// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "synth/memory_model.h"

#include <fmt/format.h>

#include <bit>
#include <iterator>

namespace tetralog {
namespace {

constexpr const char* kHeader = R"(library (memories) {
  delay_model : table_lookup;
  time_unit : "1ns";
  voltage_unit : "1V";
  current_unit : "1mA";
  pulling_resistance_unit : "1kohm";
  leakage_power_unit : "1nW";
  capacitive_load_unit (1,pf);
  input_threshold_pct_rise : 50;
  input_threshold_pct_fall : 50;
  output_threshold_pct_rise : 50;
  output_threshold_pct_fall : 50;
  slew_lower_threshold_pct_rise : 20;
  slew_lower_threshold_pct_fall : 20;
  slew_upper_threshold_pct_rise : 80;
  slew_upper_threshold_pct_fall : 80;
)";

class Cell {
 public:
  explicit Cell(std::string& text) : text_(text) {}

  void Type(int width) {
    Add("  type (bus{0}) {{ base_type : array; data_type : bit; bit_width : {0}; bit_from : {1};"
        " bit_to : 0; }}\n",
        width, width - 1);
  }
  void Input(const char* pin, int width) {
    Open(pin, width, "input");
    Add("      capacitance : {};\n", kMemoryInputPf);
    for (const char* type : {"setup_rising", "hold_rising"}) {
      const double value = type[0] == 's' ? kMemorySetupNs : 0;
      Add("      timing () {{ related_pin : \"clk_i\"; timing_type : {};"
          " rise_constraint (scalar) {{ values (\"{}\"); }}"
          " fall_constraint (scalar) {{ values (\"{}\"); }} }}\n",
          type, value, value);
    }
    Add("    }}\n");
  }
  void Output(const char* pin, int width) {
    Open(pin, width, "output");
    Add("      timing () {{ related_pin : \"clk_i\"; timing_type : rising_edge;\n");
    for (const char* edge : {"rise", "fall"}) {
      Add("        cell_{0} (scalar) {{ values (\"{1}\"); }} {0}_transition (scalar) {{ values"
          " (\"0.1\"); }}\n",
          edge, kMemoryAccessNs);
    }
    Add("      }}\n    }}\n");
  }

  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

 private:
  void Open(const char* pin, int width, const char* direction) {
    if (width > 1) {
      Add("    bus ({}) {{ bus_type : bus{}; direction : {};\n", pin, width, direction);
    } else {
      Add("    pin ({}) {{ direction : {};\n", pin, direction);
    }
  }

  std::string& text_;
};

}  // namespace

std::string MemoryLiberty(const Design& design) {
  if (design.memories.empty()) return "";
  std::string text = kHeader;
  Cell cell(text);
  std::map<int, bool> widths;
  for (const auto& [name, memory] : design.memories) {
    const int address = std::countr_zero(static_cast<unsigned>(memory.words));
    for (const int width : {address, memory.width, memory.width / 4}) widths[width] = true;
  }
  for (const auto& [width, used] : widths) {
    if (width > 1) cell.Type(width);
  }
  for (const auto& [name, memory] : design.memories) {
    const int address = std::countr_zero(static_cast<unsigned>(memory.words));
    cell.Add("  cell ({}) {{\n    area : 0;\n", name);
    cell.Add("    pin (clk_i) {{ direction : input; clock : true; capacitance : {}; }}\n",
             kMemoryInputPf);
    cell.Input("we_i", 1);
    cell.Input("waddr_i", address);
    cell.Input("wdata_i", memory.width);
    cell.Input("wmask_i", memory.width / 4);
    cell.Input("re_i", 1);
    cell.Input("raddr_i", address);
    cell.Output("rdata_o", memory.width);
    cell.Add("  }}\n");
  }
  return text + "}\n";
}

}  // namespace tetralog
