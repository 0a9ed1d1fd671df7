// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// A technology of two metals and one cell, and a routed design of three of its inverters, small
// enough to work out by hand:
//
//   u1 at 0 0, u2 at 23 0, u3 (upside down) at 8 20; all 4 um by 10 um, A at the left, Y at the
//   right. Net n joins Y of u1 to A of u2 and of u3: metal1 from (3.5 5) to (23.5 5), from its
//   middle (13.5 5) a via, metal2 up to (13.5 29), a via, metal1 left to (8.5 29) and down to (8.5
//   25).

#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "synth/layout/def.h"

namespace tetralog {

inline const std::string kTinyLef = R"(
# comment ; ( )
VERSION 5.4 ;
UNITS
  DATABASE MICRONS 1000 ;
END UNITS
LAYER cc
  TYPE CUT ;
END cc
LAYER metal1
  TYPE ROUTING ;
  DIRECTION HORIZONTAL ;
  PITCH 1 ;
  WIDTH 0.2 ;
  SPACING 0.3 ;
  RESISTANCE RPERSQ 0.1 ;
  CAPACITANCE CPERSQDIST 1e-4 ;
  EDGECAPACITANCE 5e-5 ;
END metal1
LAYER via
  TYPE CUT ;
  SPACING 0.3 ;
END via
LAYER metal2
  TYPE ROUTING ;
  WIDTH 0.4 ;
  SPACING 0.4 ;
  RESISTANCE RPERSQ 0.05 ;
  CAPACITANCE CPERSQDIST 5e-5 ;
  EDGECAPACITANCE 4e-5 ;
END metal2
VIA M2_M1 DEFAULT
  LAYER metal1 ;
    RECT -0.2 -0.2 0.2 0.2 ;
  LAYER via ;
    RECT -0.1 -0.1 0.1 0.1 ;
  LAYER metal2 ;
    RECT -0.2 -0.2 0.2 0.2 ;
END M2_M1
VIARULE turn GENERATE
  LAYER metal1 ;
END turn
SITE core
  SIZE 1 BY 10 ;
END core
MACRO INV
  CLASS CORE ;
  ORIGIN 0 0 ;
  SIZE 4 BY 10 ;
  PIN A
    DIRECTION INPUT ;
    PORT
      LAYER metal1 ;
        RECT 0.2 4.8 0.8 5.4 ;
    END
  END A
  PIN Y
    DIRECTION OUTPUT ;
    PORT
      LAYER metal1 ;
        RECT 3.2 4.8 3.8 7.0 ;
    END
  END Y
  PIN gnd
    DIRECTION INOUT ;
    USE GROUND ;
    PORT
      LAYER metal1 ;
        RECT 0 -0.3 4 0.3 ;
    END
  END gnd
  OBS
    LAYER metal1 ;
      RECT 1.8 2.0 2.2 3.0 ;
  END
END INV
MACRO FILL
  SIZE 1 BY 10 ;
END FILL
END LIBRARY
)";

inline const std::string kTinyDef = R"(
VERSION 5.6 ;
DESIGN tiny ;
UNITS DISTANCE MICRONS 100 ;
DIEAREA ( -200 -200 ) ( 2800 3200 ) ;
TRACKS Y 0 DO 4 STEP 100 LAYER metal1 ;
VIAS 1 ;
- big
+ RECT metal1 ( -40 -40 ) ( 40 40 )
+ RECT metal2 ( -40 -40 ) ( 40 40 ) ;
END VIAS
COMPONENTS 4 ;
- u1 INV + PLACED ( 0 0 ) N ;
- u2 INV + PLACED ( 2300 0 ) N ;
- u3 INV + PLACED ( 800 2000 ) FS ;
- f FILL + PLACED ( 400 0 ) N ;
END COMPONENTS
PINS 2 ;
- in + NET in
  + LAYER metal1 ( -15 -15 ) ( 15 15 )
  + PLACED ( -150 500 ) N ;
- out + NET out
  + LAYER metal2 ( -15 -15 ) ( 15 15 )
  + PLACED ( 1150 3100 ) N ;
END PINS
NETS 3 ;
- in
  ( PIN in )
  ( u1 A )
+ ROUTED metal1 ( -150 500 ) ( 50 * ) ;
- n
  ( u1 Y )
  ( u2 A )
  ( u3 A )
+ ROUTED metal1 ( 350 500 ) ( 2350 * )
  NEW metal1 ( 1350 500 ) M2_M1
  NEW metal2 ( 1350 500 ) ( * 2900 ) M2_M1
  NEW metal1 ( 1350 2900 ) ( 850 * ) ( * 2500 ) ;
- out
  ( PIN out )
  ( u3 Y )
+ ROUTED metal1 ( 1150 2500 ) M2_M1
  NEW metal2 ( 1150 2500 ) ( * 3100 ) ;
END NETS
SPECIALNETS 1 ;
- gnd
+ FIXED metal2 40 ( 2450 0 ) ( * 0 ) big
  NEW metal2 100 + SHAPE STRIPE ( 2450 -100 ) ( * 3000 )
+ USE GROUND ;
END SPECIALNETS
END DESIGN
)";

inline Technology TinyTechnology() { return ReadLef(Tokens("tiny.lef", kTinyLef)); }

inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("nothing to replace: " + from);
  return text.replace(at, from.size(), to);
}

inline Layout TinyLayout(const std::string& def = kTinyDef) {
  return ReadDef(Tokens("tiny.def", def), TinyTechnology());
}

// What an action says when it fails.
template <typename Action>
std::string Complaint(Action action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace tetralog
