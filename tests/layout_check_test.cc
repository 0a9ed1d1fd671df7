// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The checks of a routed design find every fault that is put into the one of layout_testing.h, and
// the flow refuses what it cannot place. Nothing here is random.

#include <filesystem>

#include "synth/layout/check.h"
#include "synth/layout/picture.h"
#include "synth/text_file.h"
#include "tests/layout_testing.h"

namespace tetralog {
namespace {

namespace fs = std::filesystem;
using Faults = std::vector<std::string>;

Faults Spacing(const std::string& def) { return CheckSpacing(TinyTechnology(), TinyLayout(def)); }

TEST(LayoutCheck, TheDesignHasNoFault) {
  EXPECT_EQ(Spacing(kTinyDef), Faults{});
  EXPECT_EQ(CheckPlacement(TinyTechnology(), TinyLayout()), Faults{});
}

TEST(LayoutCheck, FindsShortsAndMetalThatIsTooNear) {
  // Metal2 of net out beside that of n: 0.4 um are asked for.
  const std::string near = Replaced(kTinyDef, "( * 3100 ) ;", "( * 3000 ) ( 1285 * ) ;");
  EXPECT_EQ(Spacing(near), Faults{});  // above the end of n: 0.6 um
  EXPECT_EQ(Spacing(Replaced(kTinyDef, "( * 3100 ) ;",
                             "( * 3100 )\n  NEW metal2 ( 1280 2000 ) ( * 2100 ) ;")),
            Faults{"metal2 at 13.300 19.800 um: n and out are 0.300 um apart"});
  EXPECT_EQ(Spacing(Replaced(kTinyDef, "( * 3100 ) ;",
                             "( * 3100 )\n  NEW metal2 ( 1320 2000 ) ( * 2100 ) ;")),
            Faults{"metal2 at 13.300 19.800 um: n and out are shorted"});
  // Metal1 of n over what is inside u1, and too near to it.
  const auto over = [](const std::string& y) {
    return Replaced(kTinyDef, "  NEW metal1 ( 1350 500 ) M2_M1",
                    "  NEW metal1 ( 210 " + y + " ) ( 280 * )\n  NEW metal1 ( 1350 500 ) M2_M1");
  };
  EXPECT_EQ(Spacing(over("250")), Faults{"metal1 at 2.000 2.400 um: n and u1 inside are shorted"});
  EXPECT_EQ(Spacing(over("330")),
            Faults{"metal1 at 2.000 3.200 um: n and u1 inside are 0.200 um apart"});
  EXPECT_EQ(Spacing(over("340")), Faults{});
  // The supply rail of a cell.
  EXPECT_EQ(Spacing(over("20")), Faults{"metal1 at 2.000 0.100 um: n and u1 gnd are shorted"});
}

TEST(LayoutCheck, FindsCellsThatOverlapOrLeaveTheDie) {
  const Technology technology = TinyTechnology();
  EXPECT_EQ(
      CheckPlacement(technology, TinyLayout(Replaced(kTinyDef, "( 400 0 ) N", "( 390 0 ) N"))),
      Faults{"u1 and f overlap"});
  EXPECT_EQ(
      CheckPlacement(technology, TinyLayout(Replaced(kTinyDef, "( 2300 0 ) N", "( 2500 0 ) N"))),
      Faults{"u2 is not inside the die"});
}

TEST(LayoutCheck, ComparesWithTheNetlist) {
  const std::string blif =
      ".model tiny\n.inputs in\n.outputs out\n.gate INV A=in Y=n\n.gate INV A=n Y=m\n.gate BUF A=n "
      "Y=out\n.end\n";
  const Connections netlist = ConnectionsOfBlif(blif);
  EXPECT_EQ(netlist, (Connections{"PIN/in in", "PIN/out out", "INV_1/A in", "INV_1/Y n",
                                  "INV_2/A n", "INV_2/Y m", "BUF_1/A n", "BUF_1/Y out"}));
  EXPECT_EQ(CompareConnections(netlist, netlist), Faults{});
  Connections other = netlist;
  other.erase("INV_2/A n");
  other.insert("INV_2/A m");
  EXPECT_EQ(CompareConnections(netlist, other),
            (Faults{"INV_2/A n is in the netlist only", "INV_2/A m is in the layout only"}));
  EXPECT_TRUE(ConnectionsOf(TinyLayout()).contains("u3/A n"));
  EXPECT_FALSE(ConnectionsOf(TinyLayout()).contains("u3/gnd gnd"));
  EXPECT_EQ(Complaint([] { ConnectionsOfBlif(".names a b\n1 1\n"); }),
            "BLIF has '.names'; only .gate is understood");
  EXPECT_EQ(Complaint([] { ConnectionsOfBlif(".gate INV A\n"); }),
            "BLIF has 'A' where <pin>=<net> belongs");
}

TEST(LayoutPicture, DrawsEveryLayerThatIsUsed) {
  const std::string picture = DrawLayout(TinyTechnology(), TinyLayout(), "a < b");
  EXPECT_NE(picture.find("a &lt; b"), std::string::npos);
  EXPECT_NE(picture.find(">metal1<"), std::string::npos);
  EXPECT_NE(picture.find(">metal2<"), std::string::npos);
  EXPECT_EQ(picture.find(">full adder<"), std::string::npos);
  // Metal2 of net n: from 15.5 um and 27 um below the corner, 24 um up, in steps of 50 nm.
  EXPECT_NE(picture.find("M310 540v-480"), std::string::npos) << picture;
}

// What the flow says of an input it cannot use; the tools run on no more than that.
std::string FlowSays(const std::string& arguments) {
  const fs::path dir = fs::path(testing::TempDir()) / "tetralog_layout_flow";
  fs::create_directories(dir);
  const std::string errors = (dir / "errors.txt").string();
  EXPECT_EQ(Complaint([&] {
              RunCommand("cd '" + dir.string() + "' && sh '" +
                             (fs::current_path() / "synth/layout/place_route.sh").string() + "' " +
                             arguments + " > '" + errors + "' 2>&1",
                         "refused");
            }),
            "refused");
  return ReadTextFile(errors);
}

TEST(LayoutFlow, RefusesWhatItCannotPlace) {
  const std::string tech = "/usr/share/qflow/tech/osu018", lib = tech + "/osu018_stdcells.lib";
  const fs::path dir = fs::path(testing::TempDir()) / "tetralog_layout_flow";
  EXPECT_EQ(FlowSays(lib + " " + tech + " none.v top out"),
            "error: no file none.v; give a netlist of synth/netlist.sh\n");
  EXPECT_EQ(FlowSays(lib + " /usr none.v top out"),
            "error: no /usr/usr_stdcells.lef; give a technology directory of qflow, such as " +
                tech + "\n");
  EXPECT_EQ(FlowSays(lib + " " + tech),
            "error: give <liberty> <technology> <netlist.v> <top> <out directory>\n");
  WriteTextFile(dir / "constant.v",
                "module top (input a, output y, output z);\n INVX1 u (.A(1'b0), .Y(y));\n"
                " INVX1 v (.A(a), .Y(z));\nendmodule\n");
  EXPECT_EQ(
      FlowSays(lib + " " + tech + " constant.v top out"),
      "error: top has constants or wires from port to port, and the library no cell for them\n");
}

}  // namespace
}  // namespace tetralog
