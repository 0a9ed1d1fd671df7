// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// The clock gate of synth/clock_gates.v in OSU018, which has no cell for it: the latch is transparent
// while the clock is low.

module clock_gate (input clk_i, input enable_i, output clk_o);
  wire clk_n, held;
  INVX1 inverter (.A(clk_i), .Y(clk_n));
  LATCH latch (.CLK(clk_n), .D(enable_i), .Q(held));
  AND2X2 gate (.A(clk_i), .B(held), .Y(clk_o));
endmodule
