// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Readers of LEF and DEF, on the design of layout_testing.h, and what they say of files that are
// cut off or use what is not there. Nothing here is random.

#include "tests/layout_testing.h"

namespace tetralog {
namespace {

TEST(LefReader, ReadsLayersViasAndCells) {
  const Technology technology = TinyTechnology();
  ASSERT_EQ(technology.layers.size(), 4u);
  const Layer& metal2 = technology.layers[technology.LayerIndex("metal2")];
  EXPECT_TRUE(metal2.routing);
  EXPECT_EQ(metal2.width, 400);
  EXPECT_EQ(metal2.spacing, 400);
  EXPECT_DOUBLE_EQ(metal2.ohm_per_square, 0.05);
  EXPECT_DOUBLE_EQ(metal2.pf_per_um2, 5e-5);
  EXPECT_DOUBLE_EQ(metal2.edge_pf_per_um, 4e-5);
  EXPECT_FALSE(technology.layers[technology.LayerIndex("via")].routing);
  EXPECT_EQ(technology.LayerIndex("metal3"), -1);

  const Via& via = technology.vias.at("M2_M1");
  EXPECT_EQ(via.bottom, technology.LayerIndex("metal1"));
  EXPECT_EQ(via.top, technology.LayerIndex("metal2"));

  const Macro& cell = technology.macros.at("INV");
  EXPECT_EQ(cell.width, 4000);
  EXPECT_EQ(cell.height, 10000);
  ASSERT_NE(cell.Find("Y"), nullptr);
  EXPECT_EQ(cell.Find("Y")->shapes.at(0).rect, (Rect{3200, 4800, 3800, 7000}));
  EXPECT_EQ(cell.Find("gnd")->use, "GROUND");
  EXPECT_EQ(cell.obstructions.size(), 1u);
}

TEST(LefReader, NamesTheLineThatItCannotRead) {
  const auto complaint = [](const std::string& from, const std::string& to) {
    return Complaint([&] { ReadLef(Tokens("t.lef", Replaced(kTinyLef, from, to))); });
  };
  EXPECT_EQ(complaint("END LIBRARY", ""),
            "t.lef line 79 has no END LIBRARY; is it a LEF file, and all of it?");
  EXPECT_EQ(complaint("END FILL\nEND LIBRARY\n", ""),
            "t.lef line 78 ends too early; make it again");
  EXPECT_EQ(complaint("WIDTH 0.4", "WIDTH wide"),
            "t.lef line 26 has 'wide' where a number belongs");
  EXPECT_EQ(
      complaint("      LAYER metal1 ;\n        RECT 0.2", "      LAYER metal9 ;\n        RECT 0.2"),
      "t.lef line 53 names the layer metal9, which it does not define");
  EXPECT_EQ(complaint("ORIGIN 0 0", "ORIGIN 1 0"),
            "t.lef line 48 gives INV an ORIGIN other than 0 0");
  EXPECT_EQ(Complaint([] { ReadLef(Tokens("empty.lef", "")); }),
            "empty.lef line 1 has no END LIBRARY; is it a LEF file, and all of it?");
}

TEST(DefReader, ReadsCellsPinsAndRoutes) {
  const Layout layout = TinyLayout();
  EXPECT_EQ(layout.name, "tiny");
  EXPECT_EQ(layout.die, (Rect{-2000, -2000, 28000, 32000}));
  EXPECT_EQ(layout.components.size(), 4u);
  EXPECT_EQ(layout.FindComponent("u3")->orientation, "FS");
  EXPECT_EQ(layout.FindComponent("u4"), nullptr);
  EXPECT_EQ(layout.FindPort("in")->shape.rect, (Rect{-1650, 4850, -1350, 5150}));

  ASSERT_EQ(layout.nets.size(), 4u);
  const Net& net = layout.nets[1];
  EXPECT_EQ(net.name, "n");
  EXPECT_EQ(net.pins.size(), 3u);
  EXPECT_EQ(net.vias.size(), 2u);
  ASSERT_EQ(net.wires.size(), 4u);
  // The end of a wire is half a width longer than its centre line.
  EXPECT_EQ(net.wires[0].metal, (Rect{3400, 4900, 23600, 5100}));
  EXPECT_EQ(net.wires[1].metal, (Rect{13300, 4800, 13700, 29200}));
  EXPECT_EQ(net.wires[3].b, (Point{8500, 25000}));

  const Net& gnd = layout.nets[3];
  EXPECT_TRUE(gnd.supply);
  ASSERT_EQ(gnd.wires.size(), 1u);
  EXPECT_EQ(gnd.wires[0].metal, (Rect{24000, -1000, 25000, 30000}));
  EXPECT_EQ(gnd.vias.at(0).via.name, "big");
}

TEST(DefReader, TurnsCellsAsTheyLie) {
  const Technology technology = TinyTechnology();
  const Macro& cell = technology.macros.at("INV");
  const Rect a = cell.Find("A")->shapes[0].rect;
  EXPECT_EQ(Oriented(a, "N", 4000, 10000), (Rect{200, 4800, 800, 5400}));
  EXPECT_EQ(Oriented(a, "S", 4000, 10000), (Rect{3200, 4600, 3800, 5200}));
  EXPECT_EQ(Oriented(a, "FN", 4000, 10000), (Rect{3200, 4800, 3800, 5400}));
  EXPECT_EQ(Oriented(a, "FS", 4000, 10000), (Rect{200, 4600, 800, 5200}));
}

TEST(DefReader, NamesTheLineThatItCannotRead) {
  const auto complaint = [](const std::string& from, const std::string& to) {
    return Complaint([&] { TinyLayout(Replaced(kTinyDef, from, to)); });
  };
  EXPECT_EQ(complaint("END DESIGN", ""),
            "tiny.def line 50 has no END DESIGN; is it a DEF file, and all of it?");
  EXPECT_EQ(complaint("UNITS DISTANCE MICRONS 100 ;", ""),
            "tiny.def line 7 has no UNITS before VIAS");
  EXPECT_EQ(complaint("u2 INV", "u2 NAND9"),
            "tiny.def line 14 uses the cell NAND9, which LEF does not have");
  EXPECT_EQ(complaint(") FS", ") E"),
            "tiny.def line 15 places u3 with the orientation 'E'; rows have N, S, FN and FS");
  EXPECT_EQ(complaint("metal2 ( 1150", "metal7 ( 1150"),
            "tiny.def line 43 uses the layer metal7, which LEF does not have");
  EXPECT_EQ(complaint("( 1150 2500 ) M2_M1", "( 1150 2500 ) M3_M2"),
            "tiny.def line 43 uses the via M3_M2, which is not defined");
  EXPECT_EQ(complaint("( 2350 * )", "( 2350 600 )"),
            "tiny.def line 36 has a wire that is neither horizontal nor vertical");
  EXPECT_EQ(complaint("( 2350 * )", "( 2350 * 20 )"),
            "tiny.def line 35 extends a wire; only ends of half a width are understood");
  EXPECT_EQ(complaint("+ PLACED ( 400 0 ) N", ""),
            "tiny.def line 17 does not place the cell f before this");
  EXPECT_EQ(complaint("( u2 A )", "( u2 B )"), "tiny.def joins n to u2 B, which is not there");
}

}  // namespace
}  // namespace tetralog
