// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0
//
// Shifts a number left until its top bit is one: the normaliser of the floating-point blocks.
// Combinational.
//
// value_i  unsigned number
// value_o  value_i << shift_o; its top bit is one unless value_i is zero
// shift_o  leading zeros of value_i, all ones if it is zero

module normalise #(
    parameter int unsigned Width = 28,
    localparam int unsigned SHIFT_WIDTH = $clog2(Width)
) (
    input  logic [Width-1:0]       value_i,
    output logic [Width-1:0]       value_o,
    output logic [SHIFT_WIDTH-1:0] shift_o
);

  // From the longest shift to the shortest, each taken where that many bits lead with zero.
  always_comb begin
    value_o = value_i;
    for (int unsigned s = SHIFT_WIDTH; s > 0; s--) begin
      shift_o[s-1] = (value_o >> (Width - 2**(s-1))) == '0;
      if (shift_o[s-1]) value_o = value_o << (2**(s-1));
    end
  end

endmodule
