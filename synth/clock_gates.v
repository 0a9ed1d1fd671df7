// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Registers that load on an enable get a gated clock instead of a multiplexer in front of every
// flip-flop: 4 GE a bit where the multiplexer makes it 6 to 7, and no clock power while they hold. One gate
// serves at most 32 bits, as the clock tree would have it; registers below Min bits keep the multiplexer.
//
// A gate is a latch that is transparent while the clock is low, and an AND: the enable may settle until
// the rising edge and cannot make a glitch while the clock is high.

(* techmap_celltype = "$dffe" *)
module tetralog_dffe (CLK, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  localparam Min = 4;
  localparam Most = 32;
  input CLK, EN;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;

  wire _TECHMAP_FAIL_ = WIDTH < Min || !CLK_POLARITY;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + Most) begin : gen_part
      localparam Part = (WIDTH - i < Most) ? WIDTH - i : Most;
      wire gated;
      clock_gate gate (.clk_i(CLK), .enable_i(EN_POLARITY ? EN : ~EN), .clk_o(gated));
      \$dff #(.WIDTH(Part), .CLK_POLARITY(1'b1)) bits (
        .CLK(gated), .D(D[i +: Part]), .Q(Q[i +: Part]));
    end
  endgenerate
endmodule

(* techmap_celltype = "$adffe" *)
module tetralog_adffe (CLK, ARST, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  parameter ARST_POLARITY = 1;
  parameter ARST_VALUE = 0;
  localparam Min = 4;
  localparam Most = 32;
  input CLK, ARST, EN;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;

  wire _TECHMAP_FAIL_ = WIDTH < Min || !CLK_POLARITY;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + Most) begin : gen_part
      localparam Part = (WIDTH - i < Most) ? WIDTH - i : Most;
      wire gated;
      clock_gate gate (.clk_i(CLK), .enable_i(EN_POLARITY ? EN : ~EN), .clk_o(gated));
      \$adff #(.WIDTH(Part), .CLK_POLARITY(1'b1), .ARST_POLARITY(ARST_POLARITY),
               .ARST_VALUE(ARST_VALUE[i +: Part])) bits (
        .CLK(gated), .ARST(ARST), .D(D[i +: Part]), .Q(Q[i +: Part]));
    end
  endgenerate
endmodule
