// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Resistance and capacitance of the nets of layout_testing.h, beside figures worked out by hand:
// metal1 has 0.1 ohm / 0.2 um = 0.5 ohm and 0.2 um * 0.1 fF/um2 + 2 * 0.05 fF/um = 0.12 fF a
// micrometre, metal2 0.125 ohm and 0.4 um * 0.05 fF/um2 + 2 * 0.04 fF/um = 0.1 fF. A via has 2 ohm
// here. Nothing is random.

#include <filesystem>
#include <set>

#include "synth/layout/extract.h"
#include "synth/layout/figures.h"
#include "synth/text_file.h"
#include "tests/layout_testing.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;

// Resistance along the way from one node to another; the nets here have one way. -1: none.
double Along(const RcNet& net, int from, int to, std::set<int> seen = {}) {
  if (from == to) return 0;
  seen.insert(from);
  for (const RcNet::Resistor& r : net.resistors) {
    const int next = r.a == from ? r.b : r.b == from ? r.a : from;
    if (seen.contains(next)) continue;
    if (const double rest = Along(net, next, to, seen); rest >= 0) return r.ohm + rest;
  }
  return -1;
}

RcNet Extracted(const std::string& name, const std::string& def = kTinyDef) {
  const Technology technology = TinyTechnology();
  const Layout layout = TinyLayout(def);
  for (const Net& net : layout.nets) {
    if (net.name == name) return ExtractNet(technology, layout, net, 2.0);
  }
  throw std::logic_error("no net " + name);
}

TEST(LayoutExtract, ResistanceIsThatOfTheWiresAndViasOnTheWay) {
  const RcNet net = Extracted("n");
  ASSERT_EQ(net.pins.size(), 3u);  // u1 Y, u2 A, u3 A
  EXPECT_EQ(net.parts, 1);
  EXPECT_NEAR(Along(net, 0, 1), 20 * 0.5, 0.01);
  // Ten micrometres to the T, a via, 24 of metal2, a via, 5 and 4 of metal1.
  EXPECT_NEAR(Along(net, 0, 2), 5 + 2 + 24 * 0.125 + 2 + 2.5 + 2, 0.01);
}

TEST(LayoutExtract, CapacitanceIsHalfAtEachEnd) {
  const RcNet net = Extracted("n");
  EXPECT_NEAR(net.TotalPf(), (29 * 0.12 + 24 * 0.1) * 1e-3, 1e-9);
  // The largest at one place: metal1 at the T, half of the ten micrometres on either side; metal2
  // there has half of 24.
  const double t = *std::max_element(net.node_pf.begin(), net.node_pf.end());
  EXPECT_NEAR(t, 10 * 0.12e-3, 1e-9);
}

TEST(LayoutExtract, ANetWithAGapIsInParts) {
  EXPECT_EQ(Extracted("n", Replaced(kTinyDef, "( 1350 500 ) M2_M1", "( 1350 700 ) M2_M1")).parts,
            2);
  EXPECT_EQ(Extracted("n", Replaced(kTinyDef, "( * 2500 ) ;", "( * 2700 ) ;")).parts, 2);
  EXPECT_EQ(Extracted("in", Replaced(kTinyDef, "( 50 * ) ;", "( 0 * ) ;")).parts, 2);
  EXPECT_EQ(Extracted("in").parts, 1);
}

TEST(LayoutExtract, MetalThatTouchesBesideItsCentreLineIsJoined) {
  // The wire to u2 ends 0.2 um early; a stub with an offset of 0.05 um bridges the gap.
  const std::string shorter = Replaced(kTinyDef, "( 2350 * )", "( 2290 * )");
  EXPECT_EQ(Extracted("n", shorter).parts, 2);
  const std::string bridged =
      Replaced(shorter, "SPECIALNETS 1 ;",
               "SPECIALNETS 2 ;\n- n\n+ ROUTED metal1 20 ( 2285 505 ) ( 2330 * ) ;");
  const RcNet net = Extracted("n", bridged);
  EXPECT_EQ(net.parts, 1);
  EXPECT_GT(Along(net, 0, 1), 9.0);
}

TEST(LayoutExtract, FiguresOfTheWholeDesign) {
  const Technology technology = TinyTechnology();
  const Layout layout = TinyLayout();
  std::vector<RcNet> nets;
  for (const Net& net : layout.nets) {
    if (!net.supply) nets.push_back(ExtractNet(technology, layout, net, 2.0));
  }
  const LayoutFigures figures = Measure(technology, layout, nets);
  EXPECT_EQ(figures.cells, 3);
  EXPECT_EQ(figures.fillers, 1);
  EXPECT_EQ(figures.rows, 2);
  EXPECT_EQ(figures.nets, 3);
  EXPECT_EQ(figures.open_nets, 0);
  EXPECT_DOUBLE_EQ(figures.cell_um2, 120);
  EXPECT_DOUBLE_EQ(figures.core_um2, 27 * 30);
  EXPECT_DOUBLE_EQ(figures.die_um2, 30 * 34);
  EXPECT_DOUBLE_EQ(figures.wire_um.at("metal1"), 2 + 29);
  EXPECT_DOUBLE_EQ(figures.wire_um.at("metal2"), 24 + 6);
  EXPECT_EQ(figures.vias.at("metal2"), 3);
  EXPECT_EQ(figures.longest_net, "n");
  EXPECT_DOUBLE_EQ(figures.longest_net_um, 53);
}

// One inverter drives another over a wire, in OpenSTA.
TEST(LayoutExtract, OpenStaTakesTheSpef) {
  const fs::path dir = fs::path(testing::TempDir()) / "tetralog_layout_spef";
  WriteTextFile(dir / "two.v",
                "module two (input in, output out);\n wire n;\n INVX1 u1 (.A(in), .Y(n));\n"
                " INVX1 u2 (.A(n), .Y(out));\nendmodule\n");
  const auto clock = [&](const std::string& spef) {
    RunCommand("SPEF='" + spef +
                   "' sh synth/timing.sh /usr/share/qflow/tech/osu018/osu018_stdcells.lib '" +
                   (dir / "two.v").string() + "' two '" + (dir / "two.rpt").string() + "' 2> '" +
                   (dir / "error.txt").string() + "'",
               "timing failed");
    const std::string text = ReadTextFile(dir / "two.rpt");
    return std::stod(text.substr(text.find("clock_ns") + 9));
  };
  RcNet net{.name = "n",
            .pins = {{"u1", "Y"}, {"u2", "A"}},
            .node_pf = {0.05, 0.05},
            .resistors = {{0, 1, 1000}},
            .parts = 1};
  Layout layout;
  layout.name = "two";
  WriteTextFile(dir / "two.spef", WriteSpef(layout, {net}));
  const double without = clock(""), with = clock((dir / "two.spef").string());
  // 1000 ohm with 0.05 pF and a gate behind them are more than 0.05 ns; 0.1 pF slows the driver
  // too.
  EXPECT_GT(with, without + 0.05) << "without wires " << without;
  EXPECT_LT(with, without + 2);

  WriteTextFile(dir / "bad.spef", "no spef\n");
  EXPECT_EQ(Complaint([&] { clock((dir / "bad.spef").string()); }), "timing failed");
  EXPECT_EQ(Complaint([&] { clock((dir / "none.spef").string()); }), "timing failed");
}

}  // namespace
}  // namespace tetralog
