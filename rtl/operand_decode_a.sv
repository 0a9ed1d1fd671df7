// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Decodes one A code (INT4 or LOG4) at the array edge into two signed radix-4 digits and a shift,
// so that no mode wire enters the array:
//
//   a = (d0 + 4*d1) * 16^k,   d0 and d1 in -2..2
//
// INT4 is its radix-4 Booth recoding (k = 0, every code exact, -8 included). A LOG4 magnitude
// 1 2 4 8 16 32 64 is one digit: d0 = 1 2, d1 = 1 2, then with k = 1 d0 = 1 2, d1 = 1. A zero is all
// zeros, which is also what a bubble in the operand stream must be.
//
// Combinational.
//
// code_i     stored code
// log4_i     1: LOG4, 0: INT4
// operand_o  {k, neg1, two1, one1, neg0, two0, one0}: digit j is (one_j + 2*two_j) * (-1)^neg_j

module operand_decode_a #(
    localparam int unsigned OPERAND_WIDTH = 7
) (
    input  logic [3:0]               code_i,
    input  logic                     log4_i,
    output logic [OPERAND_WIDTH-1:0] operand_o
);

  function automatic logic [OPERAND_WIDTH-1:0] decoded(logic log4, logic [3:0] code);
    logic shift, neg1, two1, one1, neg0, two0, one0;
    if (log4) begin
      one0  = (code[2:0] == 3'd1) || (code[2:0] == 3'd5);
      two0  = (code[2:0] == 3'd2) || (code[2:0] == 3'd6);
      one1  = (code[2:0] == 3'd3) || (code[2:0] == 3'd7);
      two1  = (code[2:0] == 3'd4);
      neg0  = code[3] && (one0 || two0);
      neg1  = code[3] && (one1 || two1);
      shift = code[2:0] >= 3'd5;
    end else begin
      one0  = code[0];
      two0  = code[1] && !code[0];
      neg0  = code[1];
      one1  = code[2] != code[1];
      two1  = (code[3] != code[2]) && (code[2] == code[1]);
      neg1  = code[3] && (one1 || two1);
      shift = 1'b0;
    end
    decoded = {shift, neg1, two1, one1, neg0, two0, one0};
  endfunction

`ifdef SYNTHESIS
  assign operand_o = decoded(log4_i, code_i);
`else
  // Simulation looks it up: a word of eight operands for each format and sign.
  function automatic logic [63:0] operands(logic log4, logic sign);
    operands = '0;
    for (int i = 0; i < 8; i++) operands[8*i +: OPERAND_WIDTH] = decoded(log4, {sign, 3'(i)});
  endfunction
  localparam logic [63:0] LOG4_POSITIVE = operands(1'b1, 1'b0);
  localparam logic [63:0] LOG4_NEGATIVE = operands(1'b1, 1'b1);
  localparam logic [63:0] INT4_POSITIVE = operands(1'b0, 1'b0);
  localparam logic [63:0] INT4_NEGATIVE = operands(1'b0, 1'b1);
  logic [63:0] positive, negative;
  assign positive  = log4_i ? LOG4_POSITIVE : INT4_POSITIVE;
  assign negative  = log4_i ? LOG4_NEGATIVE : INT4_NEGATIVE;
  assign operand_o = OPERAND_WIDTH'((code_i[3] ? negative : positive) >> {code_i[2:0], 3'b000});
`endif

endmodule
