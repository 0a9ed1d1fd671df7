// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Decodes one B code (INT4 or UINT4) at the array edge into an unsigned number: UINT4 is itself,
// INT4 is taken in excess-8 form (b + 8), so that the array multiplies without a sign and without a
// mode wire. What the excess adds to a sum depends on A alone and is removed by row_bias.
//
// Combinational.
//
// code_i     stored code
// int4_i     1: INT4, 0: UINT4
// operand_o  b + 8 for INT4, b for UINT4; 0..15

module operand_decode_b #(
    localparam int unsigned OPERAND_WIDTH = 4
) (
    input  logic [3:0]               code_i,
    input  logic                     int4_i,
    output logic [OPERAND_WIDTH-1:0] operand_o
);

  assign operand_o = {code_i[3] ^ int4_i, code_i[2:0]};

endmodule
