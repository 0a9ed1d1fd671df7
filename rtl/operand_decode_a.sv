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

  logic shift, neg1, two1, one1, neg0, two0, one0;

  always_comb begin
    if (log4_i) begin
      one0  = (code_i[2:0] == 3'd1) || (code_i[2:0] == 3'd5);
      two0  = (code_i[2:0] == 3'd2) || (code_i[2:0] == 3'd6);
      one1  = (code_i[2:0] == 3'd3) || (code_i[2:0] == 3'd7);
      two1  = (code_i[2:0] == 3'd4);
      neg0  = code_i[3] && (one0 || two0);
      neg1  = code_i[3] && (one1 || two1);
      shift = code_i[2:0] >= 3'd5;
    end else begin
      one0  = code_i[0];
      two0  = code_i[1] && !code_i[0];
      neg0  = code_i[1];
      one1  = code_i[2] != code_i[1];
      two1  = (code_i[3] != code_i[2]) && (code_i[2] == code_i[1]);
      neg1  = code_i[3] && (one1 || two1);
      shift = 1'b0;
    end
  end

  assign operand_o = {shift, neg1, two1, one1, neg0, two0, one0};

endmodule
